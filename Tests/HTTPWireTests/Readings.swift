import HTTPWire

/// A field line as text.
struct FieldReading: Equatable, CustomStringConvertible {
  var name: String
  var value: String
  var known: KnownField
  var isHopByHop: Bool

  var description: String { "\(name): \(value)" + (isHopByHop ? " (hop)" : "") }
}

/// All that a request head says, for comparisons.
struct RequestReading: Equatable {
  var step: HeadStep
  var method = ""
  var target = ""
  var minorVersion: UInt8 = 1
  var fields: [FieldReading] = []
  /// The values as bytes, which need not be text.
  var values: [[UInt8]] = []
  var framing = BodyFraming.none
  var keepAlive = true
  var expectsContinue = false
  var upgrade = UpgradeKind.none
  var hasTETrailers = false

  init(_ bytes: [UInt8]) {
    var head = RequestHead()
    self.init(bytes, &head)
  }

  init(_ text: String) { self.init(Array(text.utf8)) }

  /// As a worker reads: again when it pays, until the head is complete or refused.
  init(arriving bytes: [UInt8], _ head: inout RequestHead, byteByByte: Bool) {
    self.init(bytes, &head)
    guard byteByByte else { return }
    for count in 1...max(bytes.count, 1) {
      let piece = Array(bytes.prefix(count))
      guard count == 1 || HeadArrival.mayDecide(piece.span, arrivedFrom: count - 1) else { continue }
      self.init(piece, &head)
      if step != .incomplete { return }
    }
  }

  init(_ bytes: [UInt8], _ head: inout RequestHead) {
    step = head.parse(bytes.span)
    guard case .complete = step else { return }
    method = words(bytes, head.method)
    target = words(bytes, head.target)
    minorVersion = head.minorVersion
    fields = readings(bytes, head.fields)
    values = fieldValues(bytes, head.fields)
    framing = head.framing
    keepAlive = head.keepAlive
    expectsContinue = head.expectsContinue
    upgrade = head.upgrade
    hasTETrailers = head.hasTETrailers
  }
}

/// All that a response head says, for comparisons.
struct ResponseReading: Equatable {
  var step: HeadStep
  var status: UInt16 = 0
  var reason = ""
  var fields: [FieldReading] = []
  /// The values as bytes, which need not be text.
  var values: [[UInt8]] = []
  var framing = BodyFraming.none
  var keepAlive = true
  var isInterim = false

  init(_ bytes: [UInt8], _ head: inout ResponseHead, answering request: AnsweredRequest) {
    step = head.parse(bytes.span, answering: request)
    guard case .complete = step else { return }
    status = head.status
    reason = words(bytes, head.reason)
    fields = readings(bytes, head.fields)
    values = fieldValues(bytes, head.fields)
    framing = head.framing
    keepAlive = head.keepAlive
    isInterim = head.isInterim
  }

  /// As a worker reads: again when it pays, until the head is complete or refused.
  init(arriving bytes: [UInt8], _ head: inout ResponseHead, answering request: AnsweredRequest, byteByByte: Bool) {
    self.init(bytes, &head, answering: request)
    guard byteByByte else { return }
    for count in 1...max(bytes.count, 1) {
      let piece = Array(bytes.prefix(count))
      guard count == 1 || HeadArrival.mayDecide(piece.span, arrivedFrom: count - 1) else { continue }
      self.init(piece, &head, answering: request)
      if step != .incomplete { return }
    }
  }

  init(_ text: String, answering request: AnsweredRequest = AnsweredRequest(method: .other)) {
    var head = ResponseHead()
    self.init(Array(text.utf8), &head, answering: request)
  }
}

func readings(_ bytes: [UInt8], _ fields: borrowing FieldSection) -> [FieldReading] {
  var result: [FieldReading] = []
  for index in 0..<fields.count {
    let field = fields[index]
    result.append(
      FieldReading(
        name: words(bytes, field.name), value: words(bytes, field.value), known: field.known,
        isHopByHop: field.isHopByHop))
  }
  return result
}

func words(_ bytes: [UInt8], _ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

func fieldValues(_ bytes: [UInt8], _ fields: borrowing FieldSection) -> [[UInt8]] {
  var result: [[UInt8]] = []
  for index in 0..<fields.count { result.append(Array(bytes[fields[index].value])) }
  return result
}
