import HTTPWire
import ProxyTransport
import WeirPolicy

// What is asked over the connection of a check, and what the answer means.
extension Prober where Net: ~Copyable {
  /// The connection is there: asks, or knows enough.
  mutating func ask(_ place: Int) {
    guard let target = slots[place].target else { return }
    switch target.health.probe {
    case .connect: finish(place, nil)
    case .http(let path, _) where !target.speaksHTTP2:
      let text =
        "GET \(path) HTTP/1.1\r\nhost: \(target.authority)\r\nuser-agent: weir-health\r\nconnection: close\r\n\r\n"
      let bytes = Array(text.utf8).prefix(Int(rooms.output.count))
      memory.store(Array(bytes).span, at: rooms.output.start)
      send(place, rooms.output.prefix(bytes.count))
    case .http, .grpc: open(place, target)
    }
  }

  /// Opens a stream with the question.
  private mutating func open(_ place: Int, _ target: HealthTarget) {
    guard !links.isFull, let session = HTTP2Session(.client, limits: .standard(.client), at: now) else {
      return finish(place, .lost)
    }
    let link = links.insert(session).index
    slots[place].check?.link = link
    var room = rooms.output
    func write(_ text: String) -> ByteRange {
      let bytes = Array(text.utf8).prefix(Int(room.count))
      memory.store(Array(bytes).span, at: room.start)
      defer { room = room.dropFirst(bytes.count) }
      return room.prefix(bytes.count)
    }
    fields.removeAll()
    let isCall: Bool
    switch target.health.probe {
    case .http(let path, _):
      isCall = false
      let path = write(path)
      fields.append(":method", "GET", in: &memory)
      fields.append(":path", value: path, in: &memory)
    case .grpc, .connect:
      isCall = true
      fields.append(":method", "POST", in: &memory)
      fields.append(":path", GRPCHealth.path, in: &memory)
    }
    fields.append(":scheme", target.upstream == nil ? "http" : "https", in: &memory)
    let authority = write(target.authority)
    fields.append(":authority", value: authority, in: &memory)
    fields.append("user-agent", "weir-health", in: &memory)
    if isCall {
      fields.append("content-type", "application/grpc", in: &memory)
      fields.append("te", "trailers", in: &memory)
      let milliseconds = max(target.health.timeoutNanoseconds / 1_000_000, 1)
      fields.append("grpc-timeout", decimal: UInt64(milliseconds), unit: "m", in: &memory)
    }
    guard let stream = links[link].submitRequest(fields, in: memory, endsStream: !isCall) else {
      return finish(place, .lost)
    }
    slots[place].check?.stream = stream
    if isCall { _ = links[link].setBody(stream, rooms.question, ends: true, in: memory) }
    produce(place, link)
  }

  /// Writes what the HTTP/2 session has to say.
  private mutating func produce(_ place: Int, _ link: UInt32) {
    let number = slots[place].check?.number ?? 0
    while isRunning(place, number) {
      let production = links[link].produce(into: rooms.output, of: &memory, tape: &tape, at: now)
      send(place, production.bytes)
      guard production.isCut else { return }
    }
  }

  /// Looks at bytes of the answer.
  mutating func take(_ place: Int, _ bytes: ByteRange) {
    guard let check = slots[place].check else { return }
    guard let link = check.link else { return takeText(place, bytes) }
    var rest = bytes
    var isCut = true
    while isCut, isRunning(place, check.number) {
      let receipt = links[link].receive(rest, in: &memory, tape: &tape, at: now)
      rest = rest.dropFirst(receipt.byteCount)
      isCut = receipt.isCut
      for index in 0..<tape.count where isRunning(place, check.number) { heed(place, tape[index]) }
    }
    guard isRunning(place, check.number) else { return }
    if links[link].ending != nil { return finish(place, .malformed) }
    produce(place, link)
  }

  private mutating func takeText(_ place: Int, _ bytes: ByteRange) {
    for offset in 0..<bytes.count { slots[place].check?.received.append(memory[bytes.start + offset]) }
    while let text = slots[place].check?.received {
      switch head.parse(text.span, answering: AnsweredRequest(method: .other)) {
      case .incomplete: return
      case .invalid: return finish(place, .malformed)
      case .complete(let count):
        guard head.isInterim else { return judge(place, head.status) }
        slots[place].check?.received.removeFirst(count)
      }
    }
  }

  private mutating func judge(_ place: Int, _ status: UInt16) {
    guard case .http(_, let expected) = slots[place].target?.health.probe else { return finish(place, .malformed) }
    finish(place, expected.contains(Int64(status)) ? nil : .status(status))
  }

  private mutating func heed(_ place: Int, _ event: HTTP2Event) {
    let isCall = slots[place].target?.health.probe == .grpc
    switch event {
    case .response(_, let head):
      guard let status = number(":status", in: head).flatMap({ UInt16(exactly: $0) }) else {
        return finish(place, .malformed)
      }
      guard isCall else { return judge(place, status) }
      if status != 200 { return finish(place, .status(status)) }
      if head.endsStream { judgeCall(place, head) }
    case .data(_, let bytes):
      guard isCall, Int(bytes.count) + (slots[place].check?.received.count ?? 0) <= GRPCHealth.answerBytesMax else {
        return finish(place, .malformed)
      }
      for offset in 0..<bytes.count { slots[place].check?.received.append(memory[bytes.start + offset]) }
    case .trailers(_, let head): if isCall { judgeCall(place, head) }
    case .end: finish(place, .malformed)
    case .closed: finish(place, .lost)
    case .request, .informational, .sent, .finished: break
    }
  }

  /// The call has ended with these fields.
  private mutating func judgeCall(_ place: Int, _ head: HTTP2Head) {
    guard let code = number("grpc-status", in: head) else { return finish(place, .malformed) }
    guard code == 0 else { return finish(place, .call(code)) }
    guard let status = GRPCHealth.status(slots[place].check?.received ?? []) else { return finish(place, .malformed) }
    finish(place, status == GRPCHealth.serving ? nil : .notServing(status))
  }

  /// The value of a field that is a number.
  private func number(_ name: String, in head: HTTP2Head) -> Int? {
    for index in head.fields {
      let field = tape.field(index)
      if text(field.name) == name { return Int(text(field.value)) }
    }
    return nil
  }

  private func text(_ place: ByteRange) -> String {
    var bytes: [UInt8] = []
    for offset in 0..<place.count { bytes.append(memory[place.start + offset]) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
