import HTTPWire
import ProxyTransport
import WeirRequest

extension Worker where Net: ~Copyable {
  /// Refuses a call of gRPC: a head that is trailers as well, with the status that clients of gRPC read.
  mutating func submitGRPCStatus(_ x: UInt32, _ reason: ReasonCode) -> Bool {
    let l = link(of: x)
    // Reasons are words of ASCII and the reference is digits: nothing has to be escaped.
    var message = MemoryWriter(rooms.head)
    message.append(text: reason.text, to: &memory)
    message.append(UInt8(ascii: " "), to: &memory)
    message.append(hexadecimal: exchanges[x].reference, digits: 16, to: &memory)
    fields.removeAll()
    fields.append(":status", decimal: 200, in: &memory)
    fields.append("content-type", "application/grpc", in: &memory)
    fields.append("grpc-status", decimal: UInt64(reason.grpcStatus), in: &memory)
    fields.append("grpc-message", value: message.written, in: &memory)
    markDirty(l)
    return links[l].session.submitResponse(exchanges[x].stream, fields, in: memory, endsStream: true)
  }

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
}
