/// One `name=value` of a query; ranges are byte offsets into the query, escapes still in place.
public struct QueryParameter: Sendable, Equatable {
  public let name: Range<Int>
  /// Empty without `=`: `?x` and `?x=` carry the same value.
  public let value: Range<Int>
}

/// Walks the parameters of a checked query.
///
/// Parameters are separated by `&` alone, never by `;`, and empty pieces are skipped. Names and values compare after
/// every escape was decoded; `+` stays a plus, because only some upstreams read it as a space.
public struct QueryParameterCursor: Sendable {
  private var position = 0

  public init() {}

  /// The next parameter, nil at the end. `query` must be the same bytes at each call.
  public mutating func next(in query: Span<UInt8>) -> QueryParameter? {
    while position < query.count {
      let start = position
      var end = start
      var equals: Int?
      while end < query.count, query[end] != UInt8(ascii: "&") {
        if equals == nil, query[end] == UInt8(ascii: "=") { equals = end }
        end += 1
      }
      position = end + 1
      if end == start { continue }
      guard let equals else { return QueryParameter(name: start..<end, value: end..<end) }
      return QueryParameter(name: start..<equals, value: equals + 1..<end)
    }
    return nil
  }
}

/// How often a name occurs where it should occur once.
public enum Occurrence: Sendable, Equatable {
  case absent
  /// The offsets of the only value.
  case once(Range<Int>)
  /// Twice or more: a rule that reads the name refuses the request.
  case repeated
}

extension CanonicalQuery {
  /// Looks for the parameter `name` (plain bytes) in a checked query. Linear, no allocation.
  ///
  /// - Returns: the offsets of its value in `query`, escapes still in place: see `decode`.
  public static func parameter(named name: Span<UInt8>, in query: Span<UInt8>) -> Occurrence {
    var found = Occurrence.absent
    var cursor = QueryParameterCursor()
    while let parameter = cursor.next(in: query) {
      guard isEqual(decoded: query, parameter.name, to: name) else { continue }
      guard found == .absent else { return .repeated }
      found = .once(parameter.value)
    }
    return found
  }

  /// Writes a name or value of a checked query with all its escapes decoded and returns the length written.
  ///
  /// - Parameter scratch: at least `part.count` bytes, otherwise `query_too_long`.
  public static func decode(
    _ part: Span<UInt8>, into scratch: inout MutableSpan<UInt8>
  ) throws(RejectReason) -> Int {
    guard part.count <= scratch.count else { throw .queryTooLong }
    var length = 0
    var index = 0
    while index < part.count {
      var byte = part[index]
      index += 1
      if byte == UInt8(ascii: "%") {
        guard let value = escapedByte(part, at: index - 1) else { throw .queryBadPercent }
        byte = value
        index += 2
      }
      scratch[length] = byte
      length += 1
    }
    return length
  }

  /// Whether the bytes in `range`, decoded, are `plain`. A bad escape equals nothing.
  private static func isEqual(decoded bytes: Span<UInt8>, _ range: Range<Int>, to plain: Span<UInt8>) -> Bool {
    var index = range.lowerBound
    var matched = 0
    while index < range.upperBound {
      guard matched < plain.count else { return false }
      var byte = bytes[index]
      var width = 1
      if byte == UInt8(ascii: "%") {
        guard let value = escapedByte(bytes, at: index) else { return false }
        byte = value
        width = 3
      }
      guard byte == plain[matched] else { return false }
      index += width
      matched += 1
    }
    return matched == plain.count
  }
}
