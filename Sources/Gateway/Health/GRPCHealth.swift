/// The messages of `grpc.health.v1.Health/Check`: few enough to read them by hand.
enum GRPCHealth {
  static let path: StaticString = "/grpc.health.v1.Health/Check"
  /// `HealthCheckRequest` with an empty service, which asks for the server as a whole: no compression, no bytes.
  static let requestBytes = 5
  /// A longer answer is none.
  static let answerBytesMax = 4 << 10
  /// `HealthCheckResponse.ServingStatus.SERVING`.
  static let serving: UInt64 = 1

  /// The status in the body of an answer; nil when it is no `HealthCheckResponse`.
  static func status(_ body: [UInt8]) -> UInt64? {
    guard body.count >= 5, body[0] == 0 else { return nil }
    let count = body[1..<5].reduce(0) { $0 << 8 | Int($1) }
    var rest = body[5...]
    guard rest.count == count else { return nil }
    // Absent, a number is 0.
    var status: UInt64 = 0
    while !rest.isEmpty {
      guard let key = varint(&rest) else { return nil }
      switch key & 7 {
      case 0:
        guard let value = varint(&rest) else { return nil }
        if key >> 3 == 1 { status = value }
      case 1: rest = rest.dropFirst(8)
      case 2:
        guard let length = varint(&rest), length <= UInt64(rest.count) else { return nil }
        rest = rest.dropFirst(Int(length))
      case 5: rest = rest.dropFirst(4)
      default: return nil
      }
    }
    return status
  }

  /// A number of seven bits a byte, the lowest first.
  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }
}
