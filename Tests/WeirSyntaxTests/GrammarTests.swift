import Foundation
import SyntaxTesting
import Testing
import WeirSource
import WeirSyntax

/// The written grammar and the parser say the same.
@Suite struct GrammarTests {
  let grammar: Grammar

  init() throws { grammar = Grammar(try Sources.text("grammar/weir.ebnf")) }

  @Test func wordsAgreeInBothDirections() {
    #expect(grammar.words.symmetricDifference(Word.allCases.map(\.rawValue)) == [])
  }

  @Test func everyNameIsDefinedOnceAndUsed() {
    #expect(Set(grammar.definitions).count == grammar.definitions.count)
    #expect(grammar.references.subtracting(["eol"]).subtracting(grammar.definitions) == [])
    #expect(Set(grammar.definitions).subtracting(grammar.references) == ["file"])
  }

  @Test func everyTokenIsExplained() throws {
    let explained = try Sources.text("grammar/lexical.md")
    for token in grammar.tokens { #expect(explained.contains("| `\(token)` |"), "\(token)") }
  }

  @Test func reservedWordsAreListed() throws {
    let reserved = Word.allCases.filter(\.isReserved).map(\.rawValue)
    let listed = try Sources.text("grammar/lexical.md").split(separator: "\n").first { $0.hasPrefix("`allow ") } ?? ""
    #expect(Set(listed.filter { $0 != "`" }.split(separator: " ").map(String.init)) == Set(reserved))
  }

  @Test func unitsAreListed() throws {
    let explained = try Sources.text("grammar/lexical.md")
    for unit in ["ns", "us", "ms", "s", "m", "h", "d", "B", "KiB", "MiB", "GiB", "/s", "/min", "/h"] {
      #expect(explained.contains("`\(unit)`"), "\(unit)")
      #expect(Sources.messages(Array("module a\nlet x = 5\(unit)".utf8)) == [])
    }
  }

  @Test(arguments: Sources.files(below: "grammar/examples").map(\.path))
  func exampleParses(path: String) throws {
    let text = Array(try Sources.text(path).utf8)
    #expect(Sources.messages(text) == [])
    #expect(Sources.parsed(text).value.tree.text == text)
  }

  @Test func examplesUseEveryWordAndEveryKindOfToken() {
    var words: Set<Word> = []
    var kinds: Set<TokenKind> = []
    for file in Sources.files(below: "grammar/examples") {
      for token in Sources.parsed(file.text).value.tree.tokens {
        if let word = token.word { words.insert(word) }
        kinds.insert(token.kind)
      }
    }
    #expect(Set(Word.allCases).subtracting(words) == [])
    for kind: TokenKind in [.regex, .percent, .duration, .size, .rate, .date, .time, .prefix, .docComment, .dotDot] {
      #expect(kinds.contains(kind), "\(kind)")
    }
  }

  @Test func textMateKnowsTheSameWords() throws {
    let data = Data(try Sources.text("grammar/weir.tmLanguage.json").utf8)
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let repository = try #require(json["repository"] as? [String: Any])
    var words: [String] = []
    for group in ["rules", "declarations", "constants", "fields"] {
      let pattern = try #require((repository[group] as? [String: Any])?["match"] as? String)
      let opening = try #require(pattern.range(of: "(?:"))
      words += pattern[opening.upperBound...].prefix { $0 != ")" }.split(separator: "|").map(String.init)
    }
    #expect(Set(words).count == words.count)
    #expect(Set(words).symmetricDifference(Word.allCases.map(\.rawValue)) == [])
    let rules = try #require((repository["rules"] as? [String: Any])?["match"] as? String)
    for word in Word.allCases where word.isReserved && word != .true && word != .false {
      #expect(rules.contains("\(word.rawValue)"), "\(word)")
    }
  }

  @Test func theParserAcceptsWhatTheGrammarMakes() {
    for seed in 0..<400 {
      var sentences = Sentences(grammar, seed: UInt64(seed))
      let text = sentences.file()
      let messages = Sources.messages(Array(text.utf8))
      #expect(messages == [], "seed \(seed)\n\(text)")
      if !messages.isEmpty { return }
    }
  }
}
