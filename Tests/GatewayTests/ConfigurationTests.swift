import Foundation
import Gateway
import ProxyTransport
import Testing
import WeirPolicy
import WeirSource

@Suite struct ConfigurationTests {
  @Test func readsEveryKey() throws {
    let configuration = try Configuration.read(ConfigurationPage.example, file: "/etc/weir/weir.yaml")
    #expect(configuration.bundle?.value == "/etc/weir/policy.weirb")
    #expect(configuration.trust.map(\.value) == ["/etc/weir/release.pub"])
    #expect(configuration.workerCount == 2)
    #expect(configuration.memoryBytesMax == 512 << 20)
    #expect(configuration.listeners.map(\.address.value.description) == ["0.0.0.0:8080", "0.0.0.0:8443"])
    #expect(configuration.listeners[0].trustedHops.map(\.description) == ["10.0.0.0/8"])
    #expect(configuration.listeners[0].tls == nil)
    let tls = try #require(configuration.listeners[1].tls)
    #expect(configuration.listeners[1].gateway?.value == "edge")
    #expect(tls.certificates.map(\.names) == [["shop.example", "*.shop.example"]])
    #expect(tls.certificates.map(\.clients) == [.optional])
    #expect(tls.certificates.map(\.isFallback) == [true])
    #expect(tls.certificates[0].files.key.value == "/etc/weir/tls/shop.key")
    #expect(tls.protocols == [.http1, .http2])
    #expect(configuration.status?.description == "127.0.0.1:15021")
    #expect(configuration.admin == "/etc/weir/weir.sock")
    #expect(configuration.accessLog == .file("/etc/weir/access.jsonl"))
    #expect(configuration.trustDomains.map(\.name.value) == ["shop.example"])
    #expect(configuration.upstreamCertificate?.chain.value == "/etc/weir/tls/edge.pem")
    #expect(configuration.services[0].endpoints[0].labels == [Service.Label(name: "version", value: "v2")])
    #expect(configuration.clocks.keepAlive == .seconds(30))
    #expect(configuration.clocks.head == .seconds(10))
    #expect(configuration.drain == .seconds(60))
    #expect(configuration.resolver?.port == 53)
    #expect(
      configuration.listeners[1].gateway?.place == .file("/etc/weir/weir.yaml", line: 9, column: 14))
  }

  @Test func knowsWhatIsLeftOut() throws {
    let configuration = try Configuration.read("", file: "weir.yaml")
    #expect(configuration.status?.description == "0.0.0.0:15021")
    #expect(configuration.admin == "weir.sock")
    #expect(configuration.accessLog == .standardOutput)
    #expect(configuration.systemRoots.value == "/etc/ssl/certs/ca-certificates.crt")
    #expect(configuration.workerCount == nil)
    var bare = Configuration()
    bare.file = "weir.yaml"
    #expect(configuration == bare)
  }

  @Test func aFileThatIsNotThereIsSaidSo() {
    let error = #expect(throws: ConfigurationErrors.self) { try Configuration.read(file: "/nowhere/weir.yaml") }
    #expect(error?.errors.map(\.code) == [.unreadableFile])
  }

  /// `Tests/Corpus/configuration/errors.txt`: a text, `=`, and what is wrong with it, with the nearest known word in parentheses
  /// where one is offered.
  @Test(arguments: try ErrorCase.all())
  func isRefused(item: ErrorCase) {
    do throws(ConfigurationErrors) {
      _ = try Configuration.read(item.text, file: "weir.yaml")
      #expect(item.errors == [])
    } catch {
      #expect(error.errors.map(line) == item.errors)
      #expect(error.errors.allSatisfy { !$0.remedy.isEmpty })
    }
  }

  @Test func thePageIsUpToDate() throws {
    let file = root.appending(path: "docs/configuration.md")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try Data(ConfigurationPage.text.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == ConfigurationPage.text)
  }
}

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

private func line(_ error: ConfigurationError) -> String {
  let near = error.unknown.flatMap { Spelling.suggestion(for: $0.word, among: $0.known) }
  return "\(error.place.description.dropFirst("weir.yaml:".count)) \(error.code.rawValue) \(error.message)"
    + (near.map { " (\($0))" } ?? "")
}

struct ErrorCase: CustomTestStringConvertible {
  var testDescription = ""
  var text = ""
  var errors: [String] = []

  static func all() throws -> [ErrorCase] {
    let file = root.appending(path: "Tests/Corpus/configuration/errors.txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n\n").map { block in
      let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
      let end = try #require(lines.firstIndex(of: "="))
      return ErrorCase(
        testDescription: String(lines[0].dropFirst(2)), text: lines[1..<end].map { $0 + "\n" }.joined(),
        errors: lines[(end + 1)...].map(String.init).filter { !$0.isEmpty })
    }
  }
}
