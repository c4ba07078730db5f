import PropertyTesting
import Foundation
import ProxyTransport
import Testing

@Suite struct EpollNetworkTests {
  /// Waits until an event has come for a token, and gives its readiness.
  private static func readiness(_ token: UInt64, _ network: inout EpollNetwork) -> Readiness {
    var events: [Event] = []
    let deadline = network.now() + .seconds(10)
    while network.now() < deadline {
      network.wait(until: deadline, into: &events)
      if let event = events.first(where: { $0.token == token }) { return event.readiness }
    }
    return []
  }

  /// What is written goes out at once, at either end.
  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func doesNotCollectSmallWrites(text: String) throws {
    var network = try EpollNetwork()
    let listener = try EpollNetwork.listen(on: #require(SocketAddress(text)), reusePort: false, backlog: 1)
    #expect(network.watch(listener, token: 1, levelTriggered: true) == nil)
    guard case .started(let client) = try network.connect(EpollNetwork.localAddress(of: listener)) else {
      return #expect(Bool(false))
    }
    #expect(Self.readiness(1, &network).contains(.readable))
    guard case .connection(let server, _) = network.accept(listener) else { return #expect(Bool(false)) }
    for descriptor in [client, server] {
      var isOn: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      let result = unsafe getsockopt(descriptor.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, &size)
      #expect(result == 0 && isOn != 0)
    }
    for descriptor in [client, server, listener] { network.close(descriptor) }
  }

  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func carriesBytesBothWays(text: String) throws {
    var network = try EpollNetwork()
    var memory = try made(Memory(capacity: 1 << 20))
    let room = memory.reserve(1024)
    let listener = try EpollNetwork.listen(on: #require(SocketAddress(text)), reusePort: false, backlog: 16)
    let address = try EpollNetwork.localAddress(of: listener)
    #expect(network.watch(listener, token: 1, levelTriggered: true) == nil)
    #expect(network.accept(listener) == .wouldBlock)
    guard case .started(let client) = network.connect(address) else { return #expect(Bool(false)) }
    #expect(network.watch(client, token: 2, levelTriggered: false) == nil)
    #expect(Self.readiness(1, &network).contains(.readable))
    guard case .connection(let server, let peer) = network.accept(listener) else {
      return #expect(Bool(false))
    }
    #expect(try EpollNetwork.localAddress(of: client) == peer)
    #expect(network.watch(server, token: 3, levelTriggered: false) == nil)
    #expect(network.connectError(client) == nil)

    memory.store("hello", at: room.start)
    #expect(network.receive(server, into: &memory, room) == .wouldBlock)
    #expect(network.send(client, from: memory, room.prefix(5)) == .bytes(5))
    #expect(Self.readiness(3, &network).contains(.readable))
    #expect(network.receive(server, into: &memory, room.dropFirst(100)) == .bytes(5))
    #expect(memory[room.start + 104] == UInt8(ascii: "o"))

    network.finishSending(client)
    #expect(Self.readiness(3, &network).isSuperset(of: [.readable, .readHangUp]))
    #expect(network.receive(server, into: &memory, room) == .endOfStream)
    network.reset(server)
    #expect(Self.readiness(2, &network).isSuperset(of: [.hangUp, .failed]))
    #expect(network.receive(client, into: &memory, room) == .failed(.connectionReset))
    network.close(client)
    network.close(listener)
  }

  @Test func tellsThatAConnectionIsRefused() throws {
    var network = try EpollNetwork()
    let listener = try EpollNetwork.listen(on: #require(SocketAddress("127.0.0.1:0")), reusePort: false, backlog: 1)
    let address = try EpollNetwork.localAddress(of: listener)
    network.close(listener)
    guard case .started(let client) = network.connect(address) else { return #expect(Bool(false)) }
    #expect(network.watch(client, token: 1, levelTriggered: false) == nil)
    #expect(Self.readiness(1, &network).isSuperset(of: [.hangUp, .failed]))
    #expect(network.connectError(client) == .connectionRefused)
    network.close(client)
  }

  @Test func portsCanBeShared() throws {
    let first = try EpollNetwork.listen(on: #require(SocketAddress("127.0.0.1:0")), reusePort: true, backlog: 1)
    defer { EpollNetwork.close(first) }
    let address = try EpollNetwork.localAddress(of: first)
    let second = try EpollNetwork.listen(on: address, reusePort: true, backlog: 1)
    EpollNetwork.close(second)
    #expect(throws: SystemError.addressInUse) {
      try EpollNetwork.listen(on: address, reusePort: false, backlog: 1)
    }
  }

  @Test func otherThreadsEndAWait() throws {
    var network = try EpollNetwork()
    let wakeUp = try EpollNetwork.makeWakeUp()
    #expect(network.watch(wakeUp, token: 9, levelTriggered: true) == nil)
    try Thread.start("waker") { EpollNetwork.wake(wakeUp) }
    #expect(Self.readiness(9, &network) == .readable)
    EpollNetwork.drainWakeUp(wakeUp)
    var events = [Event(token: 1, readiness: [])]
    network.wait(until: network.now(), into: &events)
    #expect(events.isEmpty)
    network.close(wakeUp)
  }

  @Test func unixSocketsHaveTheirMode() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var network = try EpollNetwork()
    let listener = try EpollNetwork.listen(onPath: path, mode: 0o600, backlog: 4)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let client = try EpollNetwork.connect(toPath: path)
    guard case .connection(let server, let peer) = network.accept(listener) else { return #expect(Bool(false)) }
    #expect(peer == .unspecified)
    for descriptor in [client, server, listener] { network.close(descriptor) }
    // The socket that was left is replaced; a file is not.
    network.close(try EpollNetwork.listen(onPath: path, mode: 0o600, backlog: 4))
    try FileManager.default.removeItem(atPath: path)
    try Data("kept".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: SystemError.notASocket) { try EpollNetwork.listen(onPath: path, mode: 0o600, backlog: 4) }
    #expect(throws: SystemError.notASocket) { try EpollNetwork.listen(onPath: "/", mode: 0o600, backlog: 4) }
    #expect(throws: SystemError.invalidArgument) {
      try EpollNetwork.listen(onPath: String(repeating: "x", count: 200), mode: 0o600, backlog: 4)
    }
  }

  @Test func sealedFilesDoNotChange() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: url) }
    let contents = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7) })
    try contents.write(to: url)
    let sealed = try SealedFile(copying: url.path, bytesMax: contents.count)
    try Data().write(to: url)
    #expect(sealed.count == contents.count)
    #expect(contents.indices.allSatisfy { sealed.bytes[$0] == contents[$0] })
    #expect(try SealedFile(copying: url.path, bytesMax: 0).count == 0)

    let copy = try SealedFile([1, 2, 3].span)
    #expect(copy.bytes.count == 3 && copy.bytes[2] == 3)
    try contents.write(to: url)
    #expect(throws: SystemError.fileTooLarge) {
      _ = try SealedFile(copying: url.path, bytesMax: contents.count - 1).count
    }
    #expect(throws: SystemError.noSuchFile) { _ = try SealedFile(copying: url.path + "x", bytesMax: 1).count }
    #expect(throws: SystemError.self) { _ = try SealedFile(copying: "/tmp", bytesMax: 1).count }
    #expect(throws: SystemError.invalidArgument) { _ = try SealedFile(copying: "/dev/zero", bytesMax: 1).count }
  }
}
