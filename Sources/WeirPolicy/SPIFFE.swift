/// The syntax of SPIFFE identities (SPIFFE-ID, sections 2.1 to 2.3).
public enum SPIFFE {
  public static let identityBytesMax = 2048

  private static let scheme = "spiffe://"

  /// `spiffe://TRUST_DOMAIN/SEGMENT…` with at least one segment.
  public static func isIdentity(_ text: String) -> Bool {
    let bytes = text.utf8Span.span
    guard bytes.count <= identityBytesMax, text.utf8.starts(with: scheme.utf8) else { return false }
    var start = scheme.utf8.count
    var parts = 0
    while start <= bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != UInt8(ascii: "/") { end += 1 }
      let part = bytes.extracting(start..<end)
      guard parts == 0 ? isTrustDomain(part) : isSegment(part) else { return false }
      parts += 1
      start = end + 1
    }
    return parts > 1
  }

  /// Lower-case letters, digits, `.`, `-` and `_`; at most 255 bytes.
  public static func isTrustDomain(_ text: String) -> Bool { isTrustDomain(text.utf8Span.span) }

  /// Letters, digits, `.`, `-` and `_`; neither empty nor a dot segment.
  public static func isSegment(_ text: String) -> Bool { isSegment(text.utf8Span.span) }

  private static func isTrustDomain(_ text: Span<UInt8>) -> Bool {
    for index in text.indices {
      guard isSegmentByte(text[index]), !(0x41...0x5A).contains(text[index]) else { return false }
    }
    return (1...255).contains(text.count)
  }

  private static func isSegment(_ text: Span<UInt8>) -> Bool {
    var dots = 0
    for index in text.indices {
      guard isSegmentByte(text[index]) else { return false }
      if text[index] == UInt8(ascii: ".") { dots += 1 }
    }
    return !text.isEmpty && (dots < text.count || dots > 2)
  }

  private static func isSegmentByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
