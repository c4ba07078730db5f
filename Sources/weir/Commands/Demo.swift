import ArgumentParser
import Demonstration
import Foundation
import Gateway
import ProxyTransport

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a gateway and its services on this machine, to see a policy at work.",
    discussion: """
      Makes a development authority and certificates, compiles and signs the policy, starts a server for each endpoint that the
      policy declares on this machine and the gateway in front of them, and prints what to try with curl. Everything lies in one
      folder and listens on the loopback device alone.

      With `--check` it tries all of it itself, prints what it saw and ends.

      Examples:
        weir demo
        weir demo --check
      """)

  @Argument(help: "The policy to show.")
  var policy = "policies/demo"

  @Option(help: ArgumentHelp("Where certificates, bundle and log go.", valueName: "FOLDER"))
  var folder = ".build/demo"

  @Flag(help: "Try everything with curl, print what was seen, and end.")
  var check = false

  mutating func run() throws {
    let signals: SignalWatch
    do throws(SystemError) { signals = try SignalWatch() } catch {
      throw Failure("signals cannot be watched: \(error)")
    }
    let stage = try DemoStage(policy: policy, folder: folder)
    try stage.prepare()
    try stage.startServices()
    let gateway = try stage.makeGateway()
    let outcome = DemoOutcome()
    if check {
      let tour = DemoTour(stage)
      do throws(SystemError) {
        try ProxyTransport.Thread.start("weir-demo-check") {
          outcome.problems = tour.run()
          gateway.drain()
        }
      } catch { throw Failure("the check cannot start: \(error)") }
    } else {
      Output.write(stage.invitation)
    }
    do throws(GatewayFailure) { try gateway.run(signals) } catch { throw Failure(error.text) }
    let problems = outcome.problems
    guard problems.isEmpty else {
      Output.error("\n\(problems.count) of the demonstration's promises did not hold\n")
      throw ExitCode.findings
    }
  }
}
