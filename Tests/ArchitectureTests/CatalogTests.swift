import Testing
import WeirSource

/// Each code is declared once, listed, documented and given somewhere.
@Suite struct CatalogTests {
  private struct Declared {
    let constant: String
    let code: String
    let file: String
  }

  private static func declared() throws -> [Declared] {
    try Repository.files(in: "Sources/WeirSource/Catalog", suffix: ".swift").flatMap { file in
      try Repository.text(file).matches(of: /static let (\w+) = DiagnosticKind\(\s*"([EW]\d{4})"/).map {
        Declared(constant: String($0.output.1), code: String($0.output.2), file: file)
      }
    }
  }

  @Test func everyDeclaredCodeIsListedOnce() throws {
    let declared = try Self.declared().map(\.code)
    #expect(!declared.isEmpty)
    #expect(declared.sorted() == Catalog.all.map(\.code))
    #expect(Set(declared).count == declared.count)
  }

  @Test func everyCodeIsGivenSomewhere() throws {
    var members: Set<Substring> = []
    for file in try Repository.files(in: "Sources", suffix: ".swift") where !file.contains("/Catalog/") {
      for piece in try Repository.text(file).split(separator: ".").dropFirst() {
        members.insert(piece.prefix { $0.isLetter || $0.isNumber })
      }
    }
    for kind in try Self.declared() {
      #expect(members.contains(kind.constant[...]), "\(kind.code) .\(kind.constant) in \(kind.file) is never given")
    }
  }

  @Test(arguments: Catalog.all.map(\.code))
  func everyPageIsComplete(code: String) throws {
    let kind = try #require(Catalog.kind(code: code.lowercased()))
    #expect(!kind.title.isEmpty && !kind.title.hasSuffix("."))
    #expect(kind.why.hasSuffix("."))
    #expect(ExplainPage(kind).text.hasPrefix("\(code): \(kind.title)\n"))
  }
}
