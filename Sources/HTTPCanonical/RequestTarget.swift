/// A request target taken apart (RFC 9112 section 3.2). Ranges are byte offsets into the target; nothing is copied.
public struct RequestTarget: Sendable, Equatable {
  public enum Form: Sendable {
    /// `/path?query`
    case origin
    /// `http://host/path?query`; `authority` must name the same host as the `Host` field.
    case absolute
    /// `*`, for OPTIONS alone; also an absolute target of OPTIONS without path and query.
    case asterisk
  }

  public enum Scheme: Sendable {
    case http
    case https

    /// The port that a host without one stands for.
    public var defaultPort: UInt16 {
      switch self {
      case .http: 80
      case .https: 443
      }
    }
  }

  public let form: Form
  /// The scheme of an absolute target, else nil.
  public let scheme: Scheme?
  /// Host and port of an absolute target as received, else nil.
  public let authority: Range<Int>?
  /// The path as received; empty where an absolute target has none.
  public let path: Range<Int>
  /// The query as received, without `?`; nil without `?`.
  public let query: Range<Int>?

  /// Takes `target` apart; the parts are not yet validated.
  ///
  /// - Parameter method: the method as received; methods are case-sensitive.
  /// - Throws: `target_*`, or `path_not_absolute` for what is none of the forms.
  /// - Complexity: linear, no allocation.
  public static func split(
    _ target: Span<UInt8>, method: Span<UInt8>
  ) throws(RejectReason) -> RequestTarget {
    if isEqual(method, to: "CONNECT") { throw .targetConnect }
    guard target.count > 0 else { throw .targetEmpty }
    if target[0] == UInt8(ascii: "/") {
      let (path, query) = splitQuery(target, from: 0)
      return RequestTarget(form: .origin, scheme: nil, authority: nil, path: path, query: query)
    }
    if target.count == 1, target[0] == UInt8(ascii: "*") {
      guard isEqual(method, to: "OPTIONS") else { throw .targetAsterisk }
      return RequestTarget(form: .asterisk, scheme: nil, authority: nil, path: 0..<1, query: nil)
    }

    guard let schemeEnd = endOfScheme(target) else { throw .pathNotAbsolute }
    let scheme: Scheme
    switch schemeEnd {
    case 4 where hasPrefixIgnoringCase(target, "http"): scheme = .http
    case 5 where hasPrefixIgnoringCase(target, "https"): scheme = .https
    default: throw .targetScheme
    }
    let authorityStart = schemeEnd + 3
    var authorityEnd = authorityStart
    while authorityEnd < target.count, !endsAuthority(target[authorityEnd]) { authorityEnd += 1 }
    let (path, query) = splitQuery(target, from: authorityEnd)
    let meansServer = path.isEmpty && query == nil && isEqual(method, to: "OPTIONS")
    return RequestTarget(
      form: meansServer ? .asterisk : .absolute, scheme: scheme, authority: authorityStart..<authorityEnd, path: path,
      query: query)
  }

  /// Writes the canonical path of this target: `*` for the asterisk form, `/` where an absolute target has no path
  /// (RFC 9110 section 4.2.3), else as `CanonicalPath.write`.
  ///
  /// - Parameter target: the bytes that were split.
  public func writePath(
    of target: Span<UInt8>, mode: PathMode, into scratch: inout MutableSpan<UInt8>
  ) throws(RejectReason) -> Int {
    switch form {
    case .origin:
      return try CanonicalPath.write(target.extracting(path), mode: mode, into: &scratch)
    case .absolute where !path.isEmpty:
      return try CanonicalPath.write(target.extracting(path), mode: mode, into: &scratch)
    case .absolute, .asterisk:
      guard scratch.count > 0 else { throw .pathTooLong }
      scratch[0] = form == .asterisk ? UInt8(ascii: "*") : UInt8(ascii: "/")
      return 1
    }
  }

  private static func splitQuery(_ target: Span<UInt8>, from start: Int) -> (path: Range<Int>, query: Range<Int>?) {
    let mark = firstIndex(of: UInt8(ascii: "?"), in: target, from: start)
    return (start..<mark, mark < target.count ? mark + 1..<target.count : nil)
  }

  /// The offset of `://` after a scheme (RFC 3986 section 3.1), nil where none begins the target.
  private static func endOfScheme(_ target: Span<UInt8>) -> Int? {
    var end = 0
    while end < target.count, isSchemeByte(target[end], isFirst: end == 0) { end += 1 }
    guard end > 0, target.count - end >= 3, target[end] == UInt8(ascii: ":"), target[end + 1] == UInt8(ascii: "/"),
      target[end + 2] == UInt8(ascii: "/")
    else { return nil }
    return end
  }

  private static func isSchemeByte(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A: true
    case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
    default: false
    }
  }

  private static func endsAuthority(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): true
    default: false
    }
  }
}
