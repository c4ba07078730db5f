/// One `name=value` of a `Cookie` field line; ranges are byte offsets into the line.
public struct CookiePair: Sendable, Equatable {
  public let name: Range<Int>
  /// Without the double quotes around it, which servers strip.
  public let value: Range<Int>
}

/// Walks the pairs of one `Cookie` field line (RFC 6265 section 4.2.1), trimmed as `CanonicalHeader.trimValue` does.
///
/// Pairs are separated by `;` and optional whitespace. Values are `cookie-octet`s, alone or within one pair of double
/// quotes: commas, blanks, backslashes and lone quotes are refused, since older parsers split there. Names compare
/// with case. A line without bytes has no pairs.
public struct CookieCursor: Sendable {
  private var position = 0

  public init() {}

  /// The next pair, nil at the end. `line` must be the same bytes at each call.
  ///
  /// - Throws: `cookie_malformed`.
  public mutating func next(in line: Span<UInt8>) throws(RejectReason) -> CookiePair? {
    guard position < line.count else { return nil }
    let name = position
    var equals = name
    while equals < line.count, line[equals].isTokenByte { equals += 1 }
    guard equals > name, equals < line.count, line[equals] == UInt8(ascii: "=") else { throw .cookieMalformed }

    let quote = UInt8(ascii: "\"")
    let isQuoted = equals + 1 < line.count && line[equals + 1] == quote
    let start = isQuoted ? equals + 2 : equals + 1
    var end = start
    while end < line.count, line[end].isCookieByte { end += 1 }
    var next = end
    if isQuoted {
      guard next < line.count, line[next] == quote else { throw .cookieMalformed }
      next += 1
    }
    if next < line.count {
      guard line[next] == UInt8(ascii: ";") else { throw .cookieMalformed }
      next += 1
      while next < line.count, line[next].isOptionalWhitespace { next += 1 }
      guard next < line.count else { throw .cookieMalformed }
    }
    position = next
    return CookiePair(name: name..<equals, value: start..<end)
  }
}

extension CanonicalHeader {
  /// Looks for the cookie `name` in one `Cookie` field line; a request with several lines asks for each of them.
  ///
  /// The whole line is read, so that a malformed one is refused wherever its fault is.
  ///
  /// - Throws: `cookie_malformed`.
  public static func cookie(named name: Span<UInt8>, in line: Span<UInt8>) throws(RejectReason) -> Occurrence {
    var found = Occurrence.absent
    var cursor = CookieCursor()
    while let pair = try cursor.next(in: line) {
      guard isEqual(line.extracting(pair.name), name) else { continue }
      found = found == .absent ? .once(pair.value) : .repeated
    }
    return found
  }
}
