import Testing
import WeirSource
import WeirSyntax

/// Every page of `weir explain` about bytes, tokens and syntax keeps its word.
@Suite struct PageTests {
  static let kinds = Catalog.all.filter { $0.code.hasPrefix("E01") || $0.code.hasPrefix("E02") }

  @Test(arguments: kinds.map(\.code))
  func badExampleGivesItsCodeOnce(code: String) throws {
    let kind = try #require(Catalog.kind(code: code))
    // Two kinds cannot be shown in a text of their own; they have tests below.
    guard kind != .invalidEncoding, kind != .fileTooLarge else { return #expect(kind.bad.isEmpty) }
    #expect(codes(kind.bad) == [code], "\(messages(kind.bad))")
  }

  @Test(arguments: kinds.map(\.code))
  func goodExampleIsClean(code: String) throws {
    let kind = try #require(Catalog.kind(code: code))
    guard !kind.good.isEmpty else { return }
    #expect(messages(kind.good) == [])
  }

  @Test func bytesThatAreNotUTF8AreReportedOnce() {
    let broken: [UInt8] = [0xFF, 0x80, 0xC0, 0x80]
    let text = Array("module shop\n// ".utf8) + broken + Array("\nlet size = 3\n".utf8)
    let parsed = parse(SourceFile(path: "a.weir", text: text), id: FileID(0))
    #expect(parsed.diagnostics.map(\.kind.code) == ["E0106"])
    #expect(parsed.value.tree.text == text)
  }

  @Test func theLargestFileIsReadAndOneByteMoreIsNot() {
    let start = Array("module shop\n".utf8)
    let largest = start + [UInt8](repeating: UInt8(ascii: "\n"), count: sourceBytesMax - start.count)
    #expect(parse(SourceFile(path: "a.weir", text: largest), id: FileID(0)).diagnostics.isEmpty)
    let tooLarge = parse(SourceFile(path: "a.weir", text: largest + [10]), id: FileID(0))
    #expect(tooLarge.diagnostics.map(\.kind.code) == ["E0115"])
  }

  @Test func nestingIsAllowedUpToItsLimit() {
    func nested(_ depth: Int) -> String {
      "module shop\nfn f(ip: IP): Bool = " + String(repeating: "(", count: depth) + "ip is \"::1\""
        + String(repeating: ")", count: depth)
    }
    #expect(codes(nested(63)) == [])
    #expect(codes(nested(64)) == ["E0212"])
  }

  private func codes(_ text: String) -> [String] { diagnostics(text).map(\.kind.code) }

  private func messages(_ text: String) -> [String] { diagnostics(text).map { "\($0.kind.code) \($0.message)" } }

  private func diagnostics(_ text: String) -> [Diagnostic] {
    parse(SourceFile(path: "a.weir", text: text), id: FileID(0)).diagnostics
  }
}
