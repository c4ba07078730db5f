import WeirPolicy
import WeirRequest

// A request as a connection brings it, piece by piece: bytes in, nothing that owns memory.
extension Enforcer {
  /// Forgets the last request and keeps the memory.
  ///
  /// - Parameter exchange: names the request; its permit bears the number.
  public mutating func beginRequest(_ exchange: UInt64, _ connection: ConnectionFacts) {
    state.reset()
    self.exchange = exchange
    head += 1
    received = HeadPlaces()
    forwarded = HeadPlaces()
    kept = .empty
    state.caller = .absent
    state.sourceIP = .known(connection.sourceIP)
    state.sourcePort = Int(connection.sourcePort)
    state.port = connection.port == 0 ? nil : Int(connection.port)
    let scheme: InlineArray<5, UInt8> = [0x68, 0x74, 0x74, 0x70, 0x73]  // https
    state.scheme = state.bytes.append(scheme.span.extracting(0..<(connection.isTLS ? 5 : 4)))
    state.schemePort = connection.isTLS ? 443 : 80
  }

  /// The verified SPIFFE identity of the peer; without it, the peer has none.
  public mutating func setCaller(_ identity: Span<UInt8>) { state.caller = .known(state.bytes.append(identity)) }

  /// The server name that the client asked for in its TLS handshake.
  ///
  /// - Throws: `host_*`.
  public mutating func setServerName(_ name: Span<UInt8>) throws(Reject) { try state.setServerName(name) }

  /// The right-most hop that is not trusted; without it, the source.
  public mutating func setClientIP(_ address: IPAddress) { state.clientIP = address }

  /// - Parameter nanoseconds: since 1970; not given, the time is unavailable.
  public mutating func setWallClock(_ nanoseconds: Int64) {
    state.time = (nanoseconds - (nanoseconds < 0 ? 999_999_999 : 0)) / 1_000_000_000
  }

  /// The request line; not given, it is a connection that is decided and not a request.
  ///
  /// - Throws: the first reason for which it has no canonical form.
  public mutating func takeLine(_ line: RequestLine, in bytes: Span<UInt8>) throws(Reject) {
    try state.setLine(line, in: bytes, mode: pathMode)
  }

  /// One field that will be forwarded, in order: those of the client that are not for the next hop alone, and those that the proxy sets.
  ///
  /// - Parameter value: crumbs of an HTTP/2 `Cookie` are joined (RFC 9113 section 8.2.3).
  /// - Throws: the first reason for which it has no canonical form.
  public mutating func takeField(name: Span<UInt8>, value: Span<UInt8>) throws(Reject) {
    try state.addField(name: name, value: value)
  }

  /// A field that the proxy sets: it does not count against what a client may send.
  public mutating func takeOwnField(name: Span<UInt8>, value: Span<UInt8>) throws(Reject) {
    let budget = state.budget
    try state.addField(name: name, value: value)
    state.budget = budget
  }

  /// As `takeOwnField`, of a whole line in canonical form with its end, as HTTP/1 writes it.
  public mutating func takeOwnLine(_ line: Span<UInt8>, nameCount: Int) {
    state.fields.append(state.bytes.append(line: line, nameCount: nameCount))
  }

  /// What `HeadPlaces` and `FieldPlaces` are places in; good until the next `beginRequest`.
  public var bytes: Span<UInt8> {
    @_lifetime(borrow self) get { state.bytes.span }
  }

  /// The fields that are forwarded, `Host` excepted: its value is `forwarded.authority`.
  public var fieldCount: Int { state.fields.count }

  public func field(_ index: Int) -> FieldPlaces { state.fields[index] }

  /// Whether a field of this name is forwarded.
  ///
  /// - Parameter name: in lower case.
  public func hasField(named name: Span<UInt8>) -> Bool {
    for index in 0..<state.fields.count where areEqual(bytes.extracting(state.fields[index].name.range), name) {
      return true
    }
    return false
  }

  /// The lines from a field on that stand one after another: all of them where no field was changed.
  ///
  /// - Complexity: linear in the fields of the run.
  public func lineRun(from first: Int) -> LineRun { state.fields.run(from: first) }
}
