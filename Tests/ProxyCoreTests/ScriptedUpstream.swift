import ProxySimulation
import ProxyTransport

/// A server of the simulation: answers each request with what it saw of it, in framings and with failures that the seed picks.
final class ScriptedUpstream {
  struct Faults {
    /// Of a hundred requests.
    var closes = 0
    var resets = 0
    var refuses = 0
    var cutsShort = 0
    var closesIdle = 0
  }

  private unowned let simulation: Simulation
  let address: SocketAddress
  var faults: Faults
  /// Requests that came whole, by their ids.
  private(set) var seen: [String: Int] = [:]
  private(set) var problems: [String] = []

  init(_ simulation: Simulation, _ address: SocketAddress, _ faults: Faults = Faults()) {
    self.simulation = simulation
    self.address = address
    self.faults = faults
    simulation.serve(address) { [self] peer in serve(peer) }
  }

  private func serve(_ peer: Peer) {
    var reader = MessageReader(.request)
    var isBusy = false
    peer.name = "upstream \(address)"
    peer.onChange = { [self] peer in
      guard !isBusy, !peer.isClosed else { return }
      do {
        guard let request = try reader.next(peer.received, isEnded: peer.isEnded) else {
          if peer.isEnded { peer.close() }
          return
        }
        isBusy = true
        let delay = simulation.pick(0...3) == 0 ? Interval.milliseconds(Int64(simulation.pick(1...200))) : .zero
        simulation.at(simulation.now + delay) { [self] in
          isBusy = false
          guard !peer.isClosed else { return }
          answer(request, peer)
          peer.send([UInt8]())
        }
      } catch {
        problems.append("\(address) read \(error) ")
        peer.reset()
      }
    }
  }

  private func answer(_ request: Message, _ peer: Peer) {
    let id = request.value("x-id") ?? "?"
    seen[id, default: 0] += 1
    if request.value("host") != "shop.example" { problems.append("host \(request.value("host") ?? "none")") }
    if request.value("connection") != nil { problems.append("a field of the connection was passed on") }
    let dice = simulation.pick(0...99)
    if dice < faults.closes { return peer.close() }
    if dice < faults.closes + faults.resets { return peer.reset() }
    let status = simulation.pick(0...99) < faults.refuses ? 503 : 200
    let text = "id=\(id) method=\(request.line[0]) target=\(request.line[1]) sum=\(checksum(request.body)) "
    let body = Array(text.utf8) + [UInt8](repeating: UInt8(ascii: "."), count: paddingCount())
    if simulation.pick(0...9) == 0 { peer.send("HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n") }
    var head = "HTTP/1.1 \(status) Whatever\r\nServer: s\r\nX-Up: \(address)\r\nKeep-Alive: timeout=5\r\n"
    var framed = body
    let isHead = request.line[0] == "HEAD"
    var closes = simulation.pick(0...9) == 0
    var hasEnd = true
    switch simulation.pick(0...4) {
    case 0 where !isHead:
      closes = true
      hasEnd = false
    case 1, 2:
      head += "Transfer-Encoding: chunked\r\n"
      framed = chunked(body)
    default: head += "Content-Length: \(body.count)\r\n"
    }
    if closes { head += "Connection: close\r\n" }
    if isHead { framed = [] }
    let bytes = Array((head + "\r\n").utf8) + framed
    if simulation.pick(0...99) < faults.cutsShort {
      peer.send(bytes.prefix(simulation.pick(0...bytes.count - 1)))
      // A body that ends with the connection is whole wherever it ends; only a reset says otherwise.
      return hasEnd && simulation.pick(0...1) == 0
        ? peer.perform([.finishSending, .pause(.seconds(1)), .close]) : peer.reset()
    }
    peer.send(bytes)
    if closes {
      peer.finishSending()
    } else if simulation.pick(0...99) < faults.closesIdle {
      let pause = Interval.milliseconds(Int64(simulation.pick(0...50)))
      simulation.at(simulation.now + pause) { if !peer.isClosed { peer.finishSending() } }
    }
  }

  private func paddingCount() -> Int {
    simulation.pick(0...9) == 0 ? simulation.pick(0...20_000) : simulation.pick(0...300)
  }

  private func chunked(_ body: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = body[...]
    while !rest.isEmpty {
      let size = simulation.pick(1...max(rest.count / 2, 1))
      result += Array("\(String(size, radix: 16))\r\n".utf8) + rest.prefix(size) + Array("\r\n".utf8)
      rest = rest.dropFirst(size)
    }
    return result + Array("0\r\n\r\n".utf8)
  }
}
