import PropertyTesting

/// Texts near to valid ones, and texts that are only made of the same tokens.
public struct Mutation {
  private var random: SplitMix64

  public init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private static let pieces = [
    "{", "}", "(", ")", "[", "]", ",", ".", "..", ":", "=", "=>", "/", "//", "///", "@", "?", "<", ">", "\"", "'",
    "re\"", "\n", " ", "\t", ";", "==", "!=", "&&", "||", "!", "\\", "\u{0}", "\u{202E}", "é", "5", "95%", "0.25%",
    "1.5s",
    "250ms", "64KiB", "100/s", "/24", "2027-01-31", "2027-02-30", "2026-11-21T10:00:00Z", "6..20",
    "99999999999999999999", "module", "import", "authz", "service", "routes", "route", "allow", "deny", "when",
    "always", "and", "or", "not",
    "is", "in", "has", "matches", "under", "any", "all", "else", "true", "present", "otherwise", "to", "from",
    "forward", "test", "GET", "connect", "with", "token", "public", "name", "Set",
  ]

  /// Some pieces cut out, doubled, replaced or put in.
  public mutating func mutated(_ text: [UInt8]) -> [UInt8] {
    var text = text
    for _ in 0...Int.random(in: 0...3, using: &random) {
      let start = Int.random(in: 0...text.count, using: &random)
      let end = min(text.count, start + Int.random(in: 0...12, using: &random))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: text.removeSubrange(start..<end)
      case 1: text.insert(contentsOf: text[start..<end], at: Int.random(in: 0...text.count, using: &random))
      case 2: text.replaceSubrange(start..<end, with: piece())
      default: text.insert(contentsOf: piece(), at: start)
      }
    }
    return text
  }

  /// Tokens in any order.
  public mutating func soup() -> [UInt8] {
    (0..<Int.random(in: 0...80, using: &random)).flatMap { _ in piece() + [UInt8(ascii: " ")] }
  }

  private mutating func piece() -> [UInt8] {
    if Int.random(in: 0..<20, using: &random) == 0 { return [UInt8.random(in: 0...255, using: &random)] }
    return Array((Self.pieces.randomElement(using: &random) ?? "").utf8)
  }
}
