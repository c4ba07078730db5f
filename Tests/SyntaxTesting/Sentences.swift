import PropertyTesting

/// Random sources that the grammar allows, with comments and newlines wherever they change nothing.
public struct Sentences {
  private let grammar: Grammar
  private let depths: [String: Int]
  private var random: SplitMix64
  private var output: [String] = []
  private var counter = 0
  /// Parentheses and brackets open inside the innermost braces: newlines separate nothing there.
  private var parens = [0]

  public init(_ grammar: Grammar, seed: UInt64) {
    self.grammar = grammar
    random = SplitMix64(seed: seed)
    depths = Self.smallestDepths(grammar)
  }

  /// A whole file with at least one declaration.
  public mutating func file() -> String {
    output = ["module", "shop", "\n"]
    for _ in 0...Int.random(in: 0...2, using: &random) {
      write(.name("declaration"), budget: 14)
      add("\n")
      parens = [0]
    }
    return output.joined(separator: " ")
  }

  private mutating func write(_ rule: Grammar.Rule, budget: Int) {
    switch rule {
    case .word(let word): add(word)
    case .token("eol"): add("\n")
    case .token(let token): add(literal(token))
    case .name(let name): grammar.rules[name].map { write($0, budget: budget - 1) }
    case .sequence(let parts): for part in parts { write(part, budget: budget) }
    case .choice(let alternatives):
      let possible = alternatives.filter { depth($0) <= budget }
      let smallest = alternatives.min { depth($0) < depth($1) }
      if let chosen = possible.randomElement(using: &random) ?? smallest { write(chosen, budget: budget) }
    case .optional(let rule): if depth(rule) <= budget, Bool.random(using: &random) { write(rule, budget: budget) }
    case .repeated(let rule):
      while depth(rule) <= budget, Int.random(in: 0..<3, using: &random) == 0 { write(rule, budget: budget) }
    case .itemsOf(let rule):
      guard depth(rule) <= budget else { return }
      let count = Int.random(in: 0...3, using: &random)
      for index in 0..<count {
        let start = output.count
        write(rule, budget: budget)
        // A newline does not separate before a brace.
        if index > 0, output[start] == "{", output[start - 1] == "\n" { output[start - 1] = "," }
        if index + 1 < count || Bool.random(using: &random) { add(Bool.random(using: &random) ? "," : "\n") }
      }
    }
  }

  private mutating func add(_ text: String) {
    switch text {
    case "{": parens.append(0)
    case "(", "[": parens[parens.count - 1] += 1
    case ")", "]": parens[parens.count - 1] -= 1
    case "}":
      if Bool.random(using: &random) { addNewline() }
      if parens.count > 1 { parens.removeLast() }
    default: break
    }
    output.append(text)
    let goesOn = ["{", ",", "=", "=>", "when", "and", "or", "is", "in", "not"].contains(text)
    if goesOn || parens[parens.count - 1] > 0, Int.random(in: 0..<6, using: &random) == 0 { addNewline() }
  }

  /// A newline, after a comment or not.
  private mutating func addNewline() {
    counter += 1
    switch Int.random(in: 0..<4, using: &random) {
    case 0: output.append("// remark \(counter)\n")
    case 1: output.append("\n\n// remark \(counter)\n\n")
    case 2: output.append("\n\n\n")
    default: output.append("\n")
    }
  }

  private mutating func literal(_ token: String) -> String {
    counter += 1
    switch token {
    case "NAME": return pick(["alpha", "beta-2", "gamma_x", "limit", "data", "every", "a\(counter)"])
    case "WORD": return pick(["request", "payments", "GET", "Mon", "x\(counter)"])
    case "CAPITALIZED": return pick(["GET", "Set", "String", "ES256", "pOST"])
    case "STRING": return pick(["\"x\(counter)\"", "\"\"", "\"a \\\"b\\\" \\\\\"", "\"größe\"", "\"// none\""])
    case "REGEX": return "re\"/x\(counter)\\\\.*\""
    // They grow, so that ranges run forwards.
    case "INT": return "\(counter)"
    case "PERCENT": return pick(["5%", "0.25%", "12.5%", "100%"])
    case "DURATION": return pick(["250ms", "1h", "3d", "5ns"])
    case "SIZE": return pick(["64KiB", "1B"])
    case "RATE": return pick(["100/s", "5/min", "9/h"])
    case "DATE": return "2027-01-31"
    case "TIME": return "2026-11-21T10:00:00Z"
    case "PREFIX": return "/24"
    default: return token
    }
  }

  private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }

  // MARK: - How deep a rule must go at least

  private func depth(_ rule: Grammar.Rule) -> Int { Self.depth(rule, depths) }

  private static func depth(_ rule: Grammar.Rule, _ known: [String: Int]) -> Int {
    switch rule {
    case .word, .token, .optional, .repeated, .itemsOf: 0
    case .name(let name): 1 + (known[name] ?? 1_000)
    case .sequence(let parts): parts.map { depth($0, known) }.max() ?? 0
    case .choice(let alternatives): alternatives.map { depth($0, known) }.min() ?? 0
    }
  }

  private static func smallestDepths(_ grammar: Grammar) -> [String: Int] {
    var known: [String: Int] = [:]
    for _ in grammar.rules {
      for (name, rule) in grammar.rules { known[name] = min(known[name] ?? 1_000, depth(rule, known)) }
    }
    return known
  }
}
