import Foundation
import ProxyTransport
import Testing
import WeirJSON
import WeirPolicy
import WeirRequest

@testable import ProxyTelemetry

@Suite struct LogTests {
  /// A worker's memory with texts in it.
  private struct Texts: ~Copyable {
    var memory: Memory
    private var room: ByteRange
    private var used = 0
    let line: ByteRange

    init() throws {
      guard var memory = Memory(capacity: 1 << 20) else { throw SystemError.outOfMemory }
      room = memory.reserve(64 << 10)
      line = memory.reserve(LogSink.lineBytesMax)
      self.memory = memory
    }

    mutating func write(_ record: RequestRecord, _ places: LogTexts, keepsQueries: Bool) throws -> String {
      var clock = LogClock()
      var line = LogLine(record, places, keepsQueries: keepsQueries, in: line)
      guard let written = line.write(LogTests.names, &clock, in: &memory) else { throw SystemError.outOfMemory }
      return String(decoding: (written.start..<written.end).map { memory[$0] }, as: UTF8.self)
    }

    mutating func place(_ text: String) -> ByteRange {
      let bytes = Array(text.utf8)
      let start = room.start + UInt32(used)
      memory.store(bytes.span, at: start)
      used += bytes.count
      return ByteRange(start: start, count: UInt32(bytes.count))
    }
  }

  private static func fullRecord() -> RequestRecord {
    var record = RequestRecord()
    record.time = 1_795_255_445_123_456_789
    record.entry = .gateway(0)
    (record.decision, record.decisionReason, record.reason, record.status) = (.allow, .forwarded, .forwarded, 200)
    (record.table, record.route, record.scope, record.rule, record.service, record.subset) = (0, 0, 0, 0, 0, 0)
    record.endpoint = SocketAddress(IPAddress(high: 0, low: 1), port: 8080)
    record.attempts = 1
    (record.isTLS, record.isAudited, record.draw, record.port) = (true, true, 17, 443)
    record.source = SocketAddress(IPAddress(ipv4: 0x0A01_0203), port: 40_000)
    record.clientIP = IPAddress(ipv4: 0xC633_6401)
    (record.requestBytes, record.responseBytes) = (10, 20)
    record.trace = TraceContext(Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8).span)
    record.reference = 0xA1
    record.phases.head = 1_000
    record.phases.decided = 2_999
    (record.phases.connected, record.phases.sent, record.phases.answered, record.phases.ended) =
      (3_000, 4_000, 5_000, 6_000)
    return record
  }

  private static let names = LogNames(smallTopology(), identity: "abcd", generation: 3)

  /// The line of a record with all texts.
  private func line(_ record: RequestRecord, target: String = "/a/b?x=1&y", keepsQueries: Bool = false) throws -> String
  {
    var texts = try Texts()
    var places = LogTexts()
    places.method = texts.place("GET")
    places.host = texts.place("shop.example")
    places.target = texts.place(target)
    places.caller = texts.place("spiffe://shop.example/ns/a/sa/b")
    places.serverName = texts.place("shop.example")
    places.requestID = texts.place("r\"1\\\u{1}é")
    return try texts.write(record, places, keepsQueries: keepsQueries)
  }

  @Test func aFullLineHasEveryKeyInOrder() throws {
    let text = try line(Self.fullRecord())
    #expect(text.hasSuffix("}\n"))
    guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
      Issue.record("no object: \(text)")
      return
    }
    // Behind a gateway no service was addressed itself.
    #expect(members.map(\.name) == LogField.allCases.filter { $0 != .service }.map(\.key))
    let value = try JSONValue(parsing: Array(text.utf8))
    func string(_ field: LogField) -> String? {
      guard case .string(let text)? = value[field.key] else { return nil }
      return text
    }
    #expect(string(.time) == "2026-11-21T10:04:05.123Z")
    #expect(string(.gateway) == "edge" && string(.by) == "first" && string(.at) == "shop.weir:7")
    #expect(string(.route) == "api" && string(.destination) == "web.v1" && string(.endpoint) == "[::1]:8080")
    #expect(string(.path) == "/a/b?x=*&y" && string(.sourceIP) == "10.1.2.3" && string(.clientIP) == "198.51.100.1")
    #expect(string(.requestID) == "r\"1\\\u{1}\u{C3}\u{A9}")
    #expect(value["reason"] == .null && value["decided_us"] == .int(2) && value["generation"] == .int(3))
    #expect(string(.trace) == "4bf92f3577b34da6a3ce929d0e0e4736")
  }

  @Test(
    arguments: [
      ("/a", "/a"), ("/a?", "/a?"), ("/a?x", "/a?x"), ("/a?x=", "/a?x=*"), ("/a?x=1=2&=3&y=&z", "/a?x=*&=*&y=*&z"),
    ])
  func queriesAreMasked(target: String, logged: String) throws {
    #expect(try line(Self.fullRecord(), target: target).contains("\"path\":\"\(logged)\","))
    #expect(try line(Self.fullRecord(), target: target, keepsQueries: true).contains("\"path\":\"\(target)\","))
  }

  /// A listener that names no gateway has one by the host: the line names it.
  @Test func theGatewayOfTheHostIsNamed() throws {
    var record = Self.fullRecord()
    record.entry = .anyHost
    let value = try JSONValue(parsing: Array(try line(record).utf8))
    #expect(value["gateway"] == .string("edge") && value["service"] == nil)
  }

  /// Unknown keys left out, a line is a request that `eval` takes.
  @Test func aLineIsARequest() throws {
    guard case .object(let members) = try JSONValue(parsing: Array(try line(Self.fullRecord()).utf8)) else { return }
    let keys: Set<String> = [
      "time", "gateway", "service", "caller", "source_ip", "source_port", "client_ip", "port", "sni", "method",
      "scheme",
      "host", "path", "draw",
    ]
    let request = JSONValue.object(members.filter { keys.contains($0.name) })
    let facts = try RequestDecoder(data: DataNames([])).decode(Array(request.text.utf8))
    #expect(facts.gateway == "edge" && facts.http?.target == "/a/b?x=*&y" && facts.draw == 17)
    #expect(facts.caller == .known("spiffe://shop.example/ns/a/sa/b"))
    #expect(facts.time == 1_795_255_445)
  }

  @Test func whatDidNotHappenIsNotTold() throws {
    var texts = try Texts()
    var record = RequestRecord()
    record.reason = .headTooLarge
    record.decisionReason = .headTooLarge
    record.status = 431
    _ = texts.place("x")
    let value = try JSONValue(parsing: Array(try texts.write(record, LogTexts(), keepsQueries: false).utf8))
    for key in ["method", "path", "route", "at", "endpoint", "head_us", "trace", "gateway"] {
      #expect(value[key] == nil)
    }
    #expect(value["ended"] == .string("head_too_large") && value["outcome"] == .string("reject"))
    #expect(value["caller"] == .null && value["by"] == .null)
  }

  /// A disk with so much room.
  private struct Disk: LogDestination {
    var room: Int
    var text = ""

    mutating func write(_ bytes: Span<UInt8>) -> Transfer {
      let count = min(room, bytes.count)
      guard count > 0 else { return .failed(.noSpace) }
      room -= count
      var written: [UInt8] = []
      for index in 0..<count { written.append(bytes[index]) }
      text += String(decoding: written, as: UTF8.self)
      return .bytes(count)
    }
  }

  @Test func aFullBufferDropsLinesAndCountsThem() throws {
    let queue = LogQueue()
    var sink = LogSink(queue, keepsQueries: true)
    let metrics = try #require(WorkerMetrics())
    var texts = try Texts()
    var woken = 0
    for _ in 0..<5_000 {
      let isHandedOver = sink.append(
        Self.fullRecord(), LogTexts(), in: &texts.memory, room: texts.line, names: Self.names, now: .zero,
        metrics: metrics)
      if isHandedOver { woken += 1 }
    }
    // One block was handed over, the other is full: the rest is dropped.
    #expect(woken == 1)
    // What waits is not written yet.
    #expect(metrics.value(of: .logLinesWritten) == 0)
    var output = LogOutput(Disk(room: .max), queues: [queue], metrics: metrics)
    output.drain(now: .zero)
    let isFlushed = sink.flush(now: Instant.zero + .milliseconds(200))
    let deadline = sink.deadline
    #expect(isFlushed && deadline == nil)
    output.drain(now: .zero)
    let (written, dropped) = (metrics.value(of: .logLinesWritten), metrics.value(of: .logLinesDropped))
    #expect(written + dropped == 5_000 && written > 0 && dropped > 0)
  }

  /// Nobody keeps a request out of the log by bytes that have to be escaped.
  @Test func aLineThatIsTooLongHasNoPath() throws {
    let queue = LogQueue()
    var sink = LogSink(queue, keepsQueries: true)
    let metrics = try #require(WorkerMetrics())
    var texts = try Texts()
    var places = LogTexts()
    places.method = texts.place("GET")
    places.target = texts.place("/" + String(repeating: "\u{E9}", count: 5_600))
    _ = sink.append(
      Self.fullRecord(), places, in: &texts.memory, room: texts.line, names: Self.names, now: .zero, metrics: metrics)
    let isFlushed = sink.flush(now: Instant.zero + LogSink.blockAgeMax)
    #expect(isFlushed)
    let block = try #require(queue.next())
    let value = try JSONValue(parsing: Array(block.bytes[..<block.count]))
    #expect(value["path"] == nil && value["method"] == .string("GET") && value["by"] == .string("first"))
    #expect(metrics.value(of: .logLinesDropped) == 0)
  }

  @Test func aFullDiskCostsLinesAndIsTriedAgain() throws {
    let queue = LogQueue()
    var sink = LogSink(queue, keepsQueries: true)
    let metrics = try #require(WorkerMetrics())
    var texts = try Texts()
    func add(_ sink: inout LogSink, at now: Instant) {
      _ = sink.append(
        Self.fullRecord(), LogTexts(), in: &texts.memory, room: texts.line, names: Self.names, now: now,
        metrics: metrics)
      let isFlushed = sink.flush(now: now + LogSink.blockAgeMax)
      #expect(isFlushed)
    }
    let destination = SharedDisk()
    var output = LogOutput(destination, queues: [queue], metrics: metrics)
    destination.room = 10
    add(&sink, at: .zero)
    output.drain(now: .zero)
    #expect(destination.text.count == 10)
    let wanted = output.failure
    #expect(wanted != nil)
    destination.room = .max
    // Not yet a second later.
    add(&sink, at: .zero)
    output.drain(now: Instant.zero + .milliseconds(999))
    #expect(destination.text.count == 10)
    add(&sink, at: .zero)
    output.drain(now: Instant.zero + .seconds(1))
    let lines = destination.text.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].count == 10)
    #expect(throws: Never.self) { try JSONValue(parsing: Array(lines[1].utf8)) }
    // Three lines came: each is counted once, the one that was cut off as dropped.
    #expect(metrics.value(of: .logLinesDropped) == 2 && metrics.value(of: .logLinesWritten) == 1)
    let failure = output.failure
    #expect(failure == nil)
  }

  /// A disk whose room the test changes.
  private final class SharedDisk: LogDestination {
    var room = 0
    var text = ""

    func write(_ bytes: Span<UInt8>) -> Transfer {
      var disk = Disk(room: room)
      let transfer = disk.write(bytes)
      room = disk.room
      text += disk.text
      return transfer
    }
  }

  @Test func documentationListsEveryKey() throws {
    let page = try String(contentsOf: repository.appending(path: "docs/logs.md"), encoding: .utf8)
    let rows = LogField.allCases.map { "| `\($0.key)` | \($0.type) | \($0.explanation) |" }
    #expect(page.split(separator: "\n").map(String.init).filter { $0.hasPrefix("| `") } == rows)
  }
}
