import ArgumentParser
import Foundation
import Gateway

struct Admin: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask a running gateway, or tell it something.",
    discussion: """
      Speaks to the Unix socket that `admin` of the configuration names; only the user of the gateway may open it. Answers are
      JSON. Exit status: 1 when a reload was refused, or the configuration's file; 2 when no gateway answers, and for a request
      to explain that is none.

      Examples:
        weir admin bundle
        weir admin --socket /run/weir/weir.sock upstreams
        weir admin explain --request request.json
      """)

  enum Question: String, ExpressibleByArgument, CaseIterable {
    case bundle, upstreams, config, explain, drain, reload

    var isChange: Bool {
      switch self {
      case .bundle, .upstreams, .config: false
      case .explain, .drain, .reload: true
      }
    }
  }

  @Argument(help: "bundle, upstreams, config, explain, drain or reload.")
  var question: Question

  @Option(help: ArgumentHelp("The socket.", valueName: "PATH"))
  var socket = "weir.sock"

  @Option(
    help: ArgumentHelp(
      "For explain: a file with one request as `weir eval` takes it; - for standard input.", valueName: "FILE|-"))
  var request: String?

  mutating func validate() throws {
    guard (request != nil) == (question == .explain) else {
      throw ValidationError("`explain` takes --request, and nothing else does.")
    }
  }

  mutating func run() throws {
    let body: [UInt8] =
      switch request {
      case nil: []
      case "-": Array(FileHandle.standardInput.readDataToEndOfFile())
      case let path?: try Files.read(path)
      }
    let answer: ControlClient.Answer
    do throws(ControlClient.Failure) {
      answer = try ControlClient.ask(socket, question.isChange ? "POST" : "GET", "/\(question.rawValue)", body: body)
    } catch { throw Failure("\(socket): \(Self.text(error))") }
    Output.write(String(decoding: answer.body, as: UTF8.self))
    switch answer.status {
    case ..<300: return
    // What the gateway found, and not how it was asked.
    case 409: throw ExitCode.findings
    default: throw ExitCode.misuse
    }
  }

  private static func text(_ failure: ControlClient.Failure) -> String {
    switch failure {
    case .connect(let error): "no gateway answers: \(error)"
    case .lost(let error): "the connection was lost: \(error)"
    case .timedOut: "no answer in time"
    case .malformed(let error): "the answer is malformed: \(error.code)"
    }
  }
}
