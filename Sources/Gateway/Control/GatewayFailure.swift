import WeirBundle
import WeirEnforcement

/// Why the gateway does not start, or why a reload is refused: one mistake or more.
public struct GatewayFailure: Error, Sendable, Equatable {
  public struct Mistake: Sendable, Equatable {
    /// Stable: a code of the configuration, of the start, or of a bundle.
    public var code: String
    public var place: ConfigurationPlace
    /// What is wrong, in one line.
    public var message: String
    /// What to do about it.
    public var remedy: String
    /// A word that is not known, and those that would be: for "did you mean".
    public var unknown: ConfigurationError.UnknownWord?
  }

  public private(set) var mistakes: [Mistake]

  init(_ code: StartCode, at place: ConfigurationPlace, _ message: String, remedy: String) {
    mistakes = [Mistake(code: code.rawValue, place: place, message: message, remedy: remedy)]
  }

  /// A bundle that is not taken.
  init(_ error: LoadError, _ file: Located<String>) {
    let message = "`\(file.value)` is refused: \(error)"
    mistakes = [Mistake(code: error.code, place: file.place, message: message, remedy: remedy(for: error))]
  }

  init(_ errors: ConfigurationErrors) {
    mistakes = errors.errors.map {
      Mistake(code: $0.code.rawValue, place: $0.place, message: $0.message, remedy: $0.remedy, unknown: $0.unknown)
    }
  }

  init(_ code: ConfigurationError.Code, at place: ConfigurationPlace, _ message: String, remedy: String) {
    self.init(
      ConfigurationErrors(errors: [
        ConfigurationError(code: code, place: place, message: message, remedy: remedy)
      ]))
  }

  /// The mistakes of both, each once.
  func and(_ other: GatewayFailure) -> GatewayFailure {
    var both = self
    both.mistakes += other.mistakes.filter { !mistakes.contains($0) }
    return both
  }

  /// That of the first mistake.
  public var code: String { mistakes.first?.code ?? "" }

  /// One line: places, messages and codes.
  public var text: String { mistakes.map { "\($0.place): \($0.message) [\($0.code)]" }.joined(separator: "; ") }
}

/// The stable names of what keeps a gateway with a right configuration from starting or from reloading, or that it complains of.
enum StartCode: String, CaseIterable, Sendable {
  case listen
  case adminInUse = "admin_in_use"
  case accessLog = "access_log"
  case trustKey = "trust_key"
  case needsRestart = "needs_restart"
  case descriptors, memory, resolver, upstreams, system, workers, discovery

  /// What it is, for the page.
  var about: String {
    switch self {
    case .listen:
      "Nobody can listen there: somebody does, the address is not of this machine, or the path of `admin` is taken."
    case .adminInUse: "Another gateway answers at the socket of `admin`."
    case .accessLog: "The access log cannot be written."
    case .trustKey: "A file of `trust` is no public key."
    case .needsRestart: "A key that only a restart changes; or a bundle that came with such a change of a listener."
    case .descriptors: "The process may not have as many descriptors as its threads need."
    case .memory: "The system has no memory for the tables of the upstreams."
    case .resolver: "The name server is no IPv4 address."
    case .upstreams: "The policy has more services and endpoints than there is room for."
    case .system: "The system refused a thread, a descriptor or memory."
    case .workers: "The workers ended by themselves."
    case .discovery: "A service has no endpoints, or they are not found any more: said while it serves."
    }
  }
}

private func remedy(for error: LoadError) -> String {
  guard case .bundle(let error) = error else { return "build it again with `weir build` of this version" }
  return switch error.reason {
  case .unsigned, .untrusted, .badSignature: "sign it with `weir build --key`, or name the key in `trust`"
  case .olderGeneration: "build it with a larger `--generation`"
  case .unsupportedFeature: "leave the constructs out of the policy, or run a version that has them"
  case .notABundle: "name a file that `weir build` made"
  case .unsupportedVersion, .truncated, .malformedHeader, .contentHashMismatch, .malformedSignatures,
    .malformedSectionTable, .unknownSection, .missingSection, .malformedSection, .tooMuchMemory,
    .inconsistentFeatures, .inconsistentPolicy, .cryptography:
    "copy it once more, or build it again with `weir build` of this version"
  }
}
