import ProxyTransport

/// How the simulated network treats bytes.
public struct Conditions: Sendable {
  /// Each step of a connection (a handshake, a segment, a reset) takes up to this long.
  public var delayMax: Interval
  /// Whether bytes arrive in pieces of any size.
  public var splitsSegments: Bool
  /// Bytes that a socket holds until they arrive.
  public var sendBufferBytes: Int
  /// Bytes that wait for a reader.
  public var receiveBufferBytes: Int

  public init(delayMax: Interval, splitsSegments: Bool, sendBufferBytes: Int, receiveBufferBytes: Int) {
    self.delayMax = delayMax
    self.splitsSegments = splitsSegments
    self.sendBufferBytes = sendBufferBytes
    self.receiveBufferBytes = receiveBufferBytes
  }

  /// Everything arrives at once and whole, as it does on the loopback device.
  public static let loopback = Conditions(
    delayMax: .zero, splitsSegments: false, sendBufferBytes: 200_000, receiveBufferBytes: 200_000)

  /// Anything between a good and a terrible network.
  public static func random(_ random: inout RandomSource) -> Conditions {
    func bufferBytes() -> Int { 1 << (8 + Int(random.next(below: 10))) }
    let delays: [Interval] = [.zero, .microseconds(50), .milliseconds(2), .milliseconds(40)]
    return Conditions(
      delayMax: delays[Int(random.next(below: UInt64(delays.count)))], splitsSegments: random.next(below: 4) > 0,
      sendBufferBytes: bufferBytes(), receiveBufferBytes: bufferBytes())
  }
}
