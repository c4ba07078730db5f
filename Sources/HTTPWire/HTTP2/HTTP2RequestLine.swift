import ProxyTransport

/// A request's pseudo-header fields, and what else of its head a proxy looks at first (RFC 9113, 8.3.1).
///
/// The library has checked what is there: each at most once, before all other fields, `content-length` one number.
public struct HTTP2RequestLine: Sendable {
  public var method = ByteRange.empty
  public var scheme = ByteRange.empty
  public var authority = ByteRange.empty
  /// Without it the `host` field tells.
  public var hasAuthority = false
  /// With the query; empty for CONNECT.
  public var path = ByteRange.empty
  /// Indices of the other fields.
  public var fields: Range<Int>
  /// Fields named `cookie`: pieces of one (8.2.3).
  public var cookieCrumbs = 0
  public var contentLength: UInt64?
  /// `te: trailers`.
  public var acceptsTrailers = false
  /// `content-type` begins with `application/grpc`.
  public var isGRPC = false
  /// Some name means another field to readers that take `_` for `-`.
  public var hasMimic = false
  /// The value of `grpc-timeout`.
  public var timeout: ByteRange?
  /// `grpc-timeout` is there more than once.
  public var repeatsTimeout = false

  /// Whether the scheme is one of two; schemes have no case (RFC 3986, 3.1).
  public func hasScheme(_ first: ByteRange, or second: ByteRange, in memory: borrowing Memory) -> Bool {
    isScheme(first, memory) || isScheme(second, memory)
  }

  private func isScheme(_ name: ByteRange, _ memory: borrowing Memory) -> Bool {
    guard name.count == scheme.count else { return false }
    for offset in 0..<name.count where memory[scheme.start + offset] | 0x20 != memory[name.start + offset] {
      return false
    }
    return true
  }
}

extension HTTP2Tape {
  /// Reads a request's head. Complexity: linear in its fields.
  public func requestLine(_ head: HTTP2Head, in memory: borrowing Memory) -> HTTP2RequestLine {
    var line = HTTP2RequestLine(fields: head.fields)
    var index = head.fields.lowerBound
    while index < head.fields.upperBound {
      let field = field(index)
      guard memory[field.name.start] == UInt8(ascii: ":") else { break }
      // The second letter tells :method, :scheme, :authority and :path apart; others do not get here.
      switch memory[field.name.start + 1] {
      case UInt8(ascii: "m"): line.method = field.value
      case UInt8(ascii: "s"): line.scheme = field.value
      case UInt8(ascii: "a"):
        line.authority = field.value
        line.hasAuthority = true
      default: line.path = field.value
      }
      index += 1
    }
    line.fields = index..<head.fields.upperBound
    for index in line.fields {
      let field = field(index)
      switch known(field.name, in: memory) {
      case .cookie: line.cookieCrumbs += 1
      case .te: line.acceptsTrailers = true
      case .contentLength: line.contentLength = memory.decimal(field.value)
      case .other: if mimics(field.name, in: memory) { line.hasMimic = true }
      case .grpcTimeout:
        line.repeatsTimeout = line.timeout != nil
        line.timeout = field.value
      case .contentType: line.isGRPC = isGRPC(contentType: memory.span(field.value))
      default: break
      }
    }
    return line
  }
}

/// Whether a content type is that of gRPC: `application/grpc`, alone or with a suffix or parameters.
public func isGRPC(contentType value: Span<UInt8>) -> Bool {
  let prefix: StaticString = "application/grpc"
  guard value.count >= prefix.utf8CodeUnitCount else { return false }
  let expected = prefix.bytes
  for index in expected.indices where value[index] | 0x20 != expected[index] | 0x20 { return false }
  guard value.count > expected.count else { return true }
  return value[expected.count] == UInt8(ascii: "+") || value[expected.count] == UInt8(ascii: ";")
}

extension Memory {
  /// A number of digits alone.
  fileprivate func decimal(_ place: ByteRange) -> UInt64? {
    guard place.count > 0, place.count <= 19 else { return nil }
    var number: UInt64 = 0
    for offset in 0..<place.count {
      let digit = self[place.start + offset] &- 0x30
      guard digit < 10 else { return nil }
      number = number &* 10 &+ UInt64(digit)
    }
    return number
  }
}
