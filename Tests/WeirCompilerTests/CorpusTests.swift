import Foundation
import Testing
import WeirCompiler
import WeirSource

/// Golden findings: `Tests/Corpus/check/CASE/*.weir` gives `expected.txt`, empty for a clean program.
@Suite struct CorpusTests {
  static let corpus = repository.appendingPathComponent("Tests/Corpus/check")

  @Test(arguments: folders(in: corpus))
  func findingsAreAsExpected(name: String) throws {
    let checked = check(try files(inFolder: Self.corpus.appendingPathComponent(name)))
    try expectGolden("Tests/Corpus/check/\(name)/expected.txt", checked.rendered)
  }
}
