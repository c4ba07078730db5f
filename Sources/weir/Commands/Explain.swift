import ArgumentParser
import Gateway
import HTTPCanonical
import WeirPolicy
import WeirRequest
import WeirSource

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain a code, or how a request is decided.",
    usage: """
      weir explain CODE
      weir explain --list [reject|reason]
      weir explain POLICY --request REQUEST [--format human|json]
      """,
    discussion: """
      Examples:
        weir explain E0301           the page of a diagnostic
        weir explain path_nul        the page of a reject code
        weir explain needs_restart   what a code that `weir run` names is
        weir explain --list          every diagnostic
        weir explain --list reject   every reason for which a request is refused before any rule sees it
        weir explain --list reason   every reason that logs, metrics and local replies of the proxy name
        weir explain policies/payments --request '{"service":"payments","caller":null,"method":"GET","path":"/v1"}'
        weir explain policy.weirb --request request.json --format json

      A request is one JSON object with the keys that `weir eval` takes: the text itself, a file with it, or - for standard
      input. Told are every rule that was looked at and, where nothing allowed, the allow that came closest with each of its
      conditions that do not hold.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case human, json }

  @Argument(
    help: ArgumentHelp(
      """
      A diagnostic such as E0301, a reason such as path_nul, or a code of `weir run` such as needs_restart; with --list: \
      `reject`, `reason`, or nothing; with --request: a bundle, a file or folder with sources, or either at a revision of git.
      """, valueName: "code"))
  var code: String?

  @Option(help: ArgumentHelp("The request whose decision is explained.", valueName: "REQUEST|FILE|-"))
  var request: String?

  @Option(help: "How the decision about a request is written: human, or json.")
  var format: Format?

  @Flag(help: "List all codes.")
  var list = false

  mutating func run() throws {
    if let request {
      guard !list else { throw ValidationError("--list and --request exclude each other.") }
      return try explain(request, under: try PolicySource(code.map { [$0] } ?? []))
    }
    guard format == nil else { throw ValidationError("--format belongs to --request.") }
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
      let status = reason.status == 0 ? "  -" : "\(reason.status)"
      let origin = reason.origin.rawValue.padded(to: 8)
      Output.write(
        "\(reason.text.padded(to: width))  \(status)  \(grpc)  \(origin)  \(reason.explanation)\n")
    }
  }

  /// In the order in which a request meets them.
  private static let rejects: [ReasonCode] =
    RejectReason.allCases.map { ReasonCode($0) } + DecisionReject.allCases.map { ReasonCode($0) }
    + TokenError.allCases.map { ReasonCode($0) }

  private func explain(_ code: String) throws {
    if let kind = Catalog.kind(code: code) { return Output.write(ExplainPage(kind).text) }
    if let reason = ReasonCode.allCases.first(where: { $0.text == code.lowercased() }) {
      let answer = reason.status == 0 ? "Nobody is answered" : "The request is answered with \(reason.status)"
      return Output.write("\(reason.text): \(reason.explanation)\n\n\(answer).\n")
    }
    for table in ConfigurationPage.codes {
      guard let found = table.codes.first(where: { $0.code == code.lowercased() }) else { continue }
      return Output.write("\(found.code): \(found.about)\n\nA code of `weir run`; docs/configuration.md has all.\n")
    }
    if Files.kind(code) != nil {
      throw Failure("\(code): is no code; with --request REQUEST it is told how a policy there decides")
    }
    let known =
      Catalog.all.map(\.code) + ReasonCode.allCases.map(\.text)
      + ConfigurationPage.codes.flatMap { $0.codes.map(\.code) }
    let hint = Spelling.suggestion(for: code, among: known).map { "; did you mean \($0)?" } ?? ""
    throw Failure("no code is named \(code)\(hint)")
  }

  private func explain(_ request: String, under source: PolicySource) throws {
    let explanation: RequestExplanation
    do {
      let facts = try RequestDecoder(data: DataNames(source.policy.dataSets)).decode(try bytes(request))
      explanation = try RequestExplanation(facts, under: source)
    } catch let error as RequestError { throw Failure("the request: \(error.message) [\(error.code.rawValue)]") }
    switch format ?? .human {
    case .human: Output.write(explanation.text)
    case .json: Output.write(explanation.json.text + "\n")
    }
  }

  /// JSON begins with a brace, a bracket or a quote, and names of files hardly do; blanks are a request that lacks everything.
  private func bytes(_ request: String) throws -> [UInt8] {
    if ["{", "[", "\"", nil].contains(request.first { !$0.isWhitespace }) { return Array(request.utf8) }
    if request != "-" { return try Files.read(request) }
    var lines = try LineReader(path: request)
    var result: [UInt8] = []
    while let line = try lines.next() {
      guard case .bytes(let bytes) = line else { throw Failure("the request is too long") }
      result += bytes + [UInt8(ascii: "\n")]
    }
    return result
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
