import HTTPCanonical
import HTTPWire
import Testing

/// The tables of `Tests/Corpus/smuggling`, at once and byte by byte.
@Suite struct SmugglingTests {
  @Test(arguments: try SmugglingCase.all("requests"))
  func request(item: SmugglingCase) {
    #expect(requestOutcomes(item.bytes) == item.outcomes)
    #expect(requestOutcomes(item.bytes, byteByByte: true) == item.outcomes)
  }

  @Test(arguments: try SmugglingCase.all("responses"))
  func response(item: SmugglingCase) {
    #expect(responseOutcomes(item) == item.outcomes)
    #expect(responseOutcomes(item, byteByByte: true) == item.outcomes)
  }

  @Test func theTableIsLarge() throws {
    #expect(try SmugglingCase.all("requests").count + SmugglingCase.all("responses").count >= 120)
  }

  /// Every mistake that the wire knows stands in a table.
  @Test func everyMistakeIsTried() throws {
    var codes: Set<String> = []
    for item in try SmugglingCase.all("requests") + SmugglingCase.all("responses") {
      for case .refused(_, let code) in item.outcomes { codes.insert(code) }
    }
    #expect(Set(WireError.allCases.map { "\($0.code)" }).subtracting(codes) == [])
  }
}

private func requestOutcomes(_ bytes: [UInt8], byteByByte: Bool = false) -> [SmugglingCase.Outcome] {
  var outcomes: [SmugglingCase.Outcome] = []
  var rest = bytes
  var head = RequestHead()
  while !rest.isEmpty {
    let reading = RequestReading(arriving: rest, &head, byteByByte: byteByByte)
    switch reading.step {
    case .incomplete: return outcomes + [.waits]
    case .invalid(let error): return outcomes + [.refused(status: error.status, code: "\(error.code)")]
    case .complete(let count): rest.removeFirst(count)
    }
    let line: [UInt8]
    do throws(RejectReason) {
      let host = reading.fields.first { $0.known == .host }.map { Array($0.value.utf8) }
      let request = try CanonicalRequest(
        method: Array(reading.method.utf8), scheme: .http, host: host, target: Array(reading.target.utf8),
        mode: .strict)
      line =
        Array("\(reading.method) ".utf8) + request.path + (request.query.map { [0x3F] + $0 } ?? [])
        + Array(" HTTP/1.1\r\nhost: ".utf8) + (request.authority?.host ?? []) + Array("\r\n".utf8)
    } catch {
      return outcomes + [.refused(status: error.status, code: error.code)]
    }
    let body = BodyReading(rest, reading.framing, cuts: byteByByte ? Array(0...rest.count) : [])
    if let error = body.error { return outcomes + [.refused(status: error.status, code: "\(error.code)")] }
    guard let end = body.end else { return outcomes + [.waits] }
    rest.removeFirst(end)
    outcomes.append(.passed(line + forwarded(zip(reading.fields, reading.values), reading.framing, body)))
  }
  return outcomes
}

private func responseOutcomes(_ item: SmugglingCase, byteByByte: Bool = false) -> [SmugglingCase.Outcome] {
  let method: AnsweredRequest.Method =
    switch item.answers.split(separator: " ").first {
    case "HEAD": .head
    case "CONNECT": .connect
    default: .other
    }
  let request = AnsweredRequest(method: method, isUpgrade: item.answers.hasSuffix("upgrade"))
  var outcomes: [SmugglingCase.Outcome] = []
  var rest = item.bytes
  var head = ResponseHead()
  while true {
    let reading = ResponseReading(arriving: rest, &head, answering: request, byteByByte: byteByByte)
    switch reading.step {
    case .incomplete: return outcomes + [.waits]
    case .invalid(let error): return outcomes + [.refused(status: 502, code: "\(error.code)")]
    case .complete(let count): rest.removeFirst(count)
    }
    var body = BodyReading(rest, reading.framing, cuts: byteByByte ? Array(0...rest.count) : [])
    if item.senderCloses, body.end == nil, body.error == nil { body.closeConnection(rest.count) }
    if let error = body.error { return outcomes + [.refused(status: 502, code: "\(error.code)")] }
    guard let end = body.end else { return outcomes + [.waits] }
    rest.removeFirst(end)
    let line = "HTTP/1.1 \(reading.status) \(reading.reason)\r\n"
    outcomes.append(.passed(Array(line.utf8) + forwarded(zip(reading.fields, reading.values), reading.framing, body)))
    if !reading.isInterim { return outcomes + [reading.keepAlive && rest.isEmpty ? .keeps : .closes] }
  }
}

/// The canonical form of what follows the first line.
private func forwarded(
  _ fields: Zip2Sequence<[FieldReading], [[UInt8]]>, _ framing: BodyFraming, _ body: BodyReading
) -> [UInt8] {
  var bytes: [UInt8] = []
  var length: [UInt8] = []
  for (field, value) in fields where !field.isHopByHop && field.known != .host {
    let line = Array("\(field.name.lowercased()): ".utf8) + value + Array("\r\n".utf8)
    if field.known == .contentLength { length = line } else { bytes += line }
  }
  bytes += length
  switch framing {
  case .none, .length, .untilClose: return bytes + Array("\r\n".utf8) + body.content
  case .chunked:
    bytes += Array("transfer-encoding: chunked\r\n\r\n".utf8)
    if !body.content.isEmpty {
      bytes += Array("\(String(body.content.count, radix: 16))\r\n".utf8) + body.content + Array("\r\n".utf8)
    }
    let trailers = body.trailers.map { $0.lowercased().replacing("=", with: ": ") + "\r\n" }.joined()
    return bytes + Array("0\r\n\(trailers)\r\n".utf8)
  }
}
