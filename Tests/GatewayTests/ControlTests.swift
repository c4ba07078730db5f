import Foundation
import HTTPWire
import ProxyTransport
import Synchronization
import Testing
import WeirJSON
import WeirRequest

@testable import Gateway

/// A gateway of paper.
private final class FakeSurface: ControlSurface {
  let isLive: Bool
  let unreadyReasons: [String]
  let drainCount = Atomic<Int>(0)
  let report: ReloadReport

  init(isLive: Bool = true, unreadyReasons: [String] = [], report: ReloadReport = ReloadReport(.unchanged)) {
    self.isLive = isLive
    self.unreadyReasons = unreadyReasons
    self.report = report
  }

  func metrics() -> [UInt8] { Array("weir_x 1\n".utf8) }
  func bundle() -> JSONValue { .string("bundle") }
  func upstreams() -> JSONValue { .string(String(repeating: "u", count: 300_000)) }
  func configuration() -> JSONValue { .string("config") }
  func explain(_ request: [UInt8]) throws(RequestError) -> JSONValue {
    guard request != Array("?".utf8) else { throw RequestError(.malformedJSON, "no JSON") }
    return .int(Int64(request.count))
  }
  func drain() { drainCount.add(1, ordering: .relaxed) }
  func reload() -> ReloadReport { report }
}

@Suite struct ControlTests {
  private func ask(_ text: String, _ role: ControlRole, _ surface: FakeSurface = FakeSurface()) -> ControlReply? {
    var head = RequestHead()
    switch ControlRequest.parse(Array(text.utf8), &head) {
    case .incomplete: return nil
    case .complete(let request): return controlReply(request, to: role, surface)
    case .refused(let reply): return reply
    }
  }

  @Test(arguments: [
    ("GET /healthz", 200), ("HEAD /healthz", 200), ("POST /healthz", 405), ("GET /readyz?verbose", 200),
    ("GET /metrics", 200), ("GET /", 404), ("GET /bundle", 404), ("POST /drain", 404),
    ("GET http://any.example/healthz", 200), ("GET HTTP://any.example/readyz?verbose", 200),
    ("GET http://any.example", 404), ("GET https://any.example/healthz", 404),
  ])
  func status(line: String, status: UInt16) {
    #expect(ask("\(line) HTTP/1.1\r\nhost: any.example\r\n\r\n", .status)?.status == status)
  }

  @Test(arguments: [
    ("GET /bundle", 200), ("GET /upstreams", 200), ("GET /config", 200), ("POST /explain", 200), ("GET /explain", 405),
    ("GET /drain", 405), ("POST /drain", 202), ("GET /reload", 405), ("POST /reload", 200), ("GET /healthz", 404),
    ("POST /bundle", 405),
  ])
  func admin(line: String, status: UInt16) {
    #expect(ask("\(line) HTTP/1.1\r\nhost: weir\r\n\r\n", .admin)?.status == status)
  }

  @Test func pagesOfTheWebAreRefused() {
    let surface = FakeSurface()
    #expect(
      ask("POST /drain HTTP/1.1\r\nhost: weir\r\nOrigin: https://evil.example\r\n\r\n", .admin, surface)?.status == 403)
    #expect(ask("POST /drain HTTP/1.1\r\nhost: evil.example\r\n\r\n", .admin, surface)?.status == 403)
    #expect(ask("POST http://evil.example/drain HTTP/1.1\r\nhost: weir\r\n\r\n", .admin, surface)?.status == 403)
    #expect(surface.drainCount.load(ordering: .relaxed) == 0)
  }

  @Test func readinessNamesWhatIsMissing() {
    let surface = FakeSurface(isLive: false, unreadyReasons: ["draining", "worker_silent"])
    #expect(ask("GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n", .status, surface) == .text(503, "draining\nworker_silent"))
    #expect(ask("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n", .status, surface)?.status == 503)
  }

  @Test func bodiesAreReadWhole() {
    let head = "POST /explain HTTP/1.1\r\nhost: weir\r\n"
    #expect(ask(head + "content-length: 3\r\n\r\nab", .admin) == nil)
    #expect(ask(head + "content-length: 3\r\n\r\nabc", .admin) == .json(200, .int(3)))
    #expect(ask(head + "transfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", .admin) == .json(200, .int(2)))
    #expect(
      ask(head + "content-length: 1\r\n\r\n?", .admin)
        == .json(400, RequestError(.malformedJSON, "no JSON").json))
    let most = ControlRequest.bodyBytesMax
    for (count, status) in [(most, 200), (most + 1, 413)] as [(Int, UInt16)] {
      let body = String(repeating: "x", count: count)
      #expect(ask(head + "content-length: \(count)\r\n\r\n\(body)", .admin)?.status == status)
    }
    #expect(ask("GET / HTTP/1.1\r\n\r\n", .admin)?.status == 400)
  }

  @Test func aRefusedReloadIsAConflict() throws {
    let older = GatewayFailure(.needsRestart, at: .commandLine("--listen"), "older", remedy: "restart")
    let surface = FakeSurface(report: ReloadReport(.refused(older)))
    let reply = try #require(ask("POST /reload HTTP/1.1\r\nhost: weir\r\n\r\n", .admin, surface))
    #expect(reply.status == 409)
    #expect(String(decoding: reply.body, as: UTF8.self).contains(#""code":"needs_restart""#))
  }

  @Test func aReloadNamesWhatItDidNotTake() throws {
    let key = PendingKey(
      key: "workers", place: .file("weir.yaml", line: 3, column: 10), inForce: "2", written: "4")
    let adopted = ReloadOutcome.adopted(generation: 7, identity: "ab", [.configuration, .trustDomains])
    let pending = ReloadReport(adopted, pending: [key])
    let reply = try #require(ask("POST /reload HTTP/1.1\r\nhost: weir\r\n\r\n", .admin, FakeSurface(report: pending)))
    #expect(reply.status == 200)
    let body = String(decoding: reply.body, as: UTF8.self)
    #expect(body.contains(#""place":"weir.yaml:3:10""#))
    #expect(body.contains(#""changed":["configuration","trust_domains"]"#))
    #expect(
      pending.lines == [
        "adopted generation 7, sha256 ab; changed: configuration, trust_domains",
        "weir.yaml:3:10: `workers` waits for a restart: 2 is in force, 4 is written [needs_restart]",
      ])
    let mistake = GatewayFailure(
      .unknownKey, at: .file("weir.yaml", line: 1, column: 1), "the file has no key `servces`", remedy: "write another")
    let half = ReloadReport(adopted, refusedConfiguration: mistake)
    #expect(ask("POST /reload HTTP/1.1\r\nhost: weir\r\n\r\n", .admin, FakeSurface(report: half))?.status == 409)
    // A code is told once.
    #expect(
      half.lines.last
        == "the configuration is refused, the one in force stays, and a new bundle waits until it is mended: "
        + "weir.yaml:1:1: the file has no key `servces` [unknown_key]"
    )
  }

  /// Over real sockets.
  @Test func answersOnItsSockets() throws {
    let folder = URL(fileURLWithPath: NSTemporaryDirectory()).appending(path: "weir-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "weir.sock").path
    let surface = FakeSurface()
    let listeners = try ControlListeners(status: SocketAddress("127.0.0.1:0"), admin: path)
    let server = try ControlServer(listeners, surface: surface)
    defer { server.stop() }
    #expect((try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) == 0o600)
    #expect(try ControlClient.ask(path, "GET", "/bundle") == .init(status: 200, body: Array("\"bundle\"\n".utf8)))
    #expect(try ControlClient.ask(path, "GET", "/upstreams").body.count == 300_003)
    let long = [UInt8](repeating: 0x78, count: 500_000)
    #expect(try ControlClient.ask(path, "POST", "/explain", body: long).body == Array("500000\n".utf8))
    #expect(try ControlClient.ask(path, "GET", "/nothing").status == 404)
    #expect((listeners.statusAddress?.port ?? 0) > 0)
    // Another gateway does not take the socket away from one that lives.
    let second = #expect(throws: ControlServerError.self) { try ControlListeners(status: nil, admin: path) }
    #expect(second?.error == .addressInUse && second?.place == path)
    #expect(try ControlClient.ask(path, "GET", "/bundle").status == 200)
    #expect(throws: ControlClient.Failure.connect(.noSuchFile)) { try ControlClient.ask(path + "x", "GET", "/bundle") }
  }
}
