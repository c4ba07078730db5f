import Foundation
import ProxyTelemetry
import ProxyTransport
import Testing
import WeirPolicy

@testable import Gateway
@testable import ProxyUpstream

/// What a reload may take, when it is tried again, and what operators are told once.
@Suite struct ReloadTests {
  private static let text = """
    workers: 2
    listeners:
      - address: 127.0.0.1:8080
        gateway: edge
      - address: 127.0.0.1:8081
    timeouts: {head: 1s}
    """

  private func taking(_ old: String, _ new: String) throws -> (configuration: Configuration, pending: [PendingKey]) {
    let former = try Configuration.read(Self.text, file: "weir.yaml")
    return former.taking(try Configuration.read(Self.text.replacing(old, with: new), file: "weir.yaml"))
  }

  /// What is written, and what waits for a restart with its place; with a mark, what a new bundle waits for as well.
  @Test(arguments: [
    ("workers: 2", "workers: 2 # none", []),
    ("head: 1s", "head: 2s, drain: 7s", []),
    ("gateway: edge", "gateway: inner\n    trusted_hops: [10.0.0.0/8]", []),
    ("workers: 2", "trust: [a.pub]\nworkers: 2", []),
    ("workers: 2", "workers: 3", ["weir.yaml:1:10 workers 2>3"]),
    ("workers: 2\n", "", ["weir.yaml workers 2>one for each processor"]),
    (
      "workers: 2",
      "memory: 64MiB\nstatus: off\nadmin: a.sock\naccess_log: off\ndiscovery: {resolver: 10.0.0.1:53}\nworkers: 2",
      [
        "weir.yaml:1:9 memory a share of the system's>64MiB", "weir.yaml:2:9 status 0.0.0.0:15021>off",
        "weir.yaml:3:8 admin weir.sock>a.sock", "weir.yaml:4:13 access_log stdout>off",
        "weir.yaml:5:23 discovery.resolver that of the system>10.0.0.1:53",
      ]
    ),
    (
      "timeouts", "  - address: 127.0.0.1:8082\ntimeouts",
      ["weir.yaml:6:14 listeners no such listener>127.0.0.1:8082"]
    ),
    ("  - address: 127.0.0.1:8081\n", "", ["weir.yaml:3:3 listeners 127.0.0.1:8081>no such listener!"]),
    (
      "127.0.0.1:8081", "127.0.0.1:8083",
      [
        "weir.yaml:3:3 listeners 127.0.0.1:8081>no such listener!",
        "weir.yaml:5:14 listeners no such listener>127.0.0.1:8083",
      ]
    ),
    (
      "8081", "8081\n    tls: {certificates: [{chain: a.pem, key: a.key}]}",
      ["weir.yaml:5:14 listeners[].tls 127.0.0.1:8081 in clear text>with TLS!"]
    ),
  ])
  func keysWaitForARestartOrDoNot(old: String, new: String, expected: [String]) throws {
    let (_, pending) = try taking(old, new)
    let lines = pending.map {
      "\($0.place) \($0.key) \($0.inForce)>\($0.written)\($0.isOfServedListener ? "!" : "")"
    }
    #expect(lines == expected)
  }

  /// A file that was emptied, cut short or taken away is no configuration whose keys wait for a restart.
  @Test(arguments: [
    ("bundle: a.weirb\nlisteners: [{address: 127.0.0.1:0}]\n", []), ("", ["no bundle is named", "nothing listens"]),
    ("# nothing\n", ["no bundle is named", "nothing listens"]),
    ("listeners: [{address: 127.0.0.1:0}]\n", ["no bundle is named"]),
    ("bundle: a.weirb\n", ["nothing listens"]), ("bundle: a.weirb\nlisteners: []\n", ["nothing listens"]),
    (nil, ["cannot be read: No such file or directory (ENOENT)"]),
  ])
  func aFileSaysWhatToServe(text: String?, expected: [String]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "weir.yaml")
    if let text { try Data(text.utf8).write(to: file) }
    var settings = GatewaySettings()
    settings.file = file.path
    func mistakes(_ settings: GatewaySettings) -> [String] {
      do throws(ConfigurationErrors) { _ = try settings.configuration() } catch { return error.errors.map(\.message) }
      return []
    }
    #expect(mistakes(settings) == expected)
    settings.bundle = "a.weirb"
    settings.listen = [SocketAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)]
    #expect(mistakes(settings) == (text == nil ? expected : []))
  }

  @Test func theCommandLineSwitchesTheStatusOff() throws {
    var settings = GatewaySettings()
    settings.bundle = "a.weirb"
    settings.listen = [SocketAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)]
    #expect(try settings.configuration().status?.port == 15021)
    settings.status = .some(nil)
    #expect(try settings.configuration().status == nil)
  }

  /// As in the file.
  @Test func theCommandLineNamesAnAddressOnce() throws {
    var settings = GatewaySettings()
    settings.bundle = "a.weirb"
    let (any, one) = (SocketAddress("127.0.0.1:0"), SocketAddress("127.0.0.1:8080"))
    settings.listen = [any, any, one, one].compactMap(\.self)
    let error = #expect(throws: ConfigurationErrors.self) { try settings.configuration() }
    #expect(error?.errors.map(\.code) == [.conflict])
    #expect(error?.errors.first?.place == .commandLine("--listen"))
    settings.listen.removeLast()
    #expect(try settings.configuration().listeners.count == 3)
  }

  @Test func whatDoesNotWaitIsTakenWhole() throws {
    let (taken, _) = try taking("workers: 2", "workers: 3\ntrust: [a.pub]")
    #expect(taken.workerCount == 2 && taken.trust.map(\.value) == ["a.pub"])
    let (listeners, _) = try taking("gateway: edge", "trusted_hops: [10.0.0.0/8]\n  - address: 127.0.0.1:9000")
    #expect(listeners.listeners.map(\.address.value.port) == [8080, 8081])
    #expect(listeners.listeners[0].gateway == nil && listeners.listeners[0].trustedHops.count == 1)
    // The order of the file is not that of the sockets.
    let former = try Configuration.read(Self.text, file: "weir.yaml")
    var turned = former
    turned.listeners.reverse()
    #expect(former.taking(turned).configuration.listeners == former.listeners)
    #expect(former.taking(turned).pending.isEmpty)
  }

  @Test func aFileIsTriedAgainWhenItIsAnother() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (file, missing) = (folder.appending(path: "a.pem"), folder.appending(path: "b.pem"))
    try Data("torn".utf8).write(to: file)
    var seen = SeenFiles()
    func isAnother() -> Bool { seen.hasChanged() }
    seen.look(at: file.path)
    seen.look(at: missing.path)
    #expect(!isAnother())
    // As long, within the same tick of the clock.
    try Data("good".utf8).write(to: file)
    #expect(isAnother())
    try Data("torn".utf8).write(to: file)
    #expect(!isAnother())
    // What was looked at first counts.
    try Data("good".utf8).write(to: file)
    seen.look(at: file.path)
    #expect(isAnother())
    try Data("torn".utf8).write(to: file)
    try Data("new".utf8).write(to: missing)
    #expect(isAnother())
  }

  @Test func lostLinesAreToldOnce() {
    var watch = LogWatch()
    func look(_ dropped: UInt64, _ failure: LogFailure?, _ seconds: Int64) -> String? {
      watch.look(dropped: dropped, failure, at: Instant.zero + .seconds(seconds))
    }
    #expect(look(0, nil, 1) == nil)
    #expect(
      look(3, .system(.noSpace), 2)
        == "lines of the access log are dropped, requests are not: No space left on device (ENOSPC) [access_log]")
    #expect(look(9, .system(.noSpace), 3) == nil)
    #expect(look(9, nil, 12) == nil)
    #expect(look(9, nil, 13) == "the access log is written again; 9 lines were dropped")
    #expect(look(9, nil, 30) == nil)
    #expect(look(10, nil, 31)?.contains("they come faster than they are written") == true)
  }

  @Test func discoveryIsToldOncePerChange() {
    var watch = DiscoveryWatch()
    func look(_ endpoints: [DiscoveredEndpoint]?, _ error: DiscoveryError?) -> [String] {
      watch.look(at: [
        DiscoveryReport(
          service: "web", source: .dns(host: "web.test", port: 80),
          known: Discovery.Known(endpoints: endpoints, answeredAt: nil, error: error))
      ])
    }
    let some = [DiscoveredEndpoint(SocketAddress(IPAddress(ipv4: 0x7F00_0001), port: 80))]
    let failing = "`web`: dns web.test:80: the name server did not answer [discovery]"
    #expect(look(nil, nil) == [])
    #expect(look(nil, .noAnswer) == ["discovery fails, it has no endpoints: " + failing])
    #expect(look(nil, .noAnswer) == [])
    #expect(look(some, nil) == ["discovery answers again: `web`: dns web.test:80"])
    #expect(look(some, .noAnswer) == ["discovery fails, its last endpoints stay: " + failing])
    #expect(look([], nil) == ["discovery finds no endpoints: `web`: dns web.test:80 [discovery]"])
    #expect(look([], .noAnswer) == ["discovery fails, it has no endpoints: " + failing])
    #expect(watch.look(at: []) == [])
  }

  @Test(arguments: [(1, 1), (1, 5), (2, 1), (16, 2), (256, 1)])
  func descriptorsAreLeftForTheControlThreads(workers: Int, listeners: Int) {
    let least = DescriptorBudget.least(workerCount: workers, listenerCount: listeners)
    for limit in [least, least + 1, 2 * least, 65_536, 1 << 20] where limit >= least {
      let budget = DescriptorBudget(limit: limit, workerCount: workers, listenerCount: listeners)
      #expect(budget.connectionsMax >= 16)
      #expect(
        limit - workers * (budget.connectionsMax + listeners + 2) >= 72 + DescriptorBudget.checksMax(limit: limit))
    }
    #expect(DescriptorBudget.least(workerCount: 1, listenerCount: 1) > 60)
  }
}
