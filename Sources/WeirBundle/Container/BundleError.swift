import WeirISA
import WeirPolicy

/// Why bytes are not a bundle that this host may use. Closed: every reason has a code, words and a test.
public enum BundleError: Error, Hashable, Sendable {
  /// The magic bytes are missing.
  case notABundle
  case unsupportedVersion(UInt32)
  /// The file ends before its header says so.
  case truncated
  /// A field of the header has a value that no writer gives it.
  case malformedHeader(String)
  /// Bytes before the signatures were changed.
  case contentHashMismatch
  /// Bytes from the signatures on were changed, or some are missing, or some follow.
  case malformedSignatures
  /// Sections overlap, leave gaps, repeat, are not in order, or do not fill the file.
  case malformedSectionTable
  case unknownSection(UInt16)
  case missingSection(String)
  /// A section's bytes are not what its kind asks for.
  case malformedSection(String, WireError)
  /// Reading it takes more memory than a file of its size may ask for: see `MemoryBudget`.
  case tooMuchMemory
  /// Constructs that this host cannot honour, each with its place in the sources.
  case unsupportedFeatures([FeatureUse])
  /// The features in the header and in the manifest differ.
  case inconsistentFeatures
  /// The typed policy in the bundle is not the one that its topology was made of.
  case inconsistentPolicy
  /// Signatures are asked for and there are none.
  case unsigned
  /// None of the signatures is by a trusted key: the ids of the keys that signed.
  case untrusted([Digest])
  /// A signature by a trusted key is not one of this bundle: the key's id.
  case badSignature(Digest)
  /// The host has a newer one.
  case olderGeneration(offered: UInt64, active: UInt64)
  case cryptography(CryptoError)
}

extension BundleError: CustomStringConvertible {
  /// The stable names of the reasons.
  public enum Code: String, CaseIterable, Sendable {
    case notABundle = "not_a_bundle"
    case unsupportedVersion = "unsupported_version"
    case truncated
    case malformedHeader = "malformed_header"
    case contentHashMismatch = "content_hash_mismatch"
    case malformedSignatures = "malformed_signatures"
    case malformedSectionTable = "malformed_section_table"
    case unknownSection = "unknown_section"
    case missingSection = "missing_section"
    case malformedSection = "malformed_section"
    case tooMuchMemory = "too_much_memory"
    case unsupportedFeature = "unsupported_feature"
    case inconsistentFeatures = "inconsistent_features"
    case inconsistentPolicy = "inconsistent_policy"
    case unsigned
    case untrusted
    case badSignature = "bad_signature"
    case olderGeneration = "older_generation"
    case cryptography
  }

  /// Which of the reasons it is.
  public var reason: Code {
    switch self {
    case .notABundle: .notABundle
    case .unsupportedVersion: .unsupportedVersion
    case .truncated: .truncated
    case .malformedHeader: .malformedHeader
    case .contentHashMismatch: .contentHashMismatch
    case .malformedSignatures: .malformedSignatures
    case .malformedSectionTable: .malformedSectionTable
    case .unknownSection: .unknownSection
    case .missingSection: .missingSection
    case .malformedSection: .malformedSection
    case .tooMuchMemory: .tooMuchMemory
    case .unsupportedFeatures: .unsupportedFeature
    case .inconsistentFeatures: .inconsistentFeatures
    case .inconsistentPolicy: .inconsistentPolicy
    case .unsigned: .unsigned
    case .untrusted: .untrusted
    case .badSignature: .badSignature
    case .olderGeneration: .olderGeneration
    case .cryptography: .cryptography
    }
  }

  /// The stable name of the reason, for logs and machines.
  public var code: String { reason.rawValue }

  /// One line for people.
  public var description: String {
    switch self {
    case .notABundle: "this is not a Weir bundle"
    case .unsupportedVersion(let version):
      "format version \(version) is not known; this build reads version \(BundleHeader.currentVersion)"
    case .truncated: "the bundle is cut short"
    case .malformedHeader(let field): "the header is malformed: \(field)"
    case .contentHashMismatch: "the content does not match its hash: the bundle was changed or damaged"
    case .malformedSignatures: "the signatures do not match their digest: they were changed or damaged"
    case .malformedSectionTable: "the section table is malformed"
    case .unknownSection(let kind): "section \(kind) is of no kind that this build knows"
    case .missingSection(let name): "the section \(name) is missing"
    case .malformedSection(let name, let error): "the section \(name) is malformed: \(error)"
    case .tooMuchMemory: "reading the bundle takes more memory than a file of its size may ask for"
    case .unsupportedFeatures(let uses):
      "this build cannot honour " + uses.map { "\($0.construct) (\($0.place))" }.joined(separator: ", ")
    case .inconsistentFeatures: "the manifest and the header name different features"
    case .inconsistentPolicy: "the typed policy is not the one that the bundle was built from"
    case .unsigned: "the bundle is not signed"
    case .untrusted(let keys):
      "no signature is by a trusted key; it is signed by " + keys.map(\.description).joined(separator: ", ")
    case .badSignature(let key): "the signature by \(key) is not one of this bundle"
    case .olderGeneration(let offered, let active):
      "generation \(offered) is older than the active generation \(active)"
    case .cryptography(let error): error.description
    }
  }

  /// Why a section cannot be read.
  static func malformed(_ kind: SectionKind, _ error: WireError) -> BundleError {
    error == .tooLarge ? .tooMuchMemory : .malformedSection("\(kind)", error)
  }
}
