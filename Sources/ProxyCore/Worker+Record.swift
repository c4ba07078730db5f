import HTTPWire
import ProxyTLS
import ProxyTelemetry
import ProxyTransport
import WeirEnforcement
import WeirRequest

// Phase *record*: what is told of a request when it has ended.
extension Worker where Net: ~Copyable {
  /// Keeps what the log says of a request that was decided, as it was received.
  mutating func keepTexts(_ x: UInt32) {
    guard telemetry.hasLog else { return }
    var writer = MemoryWriter(rooms.head)
    let counts = writer.append(textsOf: generations.current.enforcer, to: &memory)
    let caller = copyCaller(exchanges[x].downstream, &writer)
    store(x, writer, counts.method, counts.host, counts.target, caller)
  }

  /// As `keepTexts`, for a head that has no canonical form.
  mutating func keepRawTexts(_ x: UInt32, _ head: ByteRange) {
    keepRawTexts(x, method: head.slice(requestHead.method), target: head.slice(requestHead.target))
  }

  /// As `keepTexts`, for the head of a stream that has no canonical form.
  mutating func keepRawTexts(_ x: UInt32, _ line: HTTP2RequestLine) {
    keepRawTexts(x, method: line.method, target: line.path)
  }

  private mutating func keepRawTexts(_ x: UInt32, method: ByteRange, target: ByteRange) {
    guard telemetry.hasLog else { return }
    var writer = MemoryWriter(rooms.head)
    writer.copy(method, in: &memory)
    // Who writes a user's name and password into a target has them refused, and not told to readers of the log.
    if let sign = memory.userInfoEnd(of: target) {
      writer.append(UInt8(ascii: "*"), to: &memory)
      writer.copy(target.dropFirst(sign), in: &memory)
    } else {
      writer.copy(target, in: &memory)
    }
    store(x, writer, method.count, 0, writer.written.count - method.count, 0)
  }

  private mutating func copyCaller(_ c: UInt32, _ writer: inout MemoryWriter) -> UInt32 {
    let session = connections[c].session
    guard session != .none else { return 0 }
    let start = writer.written.count
    writer.append(callerOf: sessions[session], to: &memory)
    return writer.written.count - start
  }

  private mutating func store(
    _ x: UInt32, _ texts: MemoryWriter, _ method: UInt32, _ host: UInt32, _ target: UInt32, _ caller: UInt32
  ) {
    var writer = texts
    let requestID = exchanges[x].texts.requestID
    exchanges[x].texts = LogTexts()
    writer.copy(requestID, in: &memory)
    let start = writer.written.count
    let session = connections[exchanges[x].downstream].session
    if session != .none { writer.append(serverNameOf: sessions[session], to: &memory) }
    let serverName = writer.written.count - start
    guard !writer.isOverflowing, let block = memory.take(Int(writer.written.count)) else { return }
    memory.copy(writer.written, to: block.start)
    exchanges[x].textsBlock = block
    var place = block.start
    func next(_ count: UInt32) -> ByteRange {
      defer { place += count }
      return ByteRange(start: place, count: count)
    }
    var places = LogTexts()
    places.method = next(method)
    places.host = next(host)
    places.target = next(target)
    places.caller = next(caller)
    places.requestID = next(requestID.count)
    places.serverName = next(serverName)
    exchanges[x].texts = places
  }

  /// Hands over what is left of the log, at the end.
  public mutating func finishLog() { _ = telemetry.log?.flush(now: .never) }

  /// How long ago the exchange began, now.
  func elapsed(_ x: UInt32) -> UInt64 { exchanges[x].elapsed(at: now) }

  /// Counts the exchange and writes its line.
  mutating func record(_ x: UInt32) {
    let c = exchanges[x].downstream
    exchanges[x].phases.ended = elapsed(x)
    let slot = exchanges[x].generation
    var record = makeRecord(c, slot)
    record.time -= (now - exchanges[x].started).nanoseconds
    record.reason = exchanges[x].reason
    record.status = exchanges[x].status
    record.attempts = exchanges[x].attempts
    if exchanges[x].flags.contains(.wasResent) { record.attempts &+= 1 }
    if exchanges[x].flags.contains(.needsNewConnection) { record.attempts &+= 1 }
    if exchanges[x].flags.contains(.isGRPC) { record.call = exchanges[x].callStatus }
    record.version = isStream(x) ? .http2 : .http1
    record.requestBytes = exchanges[x].requestBytes
    record.responseBytes = exchanges[x].responseBytes
    record.phases = exchanges[x].phases
    record.draw = exchanges[x].draw
    record.clientIP = exchanges[x].clientIP
    record.trace = exchanges[x].trace
    record.decisionReason = exchanges[x].reason
    if exchanges[x].flags.contains(.toldReference) { record.reference = exchanges[x].reference }
    record.endpoint = exchanges[x].asked
    record.note(exchanges[x].answer)
    record.note(exchanges[x].forwarding)
    tell(record, exchanges[x].texts, slot)
  }

  /// What is known of a request by its connection alone, now.
  private func makeRecord(_ c: UInt32, _ slot: UInt32) -> RequestRecord {
    var record = RequestRecord()
    record.time = wallClock
    record.isTLS = connections[c].session != .none
    record.port = listeners[Int(connections[c].listener)].port
    record.source = connections[c].peer
    record.clientIP = connections[c].peer.address
    record.entry = entry(generations[slot].reference.content.entries[Int(connections[c].listener)])
    return record
  }

  /// Counts bytes that were no request, and writes their line.
  mutating func recordRefusal(_ c: UInt32, _ reason: ReasonCode, reference: UInt64, responseBytes: UInt64) {
    var record = makeRecord(c, generations.currentIndex)
    record.status = reason.status
    record.decisionReason = reason
    record.reason = reason
    record.reference = reference
    record.responseBytes = responseBytes
    tell(record, LogTexts(), generations.currentIndex)
  }

  private mutating func tell(_ record: RequestRecord, _ texts: LogTexts, _ slot: UInt32) {
    if generations[slot].record(record, texts, &telemetry, &memory, room: rooms.logLine, now) { wakesLogWriter = true }
  }
}

private func entry(_ entry: Entry) -> RequestRecord.Entry {
  switch entry {
  case .gateway(let index): .gateway(Int32(truncatingIfNeeded: index))
  case .service(let index, _): .service(Int32(truncatingIfNeeded: index))
  case .anyHost: .anyHost
  }
}

extension RequestRecord {
  fileprivate mutating func note(_ answer: Answer?) {
    guard let answer else { return }
    decision =
      switch answer.kind {
      case .respond, .redirect: .allow
      case .deny: .deny
      case .reject: .reject
      }
    decisionReason = answer.reason
    service = answer.service
    subset = answer.subset
    note(answer.origin)
  }

  fileprivate mutating func note(_ forwarding: Forwarding?) {
    guard let forwarding else { return }
    decision = .allow
    decisionReason = .forwarded
    service = forwarding.service
    subset = forwarding.subset
    note(forwarding.origin)
  }

  private mutating func note(_ origin: Origin) {
    table = origin.table
    route = origin.route
    scope = origin.scope
    rule = origin.rule
    shadowDiffers = origin.shadowDiffers
    isAudited = origin.isAudited
  }
}

extension MemoryWriter {
  /// Method, host and target of the request that was decided last.
  fileprivate mutating func append(
    textsOf enforcer: borrowing Enforcer, to memory: inout Memory
  ) -> (method: UInt32, host: UInt32, target: UInt32) {
    let places = enforcer.received
    append(bytes: enforcer.bytes, places.method, to: &memory)
    append(bytes: enforcer.bytes, places.authority, to: &memory)
    append(bytes: enforcer.bytes, places.target, to: &memory)
    return (places.method.count, places.authority.count, places.target.count)
  }

  /// Who the peer has proved to be.
  fileprivate mutating func append(callerOf session: borrowing TLSSession, to memory: inout Memory) {
    if session.facts.hasCertificate { append(session.peerIdentity, to: &memory) }
  }

  /// Whom the peer has asked for.
  fileprivate mutating func append(serverNameOf session: borrowing TLSSession, to memory: inout Memory) {
    if session.facts.hasServerName { append(session.serverName, to: &memory) }
  }
}

extension Memory {
  /// Where the last `@` of a target stands that is no path: all before it may be a name and a password, however it is misspelt.
  fileprivate func userInfoEnd(of target: ByteRange) -> Int? {
    guard target.count > 0, self[target.start] != UInt8(ascii: "/") else { return nil }
    for offset in (0..<Int(target.count)).reversed() where self[target.start + UInt32(offset)] == UInt8(ascii: "@") {
      return offset
    }
    return nil
  }
}
