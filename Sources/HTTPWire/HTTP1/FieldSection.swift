/// The field lines of a head or of a trailer section, and what they say about framing and the connection.
///
/// A value that is used again for message after message: 108 places, no memory of its own. Reading is strict where the
/// standards are lenient for old senders' sake (RFC 9112 sections 2.2, 5.1, 5.2): another reader might be lenient in
/// another way.
public struct FieldSection: ~Copyable {
  /// Field lines found.
  public internal(set) var count = 0
  var facts = FieldFacts()
  var lines = FixedTable<Field>(repeating: .empty, count: HeadSource.proxy.fieldsMax)
  private var names = KnownNames()

  init() {}

  /// The field line of this index, in the order of arrival.
  public subscript(index: Int) -> Field {
    @inline(__always) get {
      precondition(index < count)
      return lines[index]
    }
  }

  /// The index of the first field of this name.
  public func firstIndex(of known: KnownField) -> Int? {
    for index in 0..<count where lines[index].known == known { return index }
    return nil
  }

  /// The length is not passed on.
  mutating func endContentLength() {
    guard facts.contentLength != nil, let index = firstIndex(of: .contentLength) else { return }
    lines[index].isHopByHop = true
  }

  /// No expectation is passed on.
  mutating func endExpectations() {
    for index in 0..<count where lines[index].known == .expect { lines[index].isHopByHop = true }
  }

  mutating func removeAll() {
    count = 0
    facts = FieldFacts()
  }

  /// Reads lines from `start` on to the empty line.
  ///
  /// Mistakes are found in the order of the bytes, so the result for a beginning is `incomplete` or that of the whole.
  ///
  /// - Parameter refusesMimics: whether a name is a mistake that becomes one of ours when `_` is read as `-`, as services read those of
  ///   requests.
  mutating func parse(
    _ bytes: Span<UInt8>, from start: Int, minorVersion: UInt8, of source: HeadSource = .peer, refusesMimics: Bool
  ) -> HeadStep {
    let end = bytes.count
    var position = start
    while position < end {
      var nameEnd = ByteScan.wordEnd(bytes, from: position, to: end)
      // Other bytes of a token are rare; `_` is one of them.
      let isPlain = nameEnd < end && bytes[nameEnd] == UInt8(ascii: ":")
      if !isPlain {
        while nameEnd < end, bytes[nameEnd].isTokenByte { nameEnd &+= 1 }
      }
      if nameEnd == position {
        switch bytes[position] {
        case 0x0D: return lineEnd(bytes, at: position)
        case 0x20, 0x09: return .invalid(.foldedLine)
        case let byte: return .invalid(Self.misplaced(byte, else: .fieldName))
        }
      }
      guard count < source.fieldsMax else { return .invalid(.tooManyFields) }
      guard nameEnd < end else { return .incomplete }
      guard bytes[nameEnd] == UInt8(ascii: ":") else {
        let byte = bytes[nameEnd]
        if byte == 0x0D { return Self.lineEnd(bytes, at: nameEnd, is: .fieldName) }
        return .invalid(byte.isOptionalWhitespace ? .spaceBeforeColon : Self.misplaced(byte, else: .fieldName))
      }
      var valueStart = nameEnd &+ 1
      while valueStart < end, bytes[valueStart].isOptionalWhitespace { valueStart &+= 1 }
      var valueEnd = ByteScan.control(bytes, from: valueStart, to: end)
      while valueEnd < end, bytes[valueEnd] == 0x09 {
        valueEnd = ByteScan.control(bytes, from: valueEnd &+ 1, to: end)
      }
      guard valueEnd < end else { return .incomplete }
      guard bytes[valueEnd] == 0x0D else { return .invalid(Self.misplaced(bytes[valueEnd], else: .fieldValue)) }
      guard valueEnd &+ 1 < end else { return .incomplete }
      guard bytes[valueEnd &+ 1] == 0x0A else { return .invalid(.bareCarriageReturn) }
      let next = valueEnd &+ 2
      while valueEnd > valueStart, bytes[valueEnd &- 1].isOptionalWhitespace { valueEnd &-= 1 }

      let known = names.field(bytes, position..<nameEnd)
      lines[count] = Field(
        nameStart: UInt32(truncatingIfNeeded: position), nameCount: UInt16(truncatingIfNeeded: nameEnd &- position),
        known: known, isHopByHop: known.isHopByHop, valueStart: UInt32(truncatingIfNeeded: valueStart),
        valueCount: UInt32(truncatingIfNeeded: valueEnd &- valueStart))
      count &+= 1
      if !isPlain, refusesMimics, known == .other, names.mimics(bytes, position..<nameEnd) {
        return .invalid(.fieldNameUnderscore)
      }
      if let error = note(bytes, known, valueStart..<valueEnd, minorVersion) { return .invalid(error) }
      position = next
    }
    return .incomplete
  }

  private func lineEnd(_ bytes: Span<UInt8>, at position: Int) -> HeadStep {
    guard position + 1 < bytes.count else { return .incomplete }
    return bytes[position + 1] == 0x0A ? .complete(byteCount: position + 2) : .invalid(.bareCarriageReturn)
  }

  /// The mistake of a line that ends where it should go on.
  static func lineEnd(_ bytes: Span<UInt8>, at position: Int, is error: WireError) -> HeadStep {
    guard position + 1 < bytes.count else { return .incomplete }
    return .invalid(bytes[position + 1] == 0x0A ? error : .bareCarriageReturn)
  }

  /// The mistake of a control byte where none may stand.
  static func misplaced(_ byte: UInt8, else other: WireError) -> WireError {
    switch byte {
    case 0x00: .nul
    case 0x0A: .bareLineFeed
    case 0x0D: .bareCarriageReturn
    default: other
    }
  }

  /// What a line says about framing and the connection.
  @inline(__always)
  private mutating func note(
    _ bytes: Span<UInt8>, _ known: KnownField, _ value: Range<Int>, _ minorVersion: UInt8
  ) -> WireError? {
    switch known {
    case .contentLength: return facts.noteContentLength(bytes, value)
    case .transferEncoding: return facts.noteTransferEncoding(bytes, value, minorVersion)
    case .connection: return facts.noteConnection(bytes, value)
    case .host: return facts.noteHost()
    case .te: facts.noteTE(bytes, value)
    case .upgrade: facts.noteUpgrade(bytes, value)
    case .expect: facts.noteExpect(bytes, value)
    case .other, .keepAlive, .proxyConnection, .trailer, .http2Settings, .maxForwards, .authorization,
      .proxyAuthenticate,
      .proxyAuthorization, .wwwAuthenticate, .cookie, .setCookie, .forwarded, .via, .xForwardedFor, .xForwardedHost,
      .xForwardedPort, .xForwardedProto, .xRealIP, .xRequestID, .xForwardedOther, .traceparent, .tracestate,
      .contentEncoding,
      .contentRange, .contentType, .cacheControl, .date, .location, .retryAfter, .server, .grpcMessage,
      .grpcRetryPushback, .grpcStatus, .grpcTimeout:
      break
    }
    return nil
  }

  /// Marks the fields that `Connection` names (RFC 9110 section 7.6.1), once all lines are known.
  mutating func markListed(_ bytes: Span<UInt8>) {
    guard facts.connectionNamesFields else { return }
    for index in 0..<count where self[index].known == .connection {
      var list = ListReader(self[index].value)
      while let option = list.next(bytes) {
        for other in 0..<count
        where isEqualIgnoringCase(bytes, self[other].name, option) && !self[other].known.staysWhenListedInConnection {
          lines[other].isHopByHop = true
        }
      }
    }
  }
}

/// The members of a list between commas (RFC 9110 section 5.6.1), without the whitespace around them.
struct ListReader: BitwiseCopyable {
  private var position: Int
  private let end: Int

  init(_ value: Range<Int>) {
    position = value.lowerBound
    end = value.upperBound
  }

  /// The next member, an empty one included.
  mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
    guard position <= end else { return nil }
    var start = position
    while position < end, bytes[position] != UInt8(ascii: ",") { position += 1 }
    var stop = position
    position += 1
    while start < stop, bytes[start].isOptionalWhitespace { start += 1 }
    while stop > start, bytes[stop - 1].isOptionalWhitespace { stop -= 1 }
    return start..<stop
  }
}
