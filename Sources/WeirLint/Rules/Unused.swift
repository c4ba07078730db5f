import WeirSource
import WeirSyntax

/// Imports of which the module uses nothing.
func unusedImports(_ program: LintedProgram) -> [Diagnostic] {
  program.units.flatMap { unit -> [Diagnostic] in
    let module = unit.module?.text ?? ""
    let used = program.uses.anywhere[module] ?? []
    let mentioned = program.uses.modules[module] ?? []
    return unit.imports.flatMap { item -> [Diagnostic] in
      let path = item.module.text
      guard let names = item.names else {
        let isUsed = mentioned.contains(path) || item.module.parts.suffix(1).contains { used.contains($0.text) }
        guard !isUsed else { return [] }
        return [
          Diagnostic(
            .unusedImport, at: item.span, "nothing of `\(path)` is used in `\(module)`", help: "remove the import")
        ]
      }
      return names.filter { !used.contains($0.text) }.map {
        Diagnostic(
          .unusedImport, at: $0.span, "`\($0.text)` is imported and not used in `\(module)`", help: "remove the name")
      }
    }
  }
}

/// Private declarations that nothing in their module uses.
func unusedDeclarations(_ program: LintedProgram) -> [Diagnostic] {
  program.units.flatMap { unit -> [Diagnostic] in
    let module = unit.module?.text ?? ""
    let used = program.uses.anywhere[module] ?? []
    let usedOutsideTests = program.uses.outsideTests[module] ?? []
    return unit.declarations.filter { $0.publicSpan == nil }.compactMap { declaration -> Diagnostic? in
      func unused(_ kind: DiagnosticKind, _ what: String, _ name: Name, _ uses: Set<String>) -> Diagnostic? {
        guard !uses.contains(name.text) else { return nil }
        return Diagnostic(
          kind, at: name.span, "\(what) `\(name.text)` is never used",
          help: "remove it, or write `public` if other programs import it")
      }
      switch declaration.kind {
      case .let(let item): return unused(.unusedLet, "the constant", item.name, used)
      case .fn(let item): return unused(.unusedFunction, "the function", item.name, used)
      // A bundle with data is not activated before the data was loaded: a set that only tests name costs a start.
      case .data(let item): return unused(.unusedData, "the data set", item.name, usedOutsideTests)
      case .retry(let item): return unused(.unusedRetry, "the retry", item.name, used)
      case .headers(let item): return unused(.unusedHeaders, "the block of header changes", item.name, used)
      case .mesh, .gateway, .service, .principal, .authz, .ceiling, .routes, .limit, .jwt, .header, .test, .prove:
        return nil
      }
    }
  }
}
