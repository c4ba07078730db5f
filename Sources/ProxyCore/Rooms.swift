import HTTPWire
import ProxyTelemetry
import ProxyTransport

/// The scratch regions of a worker: every byte that arrives or leaves passes through one of them within one turn of the loop.
///
/// Received bytes lie behind `headroomBytes`, so that a rewritten head and the framing of a chunk are written right before them and leave
/// in the same `send`; `slackBytes` after them take the end of a chunk.
struct Rooms {
  /// The longest head, and the longest line before a chunk.
  static let headroomBytes = 17 * 1024
  /// What one `recv` asks for: the size at which system calls no longer dominate the cost of copying.
  static let receiveBytes = 64 * 1024
  /// A TLS record may still lie inside the library when 64 KiB of ciphertext come.
  static let plaintextBytes = receiveBytes + 17 * 1024
  static let slackBytes = 64
  static let framesBytes = 60 * 1024
  /// 64 KiB of plaintext and a head in records, with their overhead.
  static let outputBytes = 160 * 1024

  /// As received from a socket.
  let input: Arrival
  /// As decrypted.
  let plain: Arrival
  /// Answers on their way out.
  let output: ByteRange
  /// Ciphertext on its way out: whatever is encrypted lies in another region.
  let sealed: ByteRange
  /// HTTP/2 frames on their way out: what the socket does not take fits a block, encrypted as well.
  let frames: ByteRange
  /// A piece of a stream's body that waited, with room for its framing.
  let pump: ByteRange
  /// Header fields of HTTP/2 as they were received, and as they are sent.
  let arena: ByteRange
  let fieldText: ByteRange
  /// Where heads are written before their length is known.
  let head: ByteRange
  /// Where a line of the log is written.
  let logLine: ByteRange

  /// A region that bytes arrive in.
  struct Arrival {
    let bytes: ByteRange

    init(_ region: ByteRange) {
      bytes = ByteRange(
        start: region.start + UInt32(Rooms.headroomBytes),
        count: region.count - UInt32(Rooms.headroomBytes + Rooms.slackBytes))
    }
  }

  init(_ memory: inout Memory) {
    input = Arrival(memory.reserve(Rooms.headroomBytes + Rooms.receiveBytes + Rooms.slackBytes))
    plain = Arrival(memory.reserve(Rooms.headroomBytes + Rooms.plaintextBytes + Rooms.slackBytes))
    output = memory.reserve(Rooms.outputBytes)
    sealed = memory.reserve(Rooms.outputBytes)
    frames = memory.reserve(Rooms.framesBytes)
    pump = memory.reserve(Rooms.slackBytes + Rooms.receiveBytes + Rooms.slackBytes)
    arena = memory.reserve(8 * HTTP2Tape.arenaBytesMin(.standard(.server)))
    fieldText = memory.reserve(2 * Rooms.headroomBytes)
    head = memory.reserve(Rooms.headroomBytes)
    logLine = memory.reserve(LogSink.lineBytesMax)
  }
}
