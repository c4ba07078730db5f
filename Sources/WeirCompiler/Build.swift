import WeirBundle
import WeirCodegen
import WeirISA
import WeirPolicy

/// Why a checked policy did not become a bundle.
public enum BuildError: Error, Sendable {
  /// A limit of the program format; the checker keeps policies below most of them.
  case codegen(CodegenError)
  case cryptography(CryptoError)
}

/// The unsigned bundle of a policy. Deterministic: the same sources and generation give the same bytes on every machine and in every folder.
public func build(_ policy: Policy, generation: UInt64) throws(BuildError) -> [UInt8] {
  try buildWithStatistics(policy, generation: generation).bytes
}

/// The same bundle, and how each authz scope and route table that has rules is decided.
public func buildWithStatistics(
  _ policy: Policy, generation: UInt64
) throws(BuildError) -> (bytes: [UInt8], scopes: [ScopeStatistics]) {
  let policy = policy.withPortablePaths()
  let program: GeneratedProgram
  do throws(CodegenError) { program = try generateProgram(policy) } catch { throw .codegen(error) }
  let features = program.features.map { use in
    let place = "\(policy.files[use.position.file]):\(use.position.line):\(use.position.column)"
    return WeirBundle.FeatureUse(use.feature, place: place)
  }
  let contents = BundleContents(
    program: program.image, policy: policy, manifest: Manifest(features: features), generation: generation)
  do throws(CryptoError) { return (try contents.bytes(), program.scopes) } catch { throw .cryptography(error) }
}
