/// The query of a request. It is checked and then kept byte for byte: what it means is the upstream's business, and
/// rewriting it would break signatures made over it.
public enum CanonicalQuery {
  /// Checks the bytes after the first `?` (RFC 3986 section 3.4).
  ///
  /// Escapes may stand for any byte but NUL; they need not be UTF-8, since forms in other encodings exist.
  ///
  /// - Throws: the first reason found, `query_*`.
  /// - Complexity: linear, no allocation.
  public static func check(_ query: Span<UInt8>) throws(RejectReason) {
    guard query.count <= CanonicalLimits.queryBytesMax else { throw .queryTooLong }
    var index = 0
    while index < query.count {
      if query.count - index >= 8, isPlainQuery(word(query, at: index)) {
        index += 8
        continue
      }
      let byte = query[index]
      if byte == UInt8(ascii: "%") {
        guard let value = escapedByte(query, at: index) else { throw .queryBadPercent }
        guard value != 0 else { throw .queryNul }
        index += 3
        continue
      }
      guard byte.isQueryByte else {
        switch byte {
        case 0: throw .queryNul
        case UInt8(ascii: "#"): throw .queryFragment
        default: throw byte.isControl ? .queryControl : .queryForbiddenByte
        }
      }
      index += 1
    }
  }
}
