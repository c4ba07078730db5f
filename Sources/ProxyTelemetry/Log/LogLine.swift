import ProxyTransport
import WeirPolicy
import WeirRequest

/// The texts of a request, as places in a worker's memory; empty: there is none.
public struct LogTexts: BitwiseCopyable, Sendable {
  public var method = ByteRange.empty
  /// As received, canonical: with a port other than the scheme's.
  public var host = ByteRange.empty
  /// As received, canonical: path and query.
  public var target = ByteRange.empty
  public var caller = ByteRange.empty
  public var serverName = ByteRange.empty
  public var requestID = ByteRange.empty

  public init() {}
}

/// Writes the line of one request, in the order of `LogField`.
struct LogLine: ~Copyable {
  private let record: RequestRecord
  private let texts: LogTexts
  /// Values of the query are told.
  private let keepsQueries: Bool
  private var writer: MemoryWriter

  init(_ record: RequestRecord, _ texts: LogTexts, keepsQueries: Bool, in room: ByteRange) {
    self.record = record
    self.texts = texts
    self.keepsQueries = keepsQueries
    writer = MemoryWriter(room)
  }

  /// - Returns: the line; `nil` when it is longer than the room.
  mutating func write(_ names: borrowing LogNames, _ clock: inout LogClock, in memory: inout Memory) -> ByteRange? {
    writeRequest(names, &clock, &memory)
    writeDecision(names, &memory)
    writeCourse(names, &memory)
    names.appendEnd(to: &writer, &memory)
    return writer.isOverflowing ? nil : writer.written
  }

  private mutating func writeRequest(
    _ names: borrowing LogNames, _ clock: inout LogClock, _ memory: inout Memory
  ) {
    names.append(.time, to: &writer, &memory)
    quote(&memory)
    clock.append(record.time, to: &writer, in: &memory)
    quote(&memory)
    switch record.entry {
    case .gateway(let gateway):
      names.append(.gateway, to: &writer, &memory)
      names.appendGateway(gateway, to: &writer, &memory)
    case .service(let service):
      names.append(.service, to: &writer, &memory)
      names.appendService(service, to: &writer, &memory)
    case .anyHost:
      if let gateway = names.gateway(ofTable: record.table, scope: record.scope) {
        names.append(.gateway, to: &writer, &memory)
        names.appendGateway(gateway, to: &writer, &memory)
      }
    }
    names.append(.caller, to: &writer, &memory)
    if texts.caller.isEmpty {
      names.append(.null, to: &writer, &memory)
    } else {
      writeText(texts.caller, &memory)
    }
    names.append(.sourceIP, to: &writer, &memory)
    quote(&memory)
    writer.append(record.source.address, to: &memory)
    quote(&memory)
    writeNumber(.sourcePort, UInt64(record.source.port), names, &memory)
    names.append(.clientIP, to: &writer, &memory)
    quote(&memory)
    writer.append(record.clientIP, to: &memory)
    quote(&memory)
    if record.port != 0 { writeNumber(.port, UInt64(record.port), names, &memory) }
    writeOptional(.sni, texts.serverName, names, &memory)
    if !texts.method.isEmpty {
      writeOptional(.method, texts.method, names, &memory)
      names.append(.scheme, to: &writer, &memory)
      names.append(record.isTLS ? .https : .http, to: &writer, &memory)
      writeOptional(.host, texts.host, names, &memory)
      if !texts.target.isEmpty {
        names.append(.path, to: &writer, &memory)
        quote(&memory)
        writeTarget(&memory)
        quote(&memory)
      }
    }
    writeNumber(.draw, UInt64(record.draw), names, &memory)
  }

  private mutating func writeDecision(_ names: borrowing LogNames, _ memory: inout Memory) {
    names.append(.outcome, to: &writer, &memory)
    switch record.decision {
    case .allow: names.append(.allow, to: &writer, &memory)
    case .deny: names.append(.deny, to: &writer, &memory)
    case .reject: names.append(.reject, to: &writer, &memory)
    }
    let isDecided = record.scope >= 0 && record.rule >= 0
    names.append(.by, to: &writer, &memory)
    if isDecided {
      names.appendRule(record.rule, of: record.scope, place: false, to: &writer, &memory)
    } else {
      names.append(.null, to: &writer, &memory)
    }
    names.append(.reason, to: &writer, &memory)
    if record.decision == .allow, record.decisionReason == .forwarded {
      names.append(.null, to: &writer, &memory)
    } else {
      names.append(record.decisionReason, to: &writer, &memory)
    }
    if isDecided {
      names.append(.at, to: &writer, &memory)
      names.appendRule(record.rule, of: record.scope, place: true, to: &writer, &memory)
    }
    guard record.table >= 0, record.route >= 0 else { return }
    names.append(.route, to: &writer, &memory)
    names.appendRoute(record.route, of: record.table, place: false, to: &writer, &memory)
    names.append(.routeAt, to: &writer, &memory)
    names.appendRoute(record.route, of: record.table, place: true, to: &writer, &memory)
  }

  private mutating func writeCourse(_ names: borrowing LogNames, _ memory: inout Memory) {
    names.append(.ended, to: &writer, &memory)
    names.append(record.reason, to: &writer, &memory)
    writeNumber(.status, UInt64(record.status), names, &memory)
    if record.service >= 0 {
      names.append(.destination, to: &writer, &memory)
      names.appendService(record.service, subset: record.subset, to: &writer, &memory)
    }
    if record.attempts > 0, record.endpoint != .unspecified {
      names.append(.endpoint, to: &writer, &memory)
      writeEndpoint(&memory)
    }
    writeNumber(.attempts, UInt64(record.attempts), names, &memory)
    writeFlag(.shadowDiffers, record.shadowDiffers, names, &memory)
    writeFlag(.isAudited, record.isAudited, names, &memory)
    names.append(.version, to: &writer, &memory)
    switch record.version {
    case .http1: names.append(.http1, to: &writer, &memory)
    case .http2: names.append(.http2, to: &writer, &memory)
    case .tcp: names.append(.tcp, to: &writer, &memory)
    }
    writeNumber(.requestBytes, record.requestBytes, names, &memory)
    writeNumber(.responseBytes, record.responseBytes, names, &memory)
    writePhase(.headTime, record.phases.head, names, &memory)
    writePhase(.decisionTime, record.phases.decided, names, &memory)
    writePhase(.connectTime, record.phases.connected, names, &memory)
    writePhase(.sentTime, record.phases.sent, names, &memory)
    writePhase(.answerTime, record.phases.answered, names, &memory)
    writePhase(.endTime, record.phases.ended, names, &memory)
    if let trace = record.trace {
      names.append(.trace, to: &writer, &memory)
      quote(&memory)
      writer.append(hexadecimal: trace.traceHigh, to: &memory)
      writer.append(hexadecimal: trace.traceLow, to: &memory)
      quote(&memory)
    }
    writeOptional(.requestID, texts.requestID, names, &memory)
    if record.reference != 0 {
      names.append(.reference, to: &writer, &memory)
      quote(&memory)
      writer.append(hexadecimal: record.reference, to: &memory)
      quote(&memory)
    }
  }
}

// MARK: Values

extension LogLine {
  @inline(__always)
  private mutating func quote(_ memory: inout Memory) { writer.append(UInt8(ascii: "\""), to: &memory) }

  private mutating func writeText(_ text: ByteRange, _ memory: inout Memory) {
    quote(&memory)
    writer.append(escaped: text, in: &memory)
    quote(&memory)
  }

  private mutating func writeOptional(
    _ field: LogField, _ text: ByteRange, _ names: borrowing LogNames, _ memory: inout Memory
  ) {
    guard !text.isEmpty else { return }
    names.append(field, to: &writer, &memory)
    writeText(text, &memory)
  }

  private mutating func writeNumber(
    _ field: LogField, _ number: UInt64, _ names: borrowing LogNames, _ memory: inout Memory
  ) {
    names.append(field, to: &writer, &memory)
    writer.append(decimal: number, to: &memory)
  }

  private mutating func writeFlag(
    _ field: LogField, _ flag: Bool, _ names: borrowing LogNames, _ memory: inout Memory
  ) {
    names.append(field, to: &writer, &memory)
    names.append(flag ? .true : .false, to: &writer, &memory)
  }

  /// Nothing for what did not happen.
  private mutating func writePhase(
    _ field: LogField, _ nanoseconds: UInt64, _ names: borrowing LogNames, _ memory: inout Memory
  ) {
    guard nanoseconds > 0 else { return }
    writeNumber(field, nanoseconds / 1_000, names, &memory)
  }

  private mutating func writeEndpoint(_ memory: inout Memory) {
    let isIPv4 = record.endpoint.address.isIPv4
    quote(&memory)
    if !isIPv4 { writer.append(UInt8(ascii: "["), to: &memory) }
    writer.append(record.endpoint.address, to: &memory)
    if !isIPv4 { writer.append(UInt8(ascii: "]"), to: &memory) }
    writer.append(UInt8(ascii: ":"), to: &memory)
    writer.append(decimal: UInt64(record.endpoint.port), to: &memory)
    quote(&memory)
  }

  /// Path and query; each value of the query is `*` unless they are kept.
  private mutating func writeTarget(_ memory: inout Memory) {
    let target = texts.target
    guard !keepsQueries, var index = first(UInt8(ascii: "?"), from: target.start, memory) else {
      return writer.append(escaped: target, in: &memory)
    }
    var start = target.start
    while let sign = first(UInt8(ascii: "="), from: index + 1, memory) {
      writer.append(escaped: ByteRange(start: start, count: sign + 1 - start), in: &memory)
      writer.append(UInt8(ascii: "*"), to: &memory)
      index = first(UInt8(ascii: "&"), from: sign, memory) ?? target.end
      start = index
    }
    writer.append(escaped: ByteRange(start: start, count: target.end - start), in: &memory)
  }

  /// Where a byte of the target stands, from a place in the memory on.
  private func first(_ byte: UInt8, from start: UInt32, _ memory: borrowing Memory) -> UInt32? {
    var place = start
    while place < texts.target.end {
      if memory[place] == byte { return place }
      place += 1
    }
    return nil
  }
}
