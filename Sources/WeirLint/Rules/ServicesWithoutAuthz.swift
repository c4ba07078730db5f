import WeirPolicy
import WeirSource
import WeirSyntax

/// Services that nobody may call because nobody wrote who may. An empty `authz` says that this is meant.
func servicesWithoutAuthz(_ program: LintedProgram) -> [Diagnostic] {
  let written = Set(
    program.units.flatMap(\.declarations).compactMap { declaration -> String? in
      if case .authz(let authz) = declaration.kind { authz.target.text } else { nil }
    })
  return program.policy.services.compactMap { service in
    let hasAllow = service.ports.contains { port in
      program.policy.authz[port.authz].rules.contains { $0.effect == .allow && !$0.isShadow }
    }
    guard !hasAllow, !written.contains(service.name) else { return nil }
    let scope = service.ports.first?.authz
    return Diagnostic(
      .serviceWithoutAuthz, at: program.span(service.position),
      "no rule says who may call `\(service.name)`, so nobody may",
      help: "write `authz \(service.name) { … }`; an empty one says that nobody is meant to",
      witness: scope.flatMap { program.meaning.witness(ofScope: $0, named: service.name) })
  }
}
