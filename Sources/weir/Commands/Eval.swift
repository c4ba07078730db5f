import ArgumentParser
import WeirEnforcement
import WeirJSON
import WeirRequest

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Decide requests with a bundle: one JSON object a line in, one out.",
    discussion: """
      Each line of the input describes a request; the answer to it is one line, in the same order. A line that describes none
      is answered with {"error":{"code":…,"message":…}}, and the exit status is 2 at the end. The clock is never read: `time` is
      what the request says.

      Keys: service or gateway, caller, source_ip, source_port, client_ip, port, sni, method, scheme, host, path, headers
      ([[name, value], …]), token (claims) or token_error, time, data ({name: [member, …]}), draw (0 to 9999).

      Examples:
        weir eval policy.weirb --request requests.jsonl
        echo '{"service":"web","caller":null,"method":"GET","path":"/"}' | weir eval policy.weirb --request -
        weir eval policy.weirb --explain --request - < requests.jsonl
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @Flag(help: "Add the rules that were looked at, with file:line, and the first failing condition of the nearest miss.")
  var explain = false

  @Option(help: ArgumentHelp("The file with requests; - for standard input.", valueName: "FILE|-"))
  var request: String

  mutating func run() throws {
    if Files.kind(bundle) == .folder || bundle.hasSuffix(".weir") {
      throw Failure(
        "\(bundle): is no bundle; make one with `weir build \(bundle) -o policy.weirb`, "
          + "or ask for one request with `weir explain \(bundle) --request REQUEST`")
    }
    let bytes = try Files.read(bundle)
    let bundle: LoadedBundle
    do throws(LoadError) { bundle = try LoadedBundle.load(bytes, trust: .anybody) } catch {
      throw Failure("\(self.bundle): refused: \(error) [\(error.code)]")
    }
    let decoder = RequestDecoder(data: DataNames(bundle.topology.dataSets))
    var enforcer = Enforcer(for: bundle)
    var lines = try LineReader(path: request)
    var hasErrors = false
    // One piece for many lines: writing each alone would take longer than deciding it.
    var answers: [UInt8] = []
    while let line = try lines.next() {
      do throws(RequestError) {
        let facts = try Self.decode(line, decoder)
        if explain {
          let (verdict, scopes) = try enforcer.explain(facts, under: bundle)
          JSONValue.object(verdict.members + [.init("explain", .array(scopes.map(\.json)))]).write(to: &answers)
        } else {
          try enforcer.decide(facts, under: bundle).json.write(to: &answers)
        }
      } catch {
        error.json.write(to: &answers)
        hasErrors = true
      }
      answers.append(UInt8(ascii: "\n"))
      if answers.count >= Self.pieceBytes || lines.isDrained { Output.flush(&answers) }
    }
    Output.flush(&answers)
    if hasErrors { throw ExitCode.misuse }
  }

  private static let pieceBytes = 1 << 16

  private static func decode(_ line: LineReader.Line, _ decoder: RequestDecoder) throws(RequestError) -> RequestFacts {
    switch line {
    case .bytes(let bytes): return try decoder.decode(bytes)
    case .tooLong: throw RequestError(.lineTooLong, "a line has at most \(LineReader.lineBytesMax) bytes")
    }
  }
}
