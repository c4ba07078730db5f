import SyntaxTesting
import Testing
import WeirSyntax

/// The table of words by block is what the parser understands.
@Suite struct BlockTests {
  /// A file with the given text as an item of a block.
  private func file(_ block: Block, _ item: String) -> String? {
    let inside: String? =
      switch block {
      case .file: item
      case .mesh: "mesh a {\n  \(item)\n}"
      case .gateway: "gateway a {\n  \(item)\n}"
      case .service: "service a {\n  \(item)\n}"
      case .capacity: "service a { capacity {\n  \(item)\n} }"
      case .eject: "service a { eject {\n  \(item)\n} }"
      case .health: "service a { health {\n  \(item)\n} }"
      case .tls: "service a { tls {\n  \(item)\n} }"
      case .principal: "principal a {\n  \(item)\n}"
      case .authz: "authz a {\n  \(item)\n}"
      case .routes: "routes a {\n  \(item)\n}"
      case .statements: "routes a { otherwise {\n  \(item)\n} }"
      case .cors: "routes a { otherwise { cors {\n  \(item)\n} } }"
      case .retry: "retry a {\n  \(item)\n}"
      case .retryCauses: "retry a { on {\n  \(item)\n} }"
      case .headers: "headers a {\n  \(item)\n}"
      case .limit: "limit a for b {\n  \(item)\n}"
      case .jwt: "jwt a {\n  \(item)\n}"
      case .test: "test \"a\" for b {\n  \(item)\n}"
      case .prove: "prove \"a\" {\n  \(item)\n}"
      case .staticEndpoints, .labels, .facts, .list: nil
      }
    return inside.map { "module x\n" + $0 }
  }

  @Test(arguments: Block.allCases)
  func everyWordListedIsUnderstood(block: Block) throws {
    for word in block.words {
      let text = try #require(file(block, word.rawValue))
      #expect(!Sources.messages(Array(text.utf8)).contains { $0.contains("E0202") }, "\(word) in \(block)")
    }
  }

  @Test(arguments: Block.allCases)
  func everyOtherWordIsUnknownOnce(block: Block) throws {
    guard !block.words.isEmpty else { return }
    for word in Word.allCases where !block.words.contains(word) {
      let text = try #require(file(block, word.rawValue + " \"x\""))
      let parsed = Sources.parsed(text)
      // A line that begins with one of these belongs to the line before.
      if block == .file, [.and, .or, .else].contains(word) { continue }
      #expect(parsed.diagnostics.map(\.kind.code) == ["E0202"], "\(word) in \(block)")
    }
  }

  @Test func aSlipIsAnsweredWithTheWord() {
    let parsed = Sources.parsed("module x\nservice a {\n  idenity \"spiffe://a/b\"\n}")
    #expect(parsed.diagnostics.map(\.help) == ["did you mean `identity`?"])
    #expect(parsed.diagnostics.map(\.fix?.replacement) == ["identity"])
  }
}
