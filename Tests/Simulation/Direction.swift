import ProxyTransport

/// One of the two streams of a connection: what was sent and did not arrive, and what arrived and was not read.
struct Direction {
  var queued = ByteQueue()
  var arrived = ByteQueue()
  /// The end of the stream follows what is queued.
  var isFinishQueued = false
  /// A delivery is on the agenda.
  var isDelivering = false
  let sendBufferBytes: Int
  let receiveBufferBytes: Int

  init(_ conditions: Conditions) {
    sendBufferBytes = conditions.sendBufferBytes
    receiveBufferBytes = conditions.receiveBufferBytes
  }

  /// Bytes that a sender may still add.
  var sendRoom: Int { sendBufferBytes - queued.count }
  /// As Linux has it (`sk_stream_is_writeable`): at least half of what is in use must be free.
  var isWritable: Bool { sendRoom >= max(queued.count / 2, 1) }
  var receiveRoom: Int { receiveBufferBytes - arrived.count }
}
