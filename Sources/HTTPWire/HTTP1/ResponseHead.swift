/// What has to be known of the request to find the end of its response.
public struct AnsweredRequest: BitwiseCopyable, Sendable {
  public enum Method: BitwiseCopyable, Sendable {
    case head, connect, other
  }

  public var method: Method
  /// Whether a switch of protocols was asked for, so that 101 is an answer.
  public var isUpgrade: Bool

  public init(method: Method, isUpgrade: Bool = false) {
    self.method = method
    self.isUpgrade = isUpgrade
  }
}

/// The head of an HTTP/1 response (RFC 9112 section 4) as offsets into the bytes that were parsed.
///
/// One value a worker, filled by `parse` again and again.
public struct ResponseHead: ~Copyable {
  /// 100 to 599.
  public private(set) var status: UInt16 = 0
  /// 0 or 1, of HTTP/1.0 and HTTP/1.1.
  public private(set) var minorVersion: UInt8 = 1
  /// The words behind the status, perhaps none.
  public private(set) var reason = 0..<0
  public private(set) var fields = FieldSection()
  public private(set) var framing = BodyFraming.none
  /// Whether the connection may be used again after this response. False also where the sender framed a body that may not be
  /// there.
  public private(set) var keepAlive = true

  public init() {}

  /// Whether another head follows: 1xx, 101 excepted (RFC 9110 section 15.2).
  public var isInterim: Bool { status < 200 && status != 101 }

  /// Whether field `index` ends here; see `Field.isHopByHop`.
  public func isHopByHop(_ index: Int) -> Bool { fields[index].isHopByHop }

  /// The index of the first field of this name.
  public func firstIndex(of known: KnownField) -> Int? { fields.firstIndex(of: known) }

  /// Reads a head from the beginning of `bytes`, which may go on behind it; as `RequestHead.parse`. Errors are the
  /// upstream's and answered with 502.
  public mutating func parse(_ bytes: Span<UInt8>, answering request: AnsweredRequest, of source: HeadSource = .peer)
    -> HeadStep
  {
    let bytes = bytes.extracting(first: source.bytesMax)
    fields.removeAll()
    let start: Int
    switch statusLine(bytes, request) {
    case .incomplete: return bytes.count < source.bytesMax ? .incomplete : .invalid(.headTooLarge)
    case .invalid(let error): return .invalid(error)
    case .complete(let count): start = count
    }
    switch fields.parse(bytes, from: start, minorVersion: minorVersion, of: source, refusesMimics: false) {
    case .incomplete: return bytes.count < source.bytesMax ? .incomplete : .invalid(.headTooLarge)
    case .invalid(let error): return .invalid(error)
    case .complete(let count):
      fields.markListed(bytes)
      conclude(request)
      return .complete(byteCount: count)
    }
  }

  private mutating func statusLine(_ bytes: Span<UInt8>, _ request: AnsweredRequest) -> HeadStep {
    let end = bytes.count
    var position: Int
    switch HTTPVersion.parse(bytes, from: 0, to: end) {
    case .incomplete: return .incomplete
    case .invalid(let error): return .invalid(error == .version ? .statusLine : error)
    case .complete(let minor, let versionEnd):
      minorVersion = minor
      position = versionEnd
    }
    guard position < end else { return .incomplete }
    guard bytes[position] == 0x20 else { return .invalid(FieldSection.misplaced(bytes[position], else: .statusLine)) }
    position += 1
    status = 0
    for _ in 0..<3 {
      guard position < end else { return .incomplete }
      let digit = bytes[position] &- 0x30
      guard digit < 10 else { return .invalid(FieldSection.misplaced(bytes[position], else: .statusCode)) }
      status = status * 10 + UInt16(digit)
      position += 1
    }
    guard status >= 100, status <= 599 else { return .invalid(.statusCode) }
    guard position < end else { return .incomplete }
    // Servers with no words often leave the space out as well.
    guard bytes[position] == 0x20 || bytes[position] == 0x0D else {
      let byte = bytes[position]
      return .invalid(byte >= 0x30 && byte <= 0x39 ? .statusCode : FieldSection.misplaced(byte, else: .statusLine))
    }
    if status == 101, !request.isUpgrade { return .invalid(.upgradeUnasked) }
    if bytes[position] == 0x20 { position += 1 }
    var reasonEnd = ByteScan.control(bytes, from: position, to: end)
    while reasonEnd < end, bytes[reasonEnd] == 0x09 {
      reasonEnd = ByteScan.control(bytes, from: reasonEnd + 1, to: end)
    }
    guard reasonEnd < end else { return .incomplete }
    guard bytes[reasonEnd] == 0x0D else {
      return .invalid(FieldSection.misplaced(bytes[reasonEnd], else: .statusLine))
    }
    guard reasonEnd + 1 < end else { return .incomplete }
    guard bytes[reasonEnd + 1] == 0x0A else { return .invalid(.bareCarriageReturn) }
    reason = position..<reasonEnd
    return .complete(byteCount: reasonEnd + 2)
  }

  /// RFC 9112 section 6.3.
  private mutating func conclude(_ request: AnsweredRequest) {
    let facts = fields.facts
    keepAlive = facts.keepsAlive(minorVersion: minorVersion)
    let isTunnel = status == 101 || (request.method == .connect && status / 100 == 2)
    if request.method == .head || status == 304 {
      framing = .none
    } else if status / 100 == 1 || status == 204 || isTunnel {
      framing = .none
      // Nothing may frame a body here (RFC 9110 section 8.6); a sender that does may also send it.
      if facts.isChunked || (facts.contentLength ?? 0) > 0 { keepAlive = false }
      fields.endContentLength()
    } else if facts.isChunked {
      framing = .chunked
    } else if let length = facts.contentLength {
      framing = .length(length)
    } else {
      framing = .untilClose
      keepAlive = false
    }
  }
}
