import ArgumentParser
import HTTPCanonical
import WeirPolicy
import WeirRequest
import WeirSource

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain a code: what is wrong, why, and how it is written well.",
    usage: """
      weir explain CODE
      weir explain --list [reject|reason]
      """,
    discussion: """
      Examples:
        weir explain E0301           the page of a diagnostic
        weir explain path_nul        the page of a reject code
        weir explain --list          every diagnostic
        weir explain --list reject   every reason for which a request is refused before any rule sees it
        weir explain --list reason   every reason that logs, metrics and local replies of the proxy name
      """)

  @Argument(
    help: "A diagnostic such as E0301, or a reason such as path_nul; with --list: `reject`, `reason`, or nothing.")
  var code: String?

  @Flag(help: "List all codes.")
  var list = false

  mutating func run() throws {
    switch (list, code) {
    case (true, nil): listDiagnostics()
    case (true, "reject"?): listRejects()
    case (true, "reason"?): listReasons()
    case (true, let other?):
      throw ValidationError("There is no list of '\(other)'; there is `--list`, `--list reject` and `--list reason`.")
    case (false, nil): throw ValidationError("Give a code, or --list.")
    case (false, let code?): try explain(code)
    }
  }

  private func listDiagnostics() {
    for kind in Catalog.all { Output.write("\(kind.code)  \(kind.title)\n") }
  }

  private func listRejects() {
    let width = Self.rejects.map(\.text.count).max() ?? 0
    for reason in Self.rejects {
      Output.write("\(reason.text.padded(to: width))  \(reason.status)  \(reason.explanation)\n")
    }
  }

  private func listReasons() {
    let width = ReasonCode.allCases.map(\.text.count).max() ?? 0
    for reason in ReasonCode.allCases {
      let grpc = "\(reason.grpcStatus)".padded(to: 2)
      let origin = reason.origin.rawValue.padded(to: 8)
      Output.write(
        "\(reason.text.padded(to: width))  \(reason.status)  \(grpc)  \(origin)  \(reason.explanation)\n")
    }
  }

  /// In the order in which a request meets them.
  private static let rejects: [ReasonCode] =
    RejectReason.allCases.map { ReasonCode($0) } + DecisionReject.allCases.map { ReasonCode($0) }
    + TokenError.allCases.map { ReasonCode($0) }

  private func explain(_ code: String) throws {
    if let kind = Catalog.kind(code: code) { return Output.write(ExplainPage(kind).text) }
    if let reason = ReasonCode.allCases.first(where: { $0.text == code.lowercased() }) {
      return Output.write("\(reason.text): \(reason.explanation)\n\nThe request is answered with \(reason.status).\n")
    }
    let known = Catalog.all.map(\.code) + ReasonCode.allCases.map(\.text)
    let hint = Spelling.suggestion(for: code, among: known).map { "; did you mean \($0)?" } ?? ""
    throw Failure("no code is named \(code)\(hint)")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
