import WeirISA
import WeirPolicy

/// Compiles a checked policy to the program that decides it.
///
/// Deterministic: equal policies give equal bytes.
///
/// - Throws: `CodegenError` for what the checker should have refused, and for limits of the format.
/// - Complexity: bounded by the limits of planning and of regexes, near linear in the size of common policies.
public func generate(_ policy: Policy) throws(CodegenError) -> ProgramImage { try generateProgram(policy).image }

/// A program and what is known of it besides its bytes.
public struct GeneratedProgram: Sendable {
  public var image: ProgramImage
  /// What a host has to be able to do, ascending by feature.
  public var features: [FeatureUse]
  /// How each authz scope and route table that has rules is decided.
  public var scopes: [ScopeStatistics]
}

/// Compiles a checked policy, as `generate` does.
public func generateProgram(_ policy: Policy) throws(CodegenError) -> GeneratedProgram {
  var builder = ProgramBuilder(policy)
  try builder.addScopes()
  var collector = FeatureCollector()
  collector.collect(policy)
  for (feature, position) in builder.decisionFeatures { collector.use(feature, position) }
  var writer = ImageWriter(builder, features: collector.uses)
  return GeneratedProgram(image: try writer.write(), features: collector.uses, scopes: builder.statistics)
}
