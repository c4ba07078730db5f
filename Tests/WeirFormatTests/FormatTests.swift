import PropertyTesting
import SyntaxTesting
import Testing
import WeirFormat
import WeirSyntax

@Suite struct FormatTests {
  @Test(arguments: Golden.cases("format"))
  func golden(name: String) throws {
    let text = try Golden.input("format", name)
    #expect(Sources.messages(text) == [])
    let formatted = try #require(format(Sources.parsed(text).value.tree))
    #expect(try Golden.expected("format", name, "expected.weir", actual: formatted) == formatted)
    check(text, "\(name)")
  }

  @Test func sourcesOfTheRepositoryKeepTheirMeaning() {
    for folder in ["grammar/examples", "policies", "stdlib"] {
      for file in Sources.files(below: folder) { check(file.text, file.path) }
    }
  }

  @Test func randomSourcesKeepTheirMeaning() throws {
    let grammar = Grammar(try Sources.text("grammar/weir.ebnf"))
    for seed in 0..<300 {
      var sentences = Sentences(grammar, seed: UInt64(seed))
      guard check(Array(sentences.file().utf8), "seed \(seed)") else { return }
    }
  }

  @Test func brokenSourcesAreLeftAlone() {
    #expect(format(Sources.parsed("module a\nauthz b {").value.tree) == nil)
  }

  @Test func mutatedSourcesThatStillParseKeepTheirMeaning() {
    let files = Sources.files(below: "grammar/examples") + Sources.files(below: "policies")
    for seed in 0..<500 {
      var mutation = Mutation(seed: UInt64(seed))
      var random = SplitMix64(seed: UInt64(seed))
      let text = mutation.mutated(files.randomElement(using: &random)?.text ?? [])
      guard Sources.parsed(text).diagnostics.isEmpty else { continue }
      guard check(text, "seed \(seed)") else { return }
    }
  }

  /// Formatting changes no meaning and no comment, and formatting again changes nothing.
  @discardableResult
  private func check(_ text: [UInt8], _ what: String) -> Bool {
    let parsed = Sources.parsed(text).value
    guard let once = format(parsed.tree) else {
      Issue.record("\(what) was not formatted: \(Sources.messages(text))")
      return false
    }
    let again = Sources.parsed(once)
    let twice = format(again.value.tree)
    lazy var source = String(decoding: text, as: UTF8.self)
    lazy var shown = "\(what)\n\(source)\n--- formatted\n\(once)\n--- again\n\(twice ?? "")"
    let isRead = again.diagnostics.isEmpty
    #expect(isRead, "\(Sources.messages(Array(once.utf8))) \(shown)")
    let isSame = dumpWithoutSpans(again.value.unit) == dumpWithoutSpans(parsed.unit)
    #expect(isSame, "the meaning changed: \(shown)")
    let keepsComments = comments(again.value.tree) == comments(parsed.tree)
    #expect(keepsComments, "comments changed: \(shown)")
    let isIdempotent = twice == once
    #expect(isIdempotent, "not idempotent: \(shown)")
    return isRead && isSame && keepsComments && isIdempotent
  }

  private func comments(_ tree: SyntaxTree) -> [String] {
    let comments = tree.tokens.indices.filter { [.comment, .docComment].contains(tree.tokens[$0].kind) }
    return comments.map { index in
      var text = tree.text(ofToken: index)[...]
      while let last = text.unicodeScalars.last, last == " " || last == "\t" || last == "\r" {
        text.unicodeScalars.removeLast()
      }
      return String(text)
    }
  }
}
