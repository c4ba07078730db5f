import Foundation
import ProxyTransport
import Synchronization
import WeirPolicy

/// A small name server on a loopback port, by UDP and TCP, with a zone that tests change.
final class NameServer: Sendable {
  enum Answer: Sendable {
    case addresses([String], ttl: UInt32)
    case services([(priority: UInt16, port: UInt16, target: String)], ttl: UInt32)
    case alias(String, ttl: UInt32, then: [String], ttlOfAddresses: UInt32)
    case noData
    case noSuchName
    case serverFailure, refusal
    /// Some bytes that are no record of the type.
    case malformed
  }

  enum RecordType: UInt16 { case a = 1, cname = 5, aaaa = 28, srv = 33 }

  struct Question: Hashable {
    let name: String
    let type: RecordType
  }

  struct NotStarted: Error {}

  let address: SocketAddress
  private let zone = Mutex<[Question: Answer]>([:])
  private let datagrams: Int32
  private let listener: Descriptor
  private let wakeUp: Descriptor
  private let questions = Atomic<Int>(0)
  private let streams = Atomic<Int>(0)

  init() throws {
    // A port that is free for both.
    for _ in 0..<50 {
      let listener = try EpollNetwork.listen(
        on: SocketAddress(.init(ipv4: 0x7F00_0001), port: 0), reusePort: false, backlog: 16)
      let address = try EpollNetwork.localAddress(of: listener)
      let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = address.port.bigEndian
      name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let status = unsafe withUnsafePointer(to: &name) { name in
        unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe bind(datagrams, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if status == 0 {
        self.address = address
        self.listener = listener
        self.datagrams = datagrams
        wakeUp = try EpollNetwork.makeWakeUp()
        try Thread.start("name-server") { [self] in serve() }
        return
      }
      EpollNetwork.close(listener)
      close(datagrams)
    }
    throw NotStarted()
  }

  func stop() { EpollNetwork.wake(wakeUp) }

  subscript(_ name: String, _ type: RecordType) -> Answer? {
    get { zone.withLock { $0[Question(name: name, type: type)] } }
    set { zone.withLock { $0[Question(name: name, type: type)] = newValue } }
  }

  /// Questions so far.
  var questionCount: Int { questions.load(ordering: .relaxed) }
  /// Questions that came by TCP.
  var streamCount: Int { streams.load(ordering: .relaxed) }

  private func serve() {
    guard var network = try? EpollNetwork() else { return }
    let descriptors = [wakeUp, Descriptor(rawValue: datagrams), listener]
    for (token, descriptor) in descriptors.enumerated() {
      _ = network.watch(descriptor, token: UInt64(token), levelTriggered: true)
    }
    var events: [Event] = []
    while true {
      network.wait(until: nil, into: &events)
      for event in events {
        switch event.token {
        case 0:
          for descriptor in descriptors { EpollNetwork.close(descriptor) }
          return
        case 1: answerDatagram()
        default: answerStream(&network)
        }
      }
    }
  }

  private func answerDatagram() {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var client = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &client) { client in
      unsafe client.withMemoryRebound(to: sockaddr.self, capacity: 1) { client in
        let count = unsafe recvfrom(datagrams, &bytes, bytes.count, 0, client, &length)
        guard count > 0 else { return }
        var response = respond(Array(bytes[..<count]))
        if response.count > 512 {
          // Truncated: only the head and the question.
          response = Array(response.prefix(count))
          response[2] |= 0x02
          response[6] = 0
          response[7] = 0
        }
        unsafe sendto(datagrams, &response, response.count, 0, client, length)
      }
    }
  }

  private func answerStream(_ network: inout EpollNetwork) {
    guard case .connection(let stream, _) = network.accept(listener) else { return }
    defer { network.close(stream) }
    _ = fcntl(stream.rawValue, F_SETFL, 0)
    streams.wrappingAdd(1, ordering: .relaxed)
    guard let head = Self.read(stream, 2) else { return }
    guard let question = Self.read(stream, Int(head[0]) << 8 | Int(head[1])) else { return }
    let response = respond(question)
    var framed = [UInt8(response.count >> 8), UInt8(response.count & 0xFF)] + response
    unsafe send(stream.rawValue, &framed, framed.count, Int32(MSG_NOSIGNAL))
  }

  private static func read(_ stream: Descriptor, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    guard unsafe recv(stream.rawValue, &bytes, count, Int32(MSG_WAITALL)) == count else { return nil }
    return bytes
  }

  /// RFC 1035 section 4.1.
  private func respond(_ query: [UInt8]) -> [UInt8] {
    questions.wrappingAdd(1, ordering: .relaxed)
    var labels: [String] = []
    var index = 12
    while index < query.count, query[index] != 0 {
      let end = index + 1 + Int(query[index])
      labels.append(String(decoding: query[(index + 1)..<end], as: UTF8.self))
      index = end
    }
    let type = UInt16(query[index + 1]) << 8 | UInt16(query[index + 2])
    let question = Array(query[12..<(index + 5)])
    let answer = RecordType(rawValue: type).flatMap { self[labels.joined(separator: "."), $0] } ?? .noSuchName

    var code: UInt8 = 0
    var records: [[UInt8]] = []
    func add(_ name: [UInt8], _ type: UInt16, _ ttl: UInt32, _ data: [UInt8]) {
      records.append(
        name + Self.bytes(type) + Self.bytes(UInt16(1)) + Self.bytes(ttl) + Self.bytes(UInt16(data.count)) + data)
    }
    let asked: [UInt8] = [0xC0, 12]
    switch answer {
    case .addresses(let texts, let ttl): for text in texts { add(asked, type, ttl, Self.address(text)) }
    case .alias(let name, let ttl, let texts, let other):
      add(asked, RecordType.cname.rawValue, ttl, Self.name(name))
      for text in texts { add(Self.name(name), type, other, Self.address(text)) }
    case .services(let services, let ttl):
      for service in services {
        add(
          asked, type, ttl,
          Self.bytes(service.priority) + Self.bytes(UInt16(7)) + Self.bytes(service.port) + Self.name(service.target))
      }
    case .malformed: add(asked, type, 60, [1, 2, 3])
    case .noData: break
    case .noSuchName: code = 3
    case .serverFailure: code = 2
    case .refusal: code = 5
    }
    return Array(query[..<2]) + [0x85, 0x80 | code, 0, 1] + Self.bytes(UInt16(records.count)) + [0, 0, 0, 0] + question
      + records.flatMap(\.self)
  }

  private static func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<(Value.bitWidth / 8)).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  private static func address(_ text: String) -> [UInt8] {
    guard let address = IPAddress(text) else { return [] }
    return address.isIPv4 ? Array(bytes(address.low).suffix(4)) : bytes(address.high) + bytes(address.low)
  }
}
