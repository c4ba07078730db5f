import ArgumentParser
import WeirBundle
import WeirCodegen
import WeirCompiler
import WeirPolicy
import WeirSource

struct Build: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile a policy to a bundle that hosts run.",
    discussion: """
      A policy with an error is not built. The same sources, generation and key give the same bytes. The file is replaced as a
      whole or not at all.

      Examples:
        weir build policy -o policy.weirb
        weir build policy -o policy.weirb --key release.key --generation 42
        weir build policy -o policy.weirb --stats     how each scope is decided
      """)

  @Argument(help: "Files and folders with the policy; the current folder when left out.")
  var paths: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("The bundle to write.", valueName: "BUNDLE"))
  var output: String

  @Option(help: ArgumentHelp("Sign with this private key, made by `weir keygen`.", valueName: "KEY"))
  var key: String?

  @Option(help: ArgumentHelp("A number that grows with every release; hosts refuse to go back.", valueName: "N"))
  var generation: UInt64 = 0

  @Flag(help: "Say how each scope is decided, how many rules are indexed, and which ones make a graph too large.")
  var stats = false

  mutating func run() throws {
    let files = try SourceFinder.files(at: paths)
    let checked = check(files)
    let renderer = DiagnosticRenderer(sources: checked.sources, format: .human)
    Output.error(renderer.render(checked.diagnostics))
    guard let policy = checked.policy, !checked.hasErrors else { throw ExitCode.findings }
    let built = try Self.compileWithStatistics(policy, generation: generation)
    var bytes = built.bytes
    var bundle = try Self.reread(bytes)
    if let key {
      bytes = try Self.sign(bundle, with: key)
      bundle = try Self.reread(bytes)
    }
    try Files.replace(output, with: bytes)
    let signed = key == nil ? "unsigned" : "signed"
    Output.write("\(output): \(bytes.count) bytes, generation \(generation), \(signed), sha256 \(bundle.identity)\n")
    if stats { Output.write(BuildStatistics(scopes: built.scopes).text) }
  }

  static func compile(_ policy: Policy, generation: UInt64) throws -> [UInt8] {
    try compileWithStatistics(policy, generation: generation).bytes
  }

  private static func compileWithStatistics(
    _ policy: Policy, generation: UInt64
  ) throws -> (bytes: [UInt8], scopes: [ScopeStatistics]) {
    do { return try WeirCompiler.buildWithStatistics(policy, generation: generation) } catch {
      switch error {
      case .codegen(.mistyped(let position)), .codegen(.regex(_, let position)):
        Output.error("\(policy.files[position.file]):\(position.line): cannot be compiled: \(error)\n")
      case .codegen(.tooMany(let what, limit: let limit)):
        Output.error("the policy has more than \(limit) \(what) and cannot be compiled\n")
      case .cryptography(let reason): throw Failure("\(reason)")
      }
      throw ExitCode.findings
    }
  }

  /// What is written is read back first: a bundle that this build would refuse is never given away.
  private static func reread(_ bytes: [UInt8]) throws(Failure) -> Bundle {
    do throws(BundleError) { return try Bundle(bytes, supported: .all) } catch {
      throw Failure("the bundle that was made is not valid, which is a mistake of weir: \(error)")
    }
  }

  private static func sign(_ bundle: Bundle, with path: String) throws(Failure) -> [UInt8] {
    let pem = String(decoding: try Files.read(path), as: UTF8.self)
    do throws(CryptoError) { return try bundle.signed(by: try PrivateKey(pem: pem)) } catch {
      throw Failure("\(path): \(error)")
    }
  }
}
