import Foundation
import Testing
import WeirCompiler
import WeirSource

/// Every page of `weir explain` about meaning keeps its word.
@Suite struct CatalogPageTests {
  /// Errors that the checker gives; those of the text's shape are tested with the parser.
  static let codes = Catalog.all.filter { $0.severity == .error && $0.code >= "E03" }.map(\.code)

  @Test(arguments: codes)
  func badExampleGivesItsCodeOnce(code: String) throws {
    let kind = try #require(Catalog.kind(code: code))
    let checked = check(files(in: kind.bad))
    #expect(checked.diagnostics.map(\.kind.code) == [code], "\(checked.rendered)")
  }

  @Test(arguments: codes)
  func goodExampleIsClean(code: String) throws {
    let kind = try #require(Catalog.kind(code: code))
    let checked = check(files(in: kind.good))
    #expect(checked.diagnostics.isEmpty, "\(checked.rendered)")
    #expect(checked.policy != nil)
  }

  /// What people read for the bad example: `Tests/Corpus/pages/CODE.txt`, rewritten under `UPDATE_GOLDEN=1`.
  @Test(arguments: codes)
  func findingReadsAsExpected(code: String) throws {
    let kind = try #require(Catalog.kind(code: code))
    try expectGolden("Tests/Corpus/pages/\(code).txt", check(files(in: kind.bad)).rendered)
  }

  @Test func codesAreUnique() {
    let codes = Catalog.all.map(\.code)
    #expect(Set(codes).count == codes.count)
  }
}
