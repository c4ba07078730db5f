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
struct LogLine {
  let record: RequestRecord
  let texts: LogTexts
  /// Values of the query are told.
  let keepsQueries: Bool

  func write(_ names: borrowing LogNames, _ memory: borrowing Memory, to line: inout LineBuffer) {
    writeRequest(names, memory, &line)
    writeDecision(names, &line)
    writeCourse(names, memory, &line)
    names.appendEnd(to: &line)
  }

  private func writeRequest(_ names: borrowing LogNames, _ memory: borrowing Memory, _ line: inout LineBuffer) {
    names.appendKey(.time, to: &line)
    writeTime(&line)
    switch record.entry {
    case .gateway(let gateway):
      names.appendKey(.gateway, to: &line)
      line.append(UInt8(ascii: "\""))
      names.appendGateway(gateway, to: &line)
      line.append(UInt8(ascii: "\""))
    case .service(let service):
      names.appendKey(.service, to: &line)
      line.append(UInt8(ascii: "\""))
      names.appendService(service, to: &line)
      line.append(UInt8(ascii: "\""))
    case .anyHost: break
    }
    names.appendKey(.caller, to: &line)
    if texts.caller.isEmpty {
      names.append(.null, to: &line)
    } else {
      writeText(memory.span(texts.caller), &line)
    }
    names.appendKey(.sourceIP, to: &line)
    writeAddress(record.source.address, &line)
    writeNumber(.sourcePort, UInt64(record.source.port), names, &line)
    names.appendKey(.clientIP, to: &line)
    writeAddress(record.clientIP, &line)
    if record.port != 0 { writeNumber(.port, UInt64(record.port), names, &line) }
    writeOptional(.sni, texts.serverName, names, memory, &line)
    if !texts.method.isEmpty {
      writeOptional(.method, texts.method, names, memory, &line)
      names.appendKey(.scheme, to: &line)
      names.append(record.isTLS ? .https : .http, to: &line)
      writeOptional(.host, texts.host, names, memory, &line)
      if !texts.target.isEmpty {
        names.appendKey(.path, to: &line)
        line.append(UInt8(ascii: "\""))
        writeTarget(memory.span(texts.target), &line)
        line.append(UInt8(ascii: "\""))
      }
    }
    writeNumber(.draw, UInt64(record.draw), names, &line)
  }

  private func writeDecision(_ names: borrowing LogNames, _ line: inout LineBuffer) {
    names.appendKey(.outcome, to: &line)
    switch record.decision {
    case .allow: names.append(.allow, to: &line)
    case .deny: names.append(.deny, to: &line)
    case .reject: names.append(.reject, to: &line)
    }
    let isDecided = record.scope >= 0 && record.rule >= 0
    names.appendKey(.by, to: &line)
    if isDecided {
      line.append(UInt8(ascii: "\""))
      names.appendRule(record.rule, of: record.scope, place: false, to: &line)
      line.append(UInt8(ascii: "\""))
    } else {
      names.append(.null, to: &line)
    }
    names.appendKey(.reason, to: &line)
    if record.decision == .allow, record.decisionReason == .forwarded {
      names.append(.null, to: &line)
    } else {
      line.append(UInt8(ascii: "\""))
      names.append(record.decisionReason, to: &line)
      line.append(UInt8(ascii: "\""))
    }
    if isDecided {
      names.appendKey(.at, to: &line)
      line.append(UInt8(ascii: "\""))
      names.appendRule(record.rule, of: record.scope, place: true, to: &line)
      line.append(UInt8(ascii: "\""))
    }
    guard record.table >= 0, record.route >= 0 else { return }
    names.appendKey(.route, to: &line)
    line.append(UInt8(ascii: "\""))
    names.appendRoute(record.route, of: record.table, place: false, to: &line)
    line.append(UInt8(ascii: "\""))
    names.appendKey(.routeAt, to: &line)
    line.append(UInt8(ascii: "\""))
    names.appendRoute(record.route, of: record.table, place: true, to: &line)
    line.append(UInt8(ascii: "\""))
  }

  private func writeCourse(_ names: borrowing LogNames, _ memory: borrowing Memory, _ line: inout LineBuffer) {
    names.appendKey(.ended, to: &line)
    line.append(UInt8(ascii: "\""))
    names.append(record.reason, to: &line)
    line.append(UInt8(ascii: "\""))
    writeNumber(.status, UInt64(record.status), names, &line)
    if record.service >= 0 {
      names.appendKey(.destination, to: &line)
      line.append(UInt8(ascii: "\""))
      names.appendService(record.service, subset: record.subset, to: &line)
      line.append(UInt8(ascii: "\""))
    }
    if record.attempts > 0, record.endpoint != .unspecified {
      names.appendKey(.endpoint, to: &line)
      writeEndpoint(&line)
    }
    writeNumber(.attempts, UInt64(record.attempts), names, &line)
    writeFlag(.shadowDiffers, record.shadowDiffers, names, &line)
    writeFlag(.isAudited, record.isAudited, names, &line)
    names.appendKey(.version, to: &line)
    switch record.version {
    case .http1: names.append(.http1, to: &line)
    case .http2: names.append(.http2, to: &line)
    case .tcp: names.append(.tcp, to: &line)
    }
    writeNumber(.requestBytes, record.requestBytes, names, &line)
    writeNumber(.responseBytes, record.responseBytes, names, &line)
    writePhase(.headTime, record.phases.head, names, &line)
    writePhase(.decisionTime, record.phases.decided, names, &line)
    writePhase(.connectTime, record.phases.connected, names, &line)
    writePhase(.sentTime, record.phases.sent, names, &line)
    writePhase(.answerTime, record.phases.answered, names, &line)
    writePhase(.endTime, record.phases.ended, names, &line)
    if let trace = record.trace {
      names.appendKey(.trace, to: &line)
      line.append(UInt8(ascii: "\""))
      var digits = InlineArray<32, UInt8>(repeating: 0)
      var room = digits.mutableSpan
      writeHex(trace.traceHigh, digits: 16, to: &room, at: 0)
      writeHex(trace.traceLow, digits: 16, to: &room, at: 16)
      line.append(digits.span)
      line.append(UInt8(ascii: "\""))
    }
    writeOptional(.requestID, texts.requestID, names, memory, &line)
    if record.reference != 0 {
      names.appendKey(.reference, to: &line)
      line.append(UInt8(ascii: "\""))
      var digits = InlineArray<16, UInt8>(repeating: 0)
      var room = digits.mutableSpan
      writeHex(record.reference, digits: 16, to: &room, at: 0)
      line.append(digits.span)
      line.append(UInt8(ascii: "\""))
    }
  }
}
