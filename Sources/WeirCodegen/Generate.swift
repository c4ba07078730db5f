import WeirISA
import WeirPolicy

/// Compiles a checked policy to the program that decides it.
///
/// Deterministic: equal policies give equal bytes.
///
/// - Throws: `CodegenError` for what the checker should have refused, and for limits of the format.
/// - Complexity: linear in the size of the policy, regexes aside.
public func generate(_ policy: Policy) throws(CodegenError) -> ProgramImage {
  var builder = ProgramBuilder(policy)
  try builder.addScopes()
  var writer = ImageWriter(builder, features: requiredFeatures(of: policy))
  return try writer.write()
}
