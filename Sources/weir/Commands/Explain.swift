import ArgumentParser
import WeirSource

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain a code: what is wrong, why, and how it is written well.",
    usage: """
      weir explain CODE
      weir explain --list [reject]
      """,
    discussion: """
      Examples:
        weir explain E0301           the page of a diagnostic
        weir explain path_nul        the page of a reject code
        weir explain --list          every diagnostic
        weir explain --list reject   every reason for which a request is refused before any rule sees it
      """)

  @Argument(help: "A diagnostic such as E0301, or a reject code such as path_nul; with --list: `reject`, or nothing.")
  var code: String?

  @Flag(help: "List all codes.")
  var list = false

  mutating func run() throws {
    switch (list, code) {
    case (true, nil): listDiagnostics()
    case (true, "reject"?): listRejectCodes()
    case (true, let other?):
      throw ValidationError("There is no list of '\(other)'; there is `--list` and `--list reject`.")
    case (false, nil): throw ValidationError("Give a code, or --list.")
    case (false, let code?): try explain(code)
    }
  }

  private func listDiagnostics() {
    for kind in Catalog.all { Output.write("\(kind.code)  \(kind.title)\n") }
  }

  private func listRejectCodes() {
    let width = RejectCode.all.map(\.code.count).max() ?? 0
    for reject in RejectCode.all {
      let padding = String(repeating: " ", count: width - reject.code.count)
      Output.write("\(reject.code)\(padding)  \(reject.status)  \(reject.explanation)\n")
    }
  }

  private func explain(_ code: String) throws {
    if let kind = Catalog.kind(code: code) { return Output.write(ExplainPage(kind).text) }
    if let reject = RejectCode.all.first(where: { $0.code == code.lowercased() }) {
      return Output.write("\(reject.code): \(reject.explanation)\n\nThe request is answered with \(reject.status).\n")
    }
    let known = Catalog.all.map(\.code) + RejectCode.all.map(\.code)
    let hint = Spelling.suggestion(for: code, among: known).map { "; did you mean \($0)?" } ?? ""
    throw Failure("no code is named \(code)\(hint)")
  }
}
