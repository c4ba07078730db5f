import WeirBundle
import WeirVM

/// Why a bundle is not activated.
public enum LoadError: Error, Sendable {
  /// The file, its signatures or its features.
  case bundle(BundleError)
  /// The verifier refused the program.
  case program(Rejection)
  /// Program and topology speak of different policies: what differs.
  case inconsistent(String)
}

extension LoadError: CustomStringConvertible {
  /// The stable names of the reasons that are not those of `BundleError`.
  public enum ProgramCode: String, CaseIterable, Sendable {
    case refused = "program_refused"
    case inconsistent = "inconsistent_program"
  }

  /// The stable name of the reason.
  public var code: String {
    switch self {
    case .bundle(let error): error.code
    case .program: ProgramCode.refused.rawValue
    case .inconsistent: ProgramCode.inconsistent.rawValue
    }
  }

  /// One line for people.
  public var description: String {
    switch self {
    case .bundle(let error): error.description
    case .program(let rejection): "the verifier refuses the program: \(rejection)"
    case .inconsistent(let what): "program and topology do not fit: \(what)"
    }
  }
}
