import HTTPWire
import ProxyTransport

/// Asks the admin socket of a running gateway: one request, one answer.
public enum ControlClient {
  public struct Answer: Sendable, Equatable {
    public var status: UInt16
    public var body: [UInt8]
  }

  public enum Failure: Error, Sendable, Equatable {
    case connect(SystemError)
    case lost(SystemError)
    /// No whole answer within the time.
    case timedOut
    /// What answered does not speak HTTP.
    case malformed(WireError)
  }

  /// - Parameters:
  ///   - socket: the path of the Unix socket.
  ///   - method: `GET` or `POST`.
  ///   - timeMax: for everything.
  public static func ask(
    _ socket: String, _ method: String, _ path: String, body: [UInt8] = [], timeMax: Interval = .seconds(30)
  ) throws(Failure) -> Answer {
    guard var net = try? EpollNetwork() else { throw .connect(.outOfMemory) }
    let descriptor: Descriptor
    do throws(SystemError) { descriptor = try EpollNetwork.connect(toPath: socket) } catch { throw .connect(error) }
    defer { EpollNetwork.close(descriptor) }
    guard var memory = Memory(capacity: 1 << 20) else { throw .connect(.outOfMemory) }
    let room = memory.reserve(64 << 10)
    if let error = net.watch(descriptor, token: 0, levelTriggered: false) { throw .connect(error) }
    let deadline = net.now() + timeMax
    var output =
      Array(
        "\(method) \(path) HTTP/1.1\r\nhost: \(ControlRequest.adminHost)\r\ncontent-length: \(body.count)\r\n\r\n".utf8)
      + body
    var input: [UInt8] = []
    var events: [Event] = []
    while true {
      while !output.isEmpty {
        let piece = Array(output.prefix(Int(room.count)))
        memory.store(piece.span, at: room.start)
        let transfer = net.send(
          descriptor, from: memory, ByteRange(start: room.start, count: UInt32(piece.count)))
        if case .bytes(let count) = transfer { output.removeFirst(count) } else { break }
      }
      receiving: while true {
        switch net.receive(descriptor, into: &memory, room) {
        case .bytes(let count):
          let bytes = memory.span(ByteRange(start: room.start, count: UInt32(count)))
          for index in bytes.indices { input.append(bytes[index]) }
        case .wouldBlock: break receiving
        case .endOfStream: return try answer(input)
        case .failed(let error): throw .lost(error)
        }
      }
      guard net.now() < deadline else { throw .timedOut }
      net.wait(until: deadline, into: &events)
    }
  }

  /// The answer in the bytes of a whole connection.
  static func answer(_ bytes: [UInt8]) throws(Failure) -> Answer {
    var head = ResponseHead()
    switch head.parse(bytes.span, answering: AnsweredRequest(method: .other)) {
    case .incomplete: throw .malformed(.bodyCutShort)
    case .invalid(let error): throw .malformed(error)
    case .complete(let count):
      guard case .length(let length) = head.framing, Int(length) == bytes.count - count else {
        throw .malformed(.bodyCutShort)
      }
      return Answer(status: head.status, body: Array(bytes[count...]))
    }
  }
}
