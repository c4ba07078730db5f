/// The head of an HTTP/1 request (RFC 9112 section 3) as offsets into the bytes that were parsed.
///
/// One value a worker, filled by `parse` again and again; noncopyable, because it is 4 KB large.
public struct RequestHead: ~Copyable {
  /// The method, as received; methods are case-sensitive.
  public private(set) var method = 0..<0
  /// The request target, as received: visible ASCII, not yet canonical.
  public private(set) var target = 0..<0
  /// 0 or 1, of HTTP/1.0 and HTTP/1.1.
  public private(set) var minorVersion: UInt8 = 1
  public private(set) var fields = FieldSection()
  /// `none`, `length` or `chunked`.
  public private(set) var framing = BodyFraming.none
  /// Whether the client wants to send another request on this connection.
  public private(set) var keepAlive = true
  /// Whether the client waits for 100 before it sends the body (RFC 9110 section 10.1.1).
  public private(set) var expectsContinue = false
  public private(set) var upgrade = UpgradeKind.none

  public init() {}

  /// Whether the client takes trailers (`TE: trailers`).
  public var hasTETrailers: Bool { fields.facts.hasTETrailers }

  /// Whether field `index` ends here; see `Field.isHopByHop`.
  public func isHopByHop(_ index: Int) -> Bool { fields[index].isHopByHop }

  /// Reads a head from the beginning of `bytes`, which may go on behind it. One empty line in front is skipped
  /// (RFC 9112 section 2.2). The result for a beginning is `incomplete` or that of the whole, so it does not matter
  /// how the bytes arrive; after `incomplete` parse again from the beginning with more of them (`HeadArrival`).
  ///
  /// - Complexity: one pass over at most 16 KiB, no allocation.
  public mutating func parse(_ bytes: Span<UInt8>, of source: HeadSource = .peer) -> HeadStep {
    let bytes = bytes.extracting(first: source.bytesMax)
    fields.removeAll()
    let start: Int
    switch requestLine(bytes) {
    case .incomplete: return bytes.count < source.bytesMax ? .incomplete : .invalid(.targetTooLong)
    case .invalid(let error): return .invalid(error)
    case .complete(let count): start = count
    }
    // What the proxy has written itself was checked when it came, or stands in the policy.
    switch fields.parse(bytes, from: start, minorVersion: minorVersion, of: source, refusesMimics: source == .peer) {
    case .incomplete: return bytes.count < source.bytesMax ? .incomplete : .invalid(.headTooLarge)
    case .invalid(let error): return .invalid(error)
    case .complete(let count):
      if let error = conclude(bytes) { return .invalid(error) }
      return .complete(byteCount: count)
    }
  }

  private mutating func requestLine(_ bytes: Span<UInt8>) -> HeadStep {
    let end = bytes.count
    var start = 0
    if end > 0, bytes[0] == 0x0D {
      guard end > 1 else { return .incomplete }
      guard bytes[1] == 0x0A else { return .invalid(.bareCarriageReturn) }
      start = 2
    }
    let methodEnd = ByteScan.tokenEnd(bytes, from: start, to: end)
    guard methodEnd < end else { return .incomplete }
    guard bytes[methodEnd] == 0x20 else {
      if bytes[methodEnd] == 0x0D { return FieldSection.lineEnd(bytes, at: methodEnd, is: .requestLine) }
      return .invalid(FieldSection.misplaced(bytes[methodEnd], else: .methodByte))
    }
    guard methodEnd > start else { return .invalid(.requestLine) }
    method = start..<methodEnd
    let targetEnd = ByteScan.invisible(bytes, from: methodEnd &+ 1, to: end)
    guard targetEnd < end else { return .incomplete }
    guard bytes[targetEnd] == 0x20 else {
      let byte = bytes[targetEnd]
      // What ends here has no version: HTTP/0.9, which nobody means.
      return .invalid(byte == 0x0D ? .requestLine : FieldSection.misplaced(byte, else: .targetByte))
    }
    guard targetEnd > methodEnd &+ 1 else { return .invalid(.requestLine) }
    target = methodEnd &+ 1..<targetEnd
    switch HTTPVersion.parse(bytes, from: targetEnd &+ 1, to: end) {
    case .incomplete: return .incomplete
    case .invalid(let error): return .invalid(error)
    case .complete(let minor, let versionEnd):
      minorVersion = minor
      guard versionEnd < end else { return .incomplete }
      guard bytes[versionEnd] == 0x0D else {
        return .invalid(FieldSection.misplaced(bytes[versionEnd], else: .requestLine))
      }
      guard versionEnd &+ 1 < end else { return .incomplete }
      return bytes[versionEnd &+ 1] == 0x0A ? .complete(byteCount: versionEnd &+ 2) : .invalid(.bareCarriageReturn)
    }
  }

  /// What only all lines together say.
  private mutating func conclude(_ bytes: Span<UInt8>) -> WireError? {
    let facts = fields.facts
    if minorVersion == 1, !facts.hasHost { return .hostMissing }
    // HTTP/1.0 knows no expectations (RFC 9110 section 10.1.1): it has none that could be passed on.
    if minorVersion == 1, facts.expectsOther { return .expectation }
    if minorVersion == 0, facts.expectsContinue || facts.expectsOther { fields.endExpectations() }
    fields.markListed(bytes)
    framing = facts.isChunked ? .chunked : facts.contentLength.map(BodyFraming.length) ?? .none
    keepAlive = facts.keepsAlive(minorVersion: minorVersion)
    expectsContinue = minorVersion == 1 && facts.expectsContinue
    upgrade = minorVersion == 1 && facts.hasConnectionUpgrade ? facts.upgrade : .none
    return nil
  }
}
