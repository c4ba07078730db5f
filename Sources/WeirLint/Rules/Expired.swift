import WeirPolicy
import WeirSource
import WeirSyntax

/// `@expires` of a day before the one that is asked about.
func expiredAnnotations(_ program: LintedProgram) -> [Diagnostic] {
  guard let asOf = program.asOf else { return [] }
  return program.units.flatMap { unit in
    unit.declarations.flatMap(annotations).compactMap { annotation in
      guard annotation.name.text == "expires", case .date(let day)? = annotation.argument?.value, day < asOf else {
        return nil
      }
      return Diagnostic(
        .expiredAnnotation, at: annotation.span, "this was to be looked at again by \(CivilDate(daysSinceEpoch: day))",
        notes: ["`@expires` reminds and enforces nothing; `until` on a rule is enforced"],
        help: "remove what has expired, or set a later day")
    }
  }
}

/// Rules whose `until` has passed: they hold for no request any more.
func expiredRules(_ program: LintedProgram) -> [Diagnostic] {
  guard let asOf = program.asOf else { return [] }
  return program.units.flatMap { unit in
    unit.declarations.flatMap { declaration -> [Diagnostic] in
      guard case .authz(let authz) = declaration.kind else { return [] }
      return authz.rules.compactMap { rule in
        guard let until = rule.until, until.value < asOf else { return nil }
        let lastDay = CivilDate(daysSinceEpoch: until.value)
        return Diagnostic(
          .expiredRule, at: until.span, "`\(rule.name.text)` has held for no request since \(lastDay)",
          labels: [.init(rule.name.span, "`\(rule.name.text)`")], help: "remove the rule",
          witness: program.witness(of: rule.name.text, in: unit.module?.text ?? "", after: until.value, on: asOf))
      }
    }
  }
}

extension LintedProgram {
  /// A request that the rule covered while it held.
  fileprivate func witness(of name: String, in module: String, after until: Int64, on day: Int64) -> String? {
    for (index, scope) in policy.authz.enumerated() {
      for rule in scope.rules where rule.name == name && rule.module == module && rule.until == until {
        if let found = meaning.witness(of: rule, after: until, on: day, scope: index) { return found }
      }
    }
    return nil
  }
}

private func annotations(_ declaration: Declaration) -> [Annotation] {
  switch declaration.kind {
  case .authz(let authz): declaration.annotations + authz.rules.flatMap(\.annotations)
  case .routes(let routes):
    declaration.annotations
      + routes.items.flatMap { item -> [Annotation] in
        if case .route(let route) = item { route.annotations } else { [] }
      }
  case .mesh, .gateway, .service, .principal, .ceiling, .retry, .headers, .limit, .jwt, .header, .data, .let, .fn,
    .test,
    .prove:
    declaration.annotations
  }
}
