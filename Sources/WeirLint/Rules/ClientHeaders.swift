import WeirPolicy
import WeirSource

/// Allows that can be satisfied by a header, cookie or query parameter that any client may send, with nothing that speaks for the client.
func allowsThatRestOnClientHeaders(_ program: LintedProgram) -> [Diagnostic] {
  // A rule of the mesh is in many scopes and reported once.
  var seen: Set<Position> = []
  return program.policy.authz.enumerated().flatMap { index, scope in scope.rules.map { (index, $0) } }
    .compactMap { scope, rule in
      guard rule.effect == .allow, evidence(rule.condition, isNegated: false) == .header,
        seen.insert(rule.position).inserted,
        // Of what excludes itself nothing is left.
        let witness = program.meaning.witness(
          of: rule, withoutHelpOf: { evidence($0) == .trusted }, scope: scope)
      else { return nil }
      return Diagnostic(
        .allowByHeaderAlone, at: program.span(rule.position),
        "`\(rule.name)` can be satisfied by a header, cookie or query parameter alone, "
          + "which every client chooses for itself",
        notes: ["these say what the client claims; the caller's identity, a token and an address say who it is"],
        help: "also require `caller`, a `token` or `source.ip`", witness: witness)
    }
}

/// What an allowed request has shown at least.
private enum Evidence: Int {
  /// Something only a certain client can have.
  case trusted
  /// Nothing: methods, paths, times.
  case nothing
  /// Only a header or cookie tells it from other requests.
  case header
}

private func evidence(_ condition: Condition, isNegated: Bool) -> Evidence {
  switch condition {
  case .constant: return .nothing
  case .not(let inner): return evidence(inner, isNegated: !isNegated)
  case .and(let operands), .or(let operands):
    let parts = operands.map { evidence($0, isNegated: isNegated) }
    if case .and = condition, !isNegated { return together(parts) }
    if case .or = condition, isNegated { return together(parts) }
    return weakest(parts)
  case .test(let test): return evidence(test.attribute)
  }
}

/// All operands hold.
private func together(_ parts: [Evidence]) -> Evidence {
  if parts.contains(.trusted) { return .trusted }
  return parts.contains(.header) ? .header : .nothing
}

/// One of the operands holds, perhaps the weakest.
private func weakest(_ parts: [Evidence]) -> Evidence {
  if parts.contains(.header) { return .header }
  return !parts.isEmpty && parts.allSatisfy { $0 == .trusted } ? .trusted : .nothing
}

private func evidence(_ attribute: Attribute) -> Evidence {
  switch attribute {
  case .header, .cookie, .query: .header
  case .caller, .callerTrustDomain, .callerNamespace, .callerAccount, .claim, .token, .sourceIP, .clientIP: .trusted
  case .method, .scheme, .host, .port, .path, .sourcePort, .sni, .capture, .time, .responseStatus, .responseHeader:
    .nothing
  }
}
