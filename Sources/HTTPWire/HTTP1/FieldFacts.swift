/// What the field lines say about framing and the connection, gathered line by line.
struct FieldFacts: BitwiseCopyable {
  var contentLength: UInt64?
  var isChunked = false
  var hasHost = false
  var hasClose = false
  var hasKeepAlive = false
  var hasConnectionUpgrade = false
  var connectionNamesFields = false
  var connectionOptions = 0
  var hasTETrailers = false
  var expectsContinue = false
  var expectsOther = false
  var upgrade = UpgradeKind.none

  /// One plain decimal number as we would write it ourselves: no sign, no list, no leading zero, at most `Int64.max`.
  mutating func noteContentLength(_ bytes: Span<UInt8>, _ value: Range<Int>) -> WireError? {
    if contentLength != nil { return .contentLengthRepeated }
    if isChunked { return .contentLengthBesideTransferEncoding }
    guard !value.isEmpty, value.count <= 19, value.count == 1 || bytes[value.lowerBound] != UInt8(ascii: "0") else {
      return .contentLength
    }
    var number: UInt64 = 0
    for index in value {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return .contentLength }
      number = number &* 10 &+ UInt64(digit)
    }
    guard number <= UInt64(Int64.max) else { return .contentLength }
    contentLength = number
    return nil
  }

  /// `chunked` alone, in any case (RFC 9112 section 6.1).
  mutating func noteTransferEncoding(
    _ bytes: Span<UInt8>, _ value: Range<Int>, _ minorVersion: UInt8
  ) -> WireError? {
    if isChunked { return .transferEncodingRepeated }
    if contentLength != nil { return .contentLengthBesideTransferEncoding }
    if minorVersion == 0 { return .transferEncodingInHTTP10 }
    if isEqualIgnoringCase(bytes, value, "chunked") {
      isChunked = true
      return nil
    }
    var list = ListReader(value)
    var chunkedCount = 0
    var endsInChunked = false
    while let coding = list.next(bytes) {
      endsInChunked = isEqualIgnoringCase(bytes, coding, "chunked")
      if endsInChunked { chunkedCount += 1 }
    }
    return endsInChunked && chunkedCount == 1 ? .transferCodingUnsupported : .transferEncoding
  }

  mutating func noteHost() -> WireError? {
    if hasHost { return .hostRepeated }
    hasHost = true
    return nil
  }

  mutating func noteConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) -> WireError? {
    // What nearly every client says.
    if isEqualIgnoringCase(bytes, value, "keep-alive"), connectionOptions == 0 {
      connectionOptions = 1
      hasKeepAlive = true
      return nil
    }
    var list = ListReader(value)
    while let option = list.next(bytes) {
      connectionOptions += 1
      guard connectionOptions <= WireLimits.connectionOptionsMax,
        ByteScan.tokenEnd(bytes, from: option.lowerBound, to: option.upperBound) == option.upperBound
      else { return .connectionOptions }
      if isEqualIgnoringCase(bytes, option, "keep-alive") {
        hasKeepAlive = true
      } else if isEqualIgnoringCase(bytes, option, "close") {
        hasClose = true
      } else if isEqualIgnoringCase(bytes, option, "upgrade") {
        hasConnectionUpgrade = true
      } else if !option.isEmpty {
        connectionNamesFields = true
      }
    }
    return nil
  }

  mutating func noteTE(_ bytes: Span<UInt8>, _ value: Range<Int>) {
    var list = ListReader(value)
    while let coding = list.next(bytes) {
      if isEqualIgnoringCase(bytes, coding, "trailers") { hasTETrailers = true }
    }
  }

  /// One protocol: `websocket`; `h2c` is no wish; anything else, and any list, is `other`.
  mutating func noteUpgrade(_ bytes: Span<UInt8>, _ value: Range<Int>) {
    if isEqualIgnoringCase(bytes, value, "websocket"), upgrade == .none {
      upgrade = .websocket
    } else if !isEqualIgnoringCase(bytes, value, "h2c"), !value.isEmpty {
      upgrade = .other
    }
  }

  mutating func noteExpect(_ bytes: Span<UInt8>, _ value: Range<Int>) {
    if isEqualIgnoringCase(bytes, value, "100-continue") { expectsContinue = true } else { expectsOther = true }
  }

  /// Whether another message may follow on the connection (RFC 9112 section 9.3).
  func keepsAlive(minorVersion: UInt8) -> Bool { minorVersion == 0 ? hasKeepAlive && !hasClose : !hasClose }
}
