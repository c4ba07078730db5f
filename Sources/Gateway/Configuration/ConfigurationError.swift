/// A mistake in the configuration. Nothing starts while there is one.
public struct ConfigurationError: Error, Sendable, Equatable {
  /// The stable names of the mistakes.
  public enum Code: String, CaseIterable, Sendable {
    case unreadableFile = "unreadable_file"
    case syntax
    case duplicateKey = "duplicate_key"
    case unknownKey = "unknown_key"
    case missingKey = "missing_key"
    case wrongShape = "wrong_shape"
    case badValue = "bad_value"
    case conflict
    case notSupported = "not_supported"
    case notInBundle = "not_in_bundle"
  }

  public var code: Code
  public var place: ConfigurationPlace
  /// What is wrong, in one line.
  public var message: String
  /// What to write instead.
  public var remedy: String
  /// A word that is not known, and those that would be: for "did you mean".
  public var unknown: UnknownWord?

  public struct UnknownWord: Sendable, Equatable {
    public var word: String
    public var known: [String]
  }
}

/// All the mistakes of a configuration, in the order of the file.
public struct ConfigurationErrors: Error, Sendable, Equatable {
  public var errors: [ConfigurationError]
}
