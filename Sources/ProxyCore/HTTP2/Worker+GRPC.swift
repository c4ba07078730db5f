import HTTPWire
import ProxyTransport
import ProxyUpstream
import WeirRequest

extension Worker where Net: ~Copyable {
  /// Refuses a call of gRPC: a head that is trailers as well, with the status that clients of gRPC read.
  mutating func submitGRPCStatus(_ x: UInt32, _ reason: ReasonCode) -> Bool {
    let l = link(of: x)
    fields.removeAll()
    fields.append(":status", decimal: 200, in: &memory)
    fields.append("content-type", "application/grpc", in: &memory)
    fields.append("date", value: dateLine().value, in: &memory)
    appendCallStatus(x, reason)
    markDirty(l)
    guard links[l].session.submitResponse(exchanges[x].stream, fields, in: memory, endsStream: true) else {
      return false
    }
    noteTold(x, reason)
    return true
  }

  /// Ends a call whose response has begun: trailers behind what was said of it.
  ///
  /// - Returns: `false` when its client cannot be told so: it is no call to it, its length was promised, or it is gone.
  mutating func submitGRPCTrailers(_ x: UInt32, _ reason: ReasonCode) -> Bool {
    let l = link(of: x)
    guard l != .none, exchanges[x].flags.contains(.answersCall), exchanges[x].responseFraming == .chunked else {
      return false
    }
    fields.removeAll()
    appendCallStatus(x, reason)
    markDirty(l)
    guard links[l].session.submitTrailers(exchanges[x].stream, fields, in: memory) else { return false }
    noteTold(x, reason)
    return true
  }

  private mutating func noteTold(_ x: UInt32, _ reason: ReasonCode) {
    exchanges[x].callStatus = Int8(reason.grpcStatus)
    exchanges[x].flags.insert(.toldReference)
  }

  private mutating func appendCallStatus(_ x: UInt32, _ reason: ReasonCode) {
    // Reasons are words of ASCII and the reference is digits: nothing has to be escaped.
    var message = MemoryWriter(rooms.head)
    message.append(text: reason.text, to: &memory)
    message.append(UInt8(ascii: " "), to: &memory)
    message.append(hexadecimal: exchanges[x].reference, to: &memory)
    fields.append("grpc-status", decimal: UInt64(reason.grpcStatus), in: &memory)
    fields.append("grpc-message", value: message.written, in: &memory)
  }

  /// Whether the exchange is a call, of a service that can be called so.
  func isCall(_ x: UInt32) -> Bool { exchanges[x].flags.contains(.isGRPC) && speaksHTTP2(x) }

  /// The time that the client of a call allows; `nil` when the field says nothing valid.
  func grpcTimeout(_ value: ByteRange) -> Interval? {
    guard value.count >= 2, value.count <= 9 else { return nil }
    var amount: Int64 = 0
    for offset in 0..<(value.count - 1) {
      let digit = memory[value.start + offset] &- 0x30
      guard digit < 10 else { return nil }
      amount = amount * 10 + Int64(digit)
    }
    let unit: Interval
    switch memory[value.end - 1] {
    case UInt8(ascii: "H"): unit = .seconds(3_600)
    case UInt8(ascii: "M"): unit = .seconds(60)
    case UInt8(ascii: "S"): unit = .seconds(1)
    case UInt8(ascii: "m"): unit = .milliseconds(1)
    case UInt8(ascii: "u"): unit = .microseconds(1)
    case UInt8(ascii: "n"): unit = Interval(nanoseconds: 1)
    default: return nil
    }
    return unit.times(amount)
  }

  /// How a call ended whose head is its trailers as well; nil when it goes on, or is none.
  mutating func takeCallStatus(_ x: UInt32, _ head: ByteRange) -> UInt8? {
    guard exchanges[x].flags.contains(.isGRPC), responseHead.status == 200,
      let index = responseHead.firstIndex(of: .grpcStatus)
    else { return nil }
    return noteCall(x, head.slice(responseHead.fields[index].value))
  }

  /// Notes the status that a call has ended with.
  mutating func noteCall(_ x: UInt32, _ value: ByteRange) -> UInt8? {
    guard exchanges[x].flags.contains(.isGRPC), let status = callStatus(memory.span(value)) else { return nil }
    exchanges[x].callStatus = Int8(status)
    report(x, AttemptOutcome(callStatus: status))
    return status
  }
}

/// A status of gRPC: 0 to 16.
private func callStatus(_ value: Span<UInt8>) -> UInt8? {
  guard let number = decimal(value), number <= 16 else { return nil }
  return UInt8(number)
}

/// How long a server wants to be left alone before the call is made again; nil when it does not want it again: a number below zero, or none
/// at all (gRFC A6).
func grpcPushback(_ value: Span<UInt8>) -> Interval? { decimal(value).map { .milliseconds(Int64($0)) } }

private func decimal(_ value: Span<UInt8>) -> UInt32? {
  guard value.count > 0, value.count <= 9 else { return nil }
  var number: UInt32 = 0
  for index in value.indices {
    let digit = value[index] &- 0x30
    guard digit < 10 else { return nil }
    number = number * 10 + UInt32(digit)
  }
  return number
}

/// What is left of a call's time, in the smallest unit from milliseconds on in which it has no more than eight digits.
func callTime(left: Interval) -> (amount: UInt64, unit: Unicode.Scalar) {
  let milliseconds = UInt64(max(left.nanoseconds / 1_000_000, 1))
  if milliseconds < 100_000_000 { return (milliseconds, "m") }
  if milliseconds / 1_000 < 100_000_000 { return (milliseconds / 1_000, "S") }
  return (milliseconds / 3_600_000, "H")
}
