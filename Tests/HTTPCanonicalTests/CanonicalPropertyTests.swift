import FuzzTargets
import HTTPCanonical
import PropertyTesting
import Testing

/// Reports a broken invariant with the input that shows it.
func checkCanonicalInvariants(_ input: [UInt8]) {
  let violation = canonicalViolation(of: input)
  #expect(violation == nil, "\(violation ?? "") for \(cell(input))")
}

@Suite struct CanonicalPropertyTests {
  /// Pieces that canonicalisers got wrong before, mixed with harmless ones.
  private static let pathPieces = [
    "/", "/", "/", "/", ".", ".", "..", "..", "/../", "/./", "//", "a", "b", "%2e", "%2E", "%2f", "%2F", "%5c", "%5C",
    "\\", "%25", "%25", "4", "1", "2F", "%34", "%31", "%41", "%", "%c3%a9", "%C3", "%a9", "%e2%82%ac", "%c0%af", ";",
    "%3b", "%3B", "%00", "%0a", "#", "?", "~", "%7e", "%20", ":", "=",
  ]

  private static let hostPieces = [
    "a", "B", "shop", "-", "_", ".", ".", ".", "1", "127", "0", "255", "256", "0x7f", "0x", ":", ":", "::", "[", "]",
    "[::", "ffff", "80", "443", "65536", "@", "%", "e",
  ]

  private static let textPieces = [
    "a", "=", "&", ";", "; ", "\"", ",", " ", "\t", "%61", "%26", "%3d", "%zz", "%00", "+", "\\", "a=1", "&a=", "\r\n",
    "x-y", "http://", "https://", "h", "/", "?", "*", ":80", "#",
  ]

  private static func input(of pieces: [String], using generator: inout SplitMix64) -> [UInt8] {
    var result: [UInt8] = []
    for _ in 0..<Int.random(in: 0...10, using: &generator) {
      if Int.random(in: 0..<40, using: &generator) == 0 {
        result.append(.random(in: .min ... .max, using: &generator))
      } else if let piece = pieces.randomElement(using: &generator) {
        result += Array(piece.utf8)
      }
    }
    return result
  }

  @Test(arguments: [pathPieces, hostPieces, textPieces], [1, 2])
  func invariantsHold(pieces: [String], seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for round in 0..<3_500 {
      let input = Self.input(of: pieces, using: &generator)
      guard let violation = canonicalViolation(of: input) else { continue }
      Issue.record("\(violation) for \(cell(input)), seed \(seed), round \(round)")
      return
    }
  }

  /// All short paths over the bytes that matter: no luck is needed to find a fault here.
  @Test func invariantsHoldForAllShortPaths() {
    let alphabet = ["/", ".", "a", "%2e", "%2F", "\\", "%25", "4"].map { Array($0.utf8) }
    var level: [[UInt8]] = [[]]
    for _ in 0..<4 {
      level = level.flatMap { prefix in alphabet.map { prefix + $0 } }
      for input in level {
        guard let violation = canonicalViolation(of: input) else { continue }
        Issue.record("\(violation) for \(cell(input))")
        return
      }
    }
  }

  /// The generator reaches what it is for: many inputs are accepted, and every path reason is given.
  @Test func generatorReachesEveryReason() {
    var generator = SplitMix64(seed: 3)
    var seen: Set<RejectReason> = []
    var accepted = 0
    for _ in 0..<5_000 {
      let input = [UInt8(ascii: "/")] + Self.input(of: Self.pathPieces, using: &generator)
      switch Canonical.path(input, mode: .strict) {
      case .success: accepted += 1
      case .failure(let reason): seen.insert(reason)
      }
    }
    #expect(accepted > 250)
    let expected = RejectReason.allCases.filter {
      $0.code.hasPrefix("path_") && $0 != .pathTooLong && $0 != .pathNotAbsolute
    }
    #expect(Set(expected).subtracting(seen).isEmpty)
  }
}
