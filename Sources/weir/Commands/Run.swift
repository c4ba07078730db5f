import ArgumentParser
import Foundation
import Gateway
import ProxyTransport
import WeirSource

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve traffic as a bundle says.",
    discussion: """
      Facts of the deployment are in the configuration (docs/configuration.md) or on the command line, which takes its place;
      policy is in the bundle. A mistake in either stops the start with its place and a remedy.

      SIGHUP, a changed bundle file and `weir admin reload` read everything again; what is refused leaves everything as it is,
      and keys that only a restart changes are named.
      SIGTERM and `weir admin drain` end it when the last exchange has ended, a second SIGINT at once.

      Examples:
        weir run --bundle policy.weirb --trust release.pub --listen 127.0.0.1:8080
        weir run --config weir.yaml
      """)

  @Option(help: ArgumentHelp("The bundle, made by `weir build`.", valueName: "BUNDLE"))
  var bundle: String?

  @Option(help: ArgumentHelp("A public key that is trusted; may be given several times.", valueName: "PUB"))
  var trust: [String] = []

  @Option(help: ArgumentHelp("An address and a port to serve on; may be given several times.", valueName: "ADDRESS"))
  var listen: [String] = []

  @Option(help: ArgumentHelp("Where /healthz, /readyz and /metrics are answered, or `off`.", valueName: "ADDRESS|off"))
  var status: String?

  @Option(help: ArgumentHelp("The configuration.", valueName: "FILE"))
  var config: String?

  @Option(help: ArgumentHelp("Threads that serve traffic.", valueName: "N"))
  var workers: Int?

  func validate() throws { _ = try settings() }

  private func settings() throws -> GatewaySettings {
    var settings = GatewaySettings()
    settings.file = config
    settings.bundle = bundle
    settings.trust = trust
    settings.listen = try listen.map { try Self.address($0, option: "--listen") }
    settings.status = try status.map { $0 == "off" ? nil : try Self.address($0, option: "--status") }
    if let workers {
      guard (1...256).contains(workers) else { throw ValidationError("--workers is a number from 1 to 256.") }
      settings.workerCount = workers
    }
    return settings
  }

  mutating func run() throws {
    let settings = try settings()
    do {
      // Before any thread, so that signals come here.
      let signals = try SignalWatch()
      let process = try GatewayProcess(settings, processorCount: ProcessInfo.processInfo.activeProcessorCount) {
        Output.error("weir: \($0)\n")
      }
      try process.run(signals)
    } catch let failure as GatewayFailure {
      for mistake in failure.mistakes { Output.error(Self.text(mistake)) }
      throw ExitCode.misuse
    } catch let error as SystemError {
      throw Failure("\(error)")
    }
  }

  private static func address(_ text: String, option: String) throws -> SocketAddress {
    guard let address = SocketAddress(text) else {
      throw ValidationError("\(option) is an address and a port, as 127.0.0.1:8080 or [::1]:8080, not `\(text)`.")
    }
    return address
  }

  /// A mistake in two lines.
  private static func text(_ mistake: GatewayFailure.Mistake) -> String {
    let near = mistake.unknown.flatMap { Spelling.suggestion(for: $0.word, among: $0.known) }
    return "\(mistake.place): error[\(mistake.code)]: \(mistake.message)\n"
      + "  help: \(near.map { "did you mean `\($0)`? " } ?? "")\(mistake.remedy)\n"
  }
}
