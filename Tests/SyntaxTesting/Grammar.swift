/// `grammar/weir.ebnf`, read so that tests can compare it with the parser and make sentences from it.
public struct Grammar {
  indirect enum Rule {
    case word(String)
    case token(String)
    case name(String)
    case sequence([Rule])
    case choice([Rule])
    case optional(Rule)
    case repeated(Rule)
    case itemsOf(Rule)
  }

  private(set) var rules: [String: Rule] = [:]
  public private(set) var definitions: [String] = []
  public private(set) var references: Set<String> = []
  /// What stands in quotes and begins with a letter.
  public private(set) var words: Set<String> = []
  /// Names in capitals.
  public private(set) var tokens: Set<String> = []

  public init(_ text: String) {
    var reader = Reader(text)
    while let name = reader.next() {
      definitions.append(name)
      _ = reader.next()
      rules[name] = choice(&reader)
      _ = reader.next()
    }
  }

  private mutating func choice(_ reader: inout Reader) -> Rule {
    var alternatives = [sequence(&reader)]
    while reader.peek == "|" {
      _ = reader.next()
      alternatives.append(sequence(&reader))
    }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func sequence(_ reader: inout Reader) -> Rule {
    var parts: [Rule] = []
    while let next = reader.peek, !["|", ";", ")", "]", "}"].contains(next) { parts.append(part(&reader)) }
    return .sequence(parts)
  }

  private mutating func part(_ reader: inout Reader) -> Rule {
    let text = reader.next() ?? ""
    func closed(_ rule: Rule) -> Rule {
      _ = reader.next()
      return rule
    }
    switch text {
    case "(": return closed(choice(&reader))
    case "[": return closed(.optional(choice(&reader)))
    case "{": return closed(.repeated(choice(&reader)))
    case "items-of": return .itemsOf(part(&reader))
    case _ where text.hasPrefix("\""):
      let word = String(text.dropFirst().dropLast())
      if word.first?.isLetter ?? false { words.insert(word) }
      return .word(word)
    case _ where text == text.uppercased():
      tokens.insert(text)
      return .token(text)
    default:
      references.insert(text)
      return .name(text)
    }
  }

  /// Cuts the text into symbols.
  private struct Reader {
    private let symbols: [String]
    private var position = 0

    init(_ text: String) {
      var symbols: [String] = []
      var rest = text[...]
      while let first = rest.first {
        if rest.hasPrefix("(*") {
          while !rest.isEmpty, !rest.hasPrefix("*)") { rest.removeFirst() }
          rest = rest.dropFirst(2)
        } else if first == "\"" {
          let body = rest.dropFirst().prefix { $0 != "\"" }
          symbols.append("\"" + body + "\"")
          rest = rest.dropFirst(body.count + 2)
        } else if first.isLetter {
          let name = rest.prefix { $0.isLetter || $0 == "-" || $0 == "_" }
          symbols.append(String(name))
          rest = rest.dropFirst(name.count)
        } else {
          if !first.isWhitespace { symbols.append(String(first)) }
          rest.removeFirst()
        }
      }
      self.symbols = symbols
    }

    var peek: String? { position < symbols.count ? symbols[position] : nil }

    mutating func next() -> String? {
      defer { position += 1 }
      return peek
    }
  }
}
