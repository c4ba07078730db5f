import HTTPCanonical
import PropertyTesting
import Testing

@testable import WeirPlan

/// What can occur in a slot, against the functions that make it so.
@Suite struct DomainTests {
  @Test(arguments: 0..<20) func canonicalPathsAreExactlyTheirOwnCanonicalForm(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let pieces = [
      "/", ".", "..", "a", "Z", "%", "%25", "4", "1", "%2F", "%C3%A9", "%E2%82%AC", "%ED%A0%80", ";", "~", "%3B", "%7E",
      "%20", "%f0", "/a",
    ]
    for _ in 0..<500 {
      let text =
        "/"
        + (0..<Int.random(in: 0...6, using: &random)).map { _ in
          pieces[Int.random(in: 0..<pieces.count, using: &random)]
        }.joined()
      let bytes = Array(text.utf8)
      let isCanonical = (try? Canonical.path(bytes, mode: .strict).get()) == bytes
      #expect(Slot.Kind.path(.exact).canHold(text) == isCanonical, "\(text), seed \(seed)")
    }
  }

  @Test(arguments: 0..<20) func canonicalHostsAreTheirOwnCanonicalForm(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let pieces = ["a", "-", ".", "0", "1", "255", "256", "0x", "f", "_", "x", "127.0.0.1"]
    for _ in 0..<500 {
      let text = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &random)]
      }.joined()
      let bytes = Array(text.utf8)
      let isCanonical = (try? Canonical.host(bytes).get())?.host == bytes
      #expect(Slot.Kind.text(.host).canHold(text) == isCanonical, "\(text), seed \(seed)")
    }
  }
}
