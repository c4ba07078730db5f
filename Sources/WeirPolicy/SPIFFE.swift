/// The syntax of SPIFFE identities (SPIFFE-ID, sections 2.1 to 2.3).
public enum SPIFFE {
  public static let identityBytesMax = 2048

  /// `spiffe://TRUST_DOMAIN/SEGMENT…` with at least one segment.
  public static func isIdentity(_ text: String) -> Bool {
    let scheme = "spiffe://"
    guard text.utf8.count <= identityBytesMax, text.hasPrefix(scheme) else { return false }
    let parts = text.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    return parts.count > 1 && isTrustDomain(parts[0]) && parts.dropFirst().allSatisfy(isSegment)
  }

  /// Lower-case letters, digits, `.`, `-` and `_`; at most 255 bytes.
  public static func isTrustDomain(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 255
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || ".-_".utf8.contains($0) }
  }

  /// Letters, digits, `.`, `-` and `_`; neither empty nor a dot segment.
  public static func isSegment(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".."
      && text.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
          || ".-_".utf8.contains($0)
      }
  }
}
