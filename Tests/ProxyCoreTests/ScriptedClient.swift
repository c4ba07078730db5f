import ProxySimulation
import ProxyTransport

/// A client of the simulation: sends requests one after another or several at once, and checks that each answer is the one to its own.
final class ScriptedClient {
  struct Request {
    var id: String
    var method: String
    var target: String
    var host = "shop.example"
    var body: [UInt8] = []
    var isChunked = false
    /// What may come back, beside the failures that faults allow.
    var status: Int
  }

  let peer: Peer
  private unowned let simulation: Simulation
  private let requests: [Request]
  private let allowsFailures: Bool
  private var sent = 0
  private var answered = 0
  private var reader = MessageReader(.response)
  private(set) var problems: [String] = []
  private(set) var statuses: [Int] = []

  init(
    _ simulation: Simulation, to address: SocketAddress, _ requests: [Request], pipelining: Int, allowsFailures: Bool
  ) {
    self.simulation = simulation
    self.requests = requests
    self.allowsFailures = allowsFailures
    peer = simulation.connect(to: address)
    peer.onChange = { [self] _ in proceed() }
    for _ in 0..<max(pipelining, 1) { sendNext() }
  }

  var isDone: Bool { peer.isClosed || peer.failure != nil }

  private func sendNext() {
    guard sent < requests.count else { return }
    let request = requests[sent]
    sent += 1
    var head = "\(request.method) \(request.target) HTTP/1.1\r\nHost: \(request.host)\r\nX-Id: \(request.id)\r\n"
    head += simulation.pick(0...1) == 0 ? "Connection: keep-alive, x-private\r\nX-Private: 1\r\n" : "Accept: */*\r\n"
    var framed = request.body
    if request.isChunked {
      head += "Transfer-Encoding: chunked\r\n"
      framed = []
      var rest = request.body[...]
      while !rest.isEmpty {
        let size = simulation.pick(1...rest.count)
        framed += Array("\(String(size, radix: 16));a=b\r\n".utf8) + rest.prefix(size) + Array("\r\n".utf8)
        rest = rest.dropFirst(size)
      }
      framed += Array("0\r\n\r\n".utf8)
    } else if !request.body.isEmpty {
      head += "Content-Length: \(request.body.count)\r\n"
    }
    peer.send(Array((head + "\r\n").utf8) + framed)
  }

  private func proceed() {
    guard !peer.isClosed else { return }
    do {
      while answered < sent {
        let request = requests[answered]
        let isHead = request.method == "HEAD"
        guard let response = try reader.next(peer.received, isEnded: peer.isEnded, isHead: isHead) else { break }
        if response.line[1].hasPrefix("1") { continue }
        answered += 1
        check(response, request)
        sendNext()
      }
    } catch {
      problems.append("client read \(error)")
      return peer.reset()
    }
    if answered == requests.count {
      if reader.position < peer.received.count { problems.append("bytes behind the last answer") }
      peer.close()
    } else if peer.isEnded || peer.failure != nil {
      // An answer that was cut short, or requests behind one that ended the connection.
      if !allowsFailures, peer.failure != nil {
        problems.append("reset: \(peer.failure.map(String.init(describing:)) ?? "")")
      }
      peer.close()
    }
  }

  private func check(_ response: Message, _ request: Request) {
    let status = Int(response.line[1]) ?? 0
    statuses.append(status)
    let text = String(decoding: response.body.prefix(200), as: UTF8.self)
    if status == request.status {
      let isUpstream = response.value("x-up") != nil
      if isUpstream, request.method != "HEAD", !text.hasPrefix("id=\(request.id) method=\(request.method) ") {
        problems.append("the answer to another request: \(text.prefix(60)) for \(request.id)")
      }
      if isUpstream, request.method != "HEAD", !text.contains(" sum=\(checksum(request.body)) ") {
        problems.append("the body of \(request.id) changed: \(text.prefix(60))")
      }
      if response.value("keep-alive") != nil { problems.append("a field of the connection was passed on") }
    } else if !(allowsFailures && [502, 503, 504].contains(status)) {
      problems.append("\(status) \(text.prefix(60)) instead of \(request.status) for \(request.id) \(request.target)")
    }
  }
}
