import Foundation
import ProxyTransport
import Testing
import WeirPolicy

@testable import ProxyUpstream

@Suite struct DiscoveryTests {
  /// A discovery with its name server and the descriptor that it wakes.
  private struct Setup: ~Copyable {
    let server: NameServer
    let wakeUp: Descriptor
    let discovery: Discovery
    var network: EpollNetwork

    init() throws {
      let server = try NameServer()
      let wakeUp = try EpollNetwork.makeWakeUp()
      guard let resolver = DNSResolver(server: server.address) else { throw NotMade() }
      let discovery = try Discovery(resolver: resolver, wakeUp: wakeUp)
      var network = try EpollNetwork()
      _ = network.watch(wakeUp, token: 0, levelTriggered: true)
      self.server = server
      self.wakeUp = wakeUp
      self.discovery = discovery
      self.network = network
    }

    deinit { server.stop() }

    /// Waits until the list of a source is this one, in text.
    mutating func waits(for expected: [String]?, of source: DiscoverySource) -> Bool {
      let deadline = network.now() + .seconds(20)
      var events: [Event] = []
      while network.now() < deadline {
        if discovery.known(source)?.endpoints?.map(\.address.description) == expected { return true }
        network.wait(until: deadline, into: &events)
        EpollNetwork.drainWakeUp(wakeUp)
      }
      return false
    }

    /// Waits until a source has failed.
    mutating func waitsForFailure(of source: DiscoverySource) -> DiscoveryError? {
      let deadline = network.now() + .seconds(20)
      var events: [Event] = []
      while network.now() < deadline {
        if let error = discovery.known(source)?.error { return error }
        network.wait(until: deadline, into: &events)
        EpollNetwork.drainWakeUp(wakeUp)
      }
      return nil
    }
  }

  @Test func followsANameByItsTimeToLive() throws {
    var setup = try Setup()
    let source = DiscoverySource.dns(host: "web.test", port: 80)
    setup.server["web.test", .a] = .addresses(["10.0.0.2", "10.0.0.1", "10.0.0.2"], ttl: 0)
    setup.server["web.test", .aaaa] = .addresses(["2001:db8::1"], ttl: 60)
    setup.discovery.follow([source])
    #expect(setup.waits(for: ["10.0.0.1:80", "10.0.0.2:80", "[2001:db8::1]:80"], of: source) == true)
    #expect(setup.discovery.isComplete == true)
    setup.server["web.test", .a] = .addresses(["10.0.0.3"], ttl: 0)
    #expect(setup.waits(for: ["10.0.0.3:80", "[2001:db8::1]:80"], of: source) == true)
    // One family fails for once: its addresses stay, those of the other go.
    setup.server["web.test", .a] = .serverFailure
    setup.server["web.test", .aaaa] = .addresses(["2001:db8::2"], ttl: 0)
    #expect(setup.waits(for: ["10.0.0.3:80", "[2001:db8::2]:80"], of: source) == true)
    // Both fail: all stay.
    setup.server["web.test", .aaaa] = .serverFailure
    #expect(setup.waitsForFailure(of: source) == .refused(code: 2))
    #expect(setup.waits(for: ["10.0.0.3:80", "[2001:db8::2]:80"], of: source) == true)
    // An answer that there are none is an answer.
    setup.server["web.test", .a] = .noData
    setup.server["web.test", .aaaa] = .noSuchName
    #expect(setup.waits(for: [], of: source) == true)
  }

  @Test func followsServices() throws {
    var setup = try Setup()
    let source = DiscoverySource.srv("_web._tcp.test")
    setup.server["_web._tcp.test", .srv] = .services(
      [
        (priority: 1, port: 81, target: "a.test"), (priority: 1, port: 82, target: "b.test"),
        (priority: 2, port: 83, target: "c.test"), (priority: 1, port: 84, target: "."),
      ], ttl: 0)
    for (name, address) in [("a.test", "10.0.0.1"), ("b.test", "10.0.0.2"), ("c.test", "10.0.0.3")] {
      setup.server[name, .a] = .addresses([address], ttl: 60)
    }
    setup.discovery.follow([source])
    #expect(setup.waits(for: ["10.0.0.1:81", "10.0.0.2:82"], of: source) == true)
    setup.server["_web._tcp.test", .srv] = .services([(priority: 2, port: 83, target: "c.test")], ttl: 0)
    #expect(setup.waits(for: ["10.0.0.3:83"], of: source) == true)
    // A target that is not found for once: the list stays.
    setup.server["c.test", .a] = .serverFailure
    setup.server["c.test", .aaaa] = .serverFailure
    #expect(setup.waitsForFailure(of: source) == .refused(code: 2))
    #expect(setup.waits(for: ["10.0.0.3:83"], of: source) == true)
  }

  @Test func sourcesThatStayKeepWhatIsKnown() throws {
    var setup = try Setup()
    let (stays, goes) = (DiscoverySource.dns(host: "a.test", port: 1), DiscoverySource.dns(host: "b.test", port: 1))
    setup.server["a.test", .a] = .addresses(["10.0.0.1"], ttl: 300)
    setup.server["b.test", .a] = .addresses(["10.0.0.2"], ttl: 300)
    setup.discovery.follow([stays, goes])
    #expect(setup.waits(for: ["10.0.0.1:1"], of: stays) == true)
    #expect(setup.waits(for: ["10.0.0.2:1"], of: goes) == true)
    setup.discovery.follow([stays])
    #expect(setup.discovery.known(stays)?.endpoints?.count == 1)
    #expect(setup.discovery.known(goes) == nil)
  }

  @Test func followsAFile() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let file = directory.appending(path: "web.json")
    let source = DiscoverySource.file(path: file.path, port: 8080)
    var setup = try Setup()
    setup.discovery.follow([source])
    #expect(setup.waitsForFailure(of: source) == .file("\(file.path): No such file or directory (ENOENT)"))
    try Data(#"[{"address": "10.0.0.2:81", "labels": {"zone": "a"}}, {"address": "10.0.0.1"}]"#.utf8).write(to: file)
    #expect(setup.waits(for: ["10.0.0.1:8080", "10.0.0.2:81"], of: source) == true)
    #expect(setup.discovery.known(source)?.endpoints?.last?.labels == [.init(name: "zone", value: "a")])
    // Replaced as Kubernetes does it: a link that is renamed over another.
    let other = directory.appending(path: "other.json")
    try Data(#"[{"address": "10.0.0.9:81"}]"#.utf8).write(to: other)
    let link = directory.appending(path: "link")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: other)
    let status = unsafe rename(link.path, file.path)
    #expect(status == 0)
    #expect(setup.waits(for: ["10.0.0.9:81"], of: source) == true)
    // What cannot be read leaves the list.
    try Data("[".utf8).write(to: other)
    #expect(setup.waitsForFailure(of: source) != nil)
    #expect(setup.waits(for: ["10.0.0.9:81"], of: source) == true)
  }

  @Test(
    arguments: [
      ("{}", "expected a list of endpoints"), ("[1]", "entry 1: expected an object"),
      ("[{}]", "entry 1: \"address\" is missing"), (#"[{"address": 1}]"#, "entry 1: \"address\" is no string"),
      (
        #"[{"address": "a\u001b[2J\n\u202e"}]"#,
        "entry 1: \"a\u{FFFD}[2J\u{FFFD}\u{FFFD}\" is no address with a port, like \"10.0.0.1:8080\""
      ),
      (
        "[{\"\(String(repeating: "k", count: 4_000))\": 1}]",
        "entry 1: unknown key \"\(String(repeating: "k", count: 100))…\"; there are \"address\" and \"labels\""
      ),
      (#"[{"address": "a:1"}]"#, "entry 1: \"a:1\" is no address with a port, like \"10.0.0.1:8080\""),
      (#"[{"address": "10.0.0.1:0"}]"#, "entry 1: \"10.0.0.1:0\" is no address with a port, like \"10.0.0.1:8080\""),
      (
        #"[{"address": "10.0.0.1"}, {"address": "10.0.0.1:80"}]"#, "entry 2: 10.0.0.1:80 is there twice"
      ),
      (#"[{"address": "10.0.0.1", "label": {}}]"#, #"entry 1: unknown key "label"; there are "address" and "labels""#),
      (#"[{"address": "10.0.0.1", "labels": []}]"#, "entry 1: \"labels\" is no object"),
      (#"[{"address": "10.0.0.1", "labels": {"a": 1}}]"#, "entry 1: label \"a\" is no string"),
    ])
  func filesAreChecked(text: String, message: String) {
    #expect(EndpointFile.parse(Array(text.utf8), port: 80) == .failure(.init(text: message)))
  }

  @Test func aFileThatIsNoJSONIsSaidWhere() {
    #expect(
      EndpointFile.parse(Array("[\n {\"address\": x".utf8), port: 80)
        == .failure(.init(text: "no JSON: a byte that JSON does not allow here", place: ":2:14")))
  }

  @Test func answersHoldForTheirTime() {
    var random = RandomSource(seed: 6)
    for (holds, least, most) in [(0, 1, 1), (1, 1, 1), (30, 27, 30), (100_000, 270, 300)] as [(Int64, Int64, Int64)] {
      for _ in 0..<200 {
        let delay = DNSLookup.delay(holds: .seconds(holds), &random)
        #expect(delay >= .seconds(least) && delay <= .seconds(most))
      }
    }
  }

  @Test func policiesNameTheirSources() {
    var service = Samples.service()
    #expect(DiscoverySource(service, directory: "/etc/weir") == nil)
    service.endpoints = .dns("web:8080")
    #expect(DiscoverySource(service, directory: "/etc/weir") == .dns(host: "web", port: 8080))
    service.endpoints = .dns("web")
    #expect(DiscoverySource(service, directory: "/etc/weir") == .dns(host: "web", port: 80))
    service.endpoints = .srv("_web._tcp.test")
    #expect(DiscoverySource(service, directory: "/etc/weir") == .srv("_web._tcp.test"))
    service.endpoints = .file("web.json")
    #expect(DiscoverySource(service, directory: "/etc/weir") == .file(path: "/etc/weir/web.json", port: 80))
  }
}
