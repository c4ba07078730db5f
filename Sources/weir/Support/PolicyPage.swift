import WeirSource
import WeirSyntax

/// The Markdown page about a program: what its sources say, one section a module, in the order of the modules' names.
struct PolicyPage {
  let units: [SourceUnit]
  let sources: SourceSet

  var markdown: String {
    let modules = Dictionary(grouping: units) { $0.module?.text ?? "" }
    return modules.keys.sorted().map { name in
      let declarations = (modules[name] ?? []).flatMap(\.declarations)
      let sections = [
        services(declarations), authz(declarations), routes(declarations), limits(declarations), tests(declarations),
      ]
      return (["# `\(name)`\n"] + sections.filter { !$0.isEmpty }).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  // MARK: - Sections

  private func services(_ declarations: [Declaration]) -> String {
    let rows = declarations.compactMap { declaration -> [String]? in
      switch declaration.kind {
      case .mesh(let mesh): return [code(mesh.name.text), "mesh", "", about(declaration.documentation)]
      case .gateway(let gateway):
        let identity = gateway.items.compactMap { if case .identity(let text) = $0.kind { text.value } else { nil } }
        return [
          code(gateway.name.text), "gateway", identity.map(code).joined(separator: " "),
          about(declaration.documentation),
        ]
      case .service(let service):
        let identities = service.items.flatMap { item -> [String] in
          if case .identity(let texts) = item.kind { texts.map(\.value) } else { [] }
        }
        let kind = protocols(service)
        return [
          code(service.name.text), kind, identities.map(code).joined(separator: " "), about(declaration.documentation),
        ]
      case .principal(let principal):
        let identities = principal.identities.map { code($0.value) }.joined(separator: " ")
        return [code(principal.name.text), "principal", identities, about(declaration.documentation)]
      case .authz, .ceiling, .routes, .retry, .headers, .limit, .jwt, .header, .data, .let, .fn, .test, .prove:
        return nil
      }
    }
    return section("Services", ["name", "kind", "identity", "about"], rows)
  }

  private func protocols(_ service: ServiceDeclaration) -> String {
    let kinds = service.items.compactMap { item -> String? in
      switch item.kind {
      case .protocol(let name): name.value.rawValue
      case .port(let name, let number, let kind): "\(kind.value.rawValue) \(name.text) (\(number.value))"
      case .external: "external"
      default: nil
      }
    }
    return kinds.joined(separator: ", ")
  }

  private func authz(_ declarations: [Declaration]) -> String {
    declarations.compactMap { declaration -> String? in
      guard case .authz(let block) = declaration.kind else { return nil }
      let port = block.port.map { " port `\($0.text)`" } ?? ""
      let token = block.token.map { ", with a token of `\($0.text)`" } ?? ""
      let rows = block.rules.map { rule -> [String] in
        let effect = (rule.shadowSpan == nil ? "" : "shadow ") + rule.effect.rawValue
        let until = rule.until.map { " until \(sources.text(of: $0.span))" } ?? ""
        return [
          effect, code(rule.name.text), condition(rule.condition) + until, about(rule.documentation),
          notes(rule.annotations),
        ]
      }
      let title = "Who may use `\(block.target.text)`\(port)\(token)"
      guard !rows.isEmpty else { return "## \(title)\n\nNobody.\n" }
      return section(title, ["", "rule", "when", "about", "notes"], rows)
    }.joined(separator: "\n")
  }

  private func routes(_ declarations: [Declaration]) -> String {
    declarations.compactMap { declaration -> String? in
      guard case .routes(let block) = declaration.kind else { return nil }
      let target =
        switch block.target {
        case .name(let name): code(name.text)
        case .hosts(let hosts): hosts.map { code($0.value) }.joined(separator: ", ")
        }
      let rows = block.items.map { item -> [String] in
        switch item {
        case .route(let route):
          [code(route.name.text), condition(route.condition), statements(route.statements), about(route.documentation)]
        case .mount(let prefix, let from, mayUse: _, _):
          ["mount", "under \(code(prefix.value))", "routes of \(code(from.text))", ""]
        case .otherwise(let statements, _): [code("otherwise"), "", self.statements(statements), ""]
        }
      }
      return section("Routes of \(target)", ["route", "when", "does", "about"], rows)
    }.joined(separator: "\n")
  }

  private func limits(_ declarations: [Declaration]) -> String {
    let rows = declarations.compactMap { declaration -> [String]? in
      guard case .limit(let limit) = declaration.kind else { return nil }
      let items = limit.items.map { text($0.span) }.joined(separator: "; ")
      return [code(limit.name.text), code(limit.target.text), code(items), about(declaration.documentation)]
    }
    return section("Limits", ["limit", "of", "is", "about"], rows)
  }

  private func tests(_ declarations: [Declaration]) -> String {
    let rows = declarations.compactMap { declaration -> [String]? in
      switch declaration.kind {
      case .test(let test): ["test", escaped(test.name.value), "\(test.cases.count)"]
      case .prove(let proof): ["proof", escaped(proof.name.value), "\(proof.claims.count)"]
      default: nil
      }
    }
    return section("Tests and proofs", ["", "name", "cases"], rows)
  }

  // MARK: - Pieces

  /// A table under a heading; nothing without rows.
  private func section(_ title: String, _ columns: [String], _ rows: [[String]]) -> String {
    guard !rows.isEmpty else { return "" }
    let lines = [columns, columns.map { _ in "---" }] + rows
    return "## \(title)\n\n" + lines.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  private func condition(_ condition: ConditionSyntax) -> String {
    switch condition {
    case .when(let expression): code(text(expression.span))
    case .always: "always"
    }
  }

  private func statements(_ statements: [Item<StatementSyntax>]) -> String {
    code(statements.map { text($0.span) }.joined(separator: "; "))
  }

  private func notes(_ annotations: [Annotation]) -> String {
    annotations.map { code(text($0.span)) }.joined(separator: " ")
  }

  private func about(_ documentation: [String]) -> String { escaped(documentation.joined(separator: " ")) }

  /// The source of a span on one line, comments left out.
  private func text(_ span: SourceSpan) -> String {
    let lines = sources.text(of: span).split(separator: "\n").map { line -> Substring in
      // A comment cannot be told from `//` in a string by looking at one line; strings with a URL have quotes before it.
      let parts = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)
      let isComment = parts.count == 2 && parts[0].count { $0 == "\"" } % 2 == 0
      return isComment ? parts[0] : line
    }
    return lines.joined(separator: " ").split { $0.isWhitespace }.joined(separator: " ")
  }

  /// Inline code that may hold backticks, in a table cell.
  private func code(_ text: String) -> String { "`\(text.replacing("`", with: "'").replacing("|", with: "\\|"))`" }

  private func escaped(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }
}
