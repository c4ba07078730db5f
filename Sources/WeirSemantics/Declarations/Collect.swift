import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  /// Reads every file and enters its names, by module name, file name and line.
  mutating func collect(_ units: [SourceUnit], standardLibrary: Set<FileID>) {
    let ordered = units.compactMap { unit in unit.module.map { (unit: unit, module: $0) } }.sorted {
      ($0.module.text, program.sources[$0.unit.file].path, $0.unit.file)
        < ($1.module.text, program.sources[$1.unit.file].path, $1.unit.file)
    }
    for (unit, module) in ordered {
      let isStandard = standardLibrary.contains(unit.file)
      if !isStandard, module.parts.first?.text == "std" {
        report(
          .reservedModule, at: module.span, "module `\(module.text)` would stand among the standard library's",
          help: "choose a name that does not begin with `std`")
        continue
      }
      if program.modules[module.text] == nil { program.modules[module.text] = Program.Module() }
      imports += unit.imports.map { (module.text, $0) }
      for declaration in unit.declarations { collect(declaration, in: module.text, isStandard: isStandard) }
    }
  }

  private mutating func collect(_ declaration: Declaration, in module: String, isStandard: Bool) {
    let annotations = annotations(of: declaration)
    let documentation = declaration.documentation.joined(separator: "\n")
    checkPublic(declaration)

    func place<Syntax>(_ syntax: Syntax) -> Placed<Syntax> {
      Placed(
        syntax: syntax, module: module, annotations: annotations, documentation: documentation, span: declaration.span)
    }
    func declared<Syntax>(_ syntax: Syntax, _ name: Name) -> Declared<Syntax> {
      Declared(
        syntax: syntax, name: name, module: module, isPublic: declaration.publicSpan != nil,
        documentation: declaration.documentation)
    }

    switch declaration.kind {
    case .mesh(let syntax):
      if let first = meshes.first {
        report(
          .duplicateName, at: syntax.name.span, "there is a mesh already, `\(first.syntax.name.text)`",
          labels: [.init(first.syntax.name.span, "declared here")])
      } else if declare(syntax.name, .mesh, in: module, meshWide: true) {
        meshes.append(place(syntax))
      }
    case .gateway(let syntax):
      if declare(syntax.name, .gateway(gateways.count), in: module, meshWide: true) { gateways.append(place(syntax)) }
    case .service(let syntax):
      if declare(syntax.name, .service(services.count), in: module, meshWide: true) { services.append(place(syntax)) }
    case .principal(let syntax):
      if declare(syntax.name, .principal(principals.count), in: module, meshWide: true) {
        principals.append(place(syntax))
      }
    case .jwt(let syntax):
      if let first = tokenNames[syntax.name.text] {
        reportDuplicate(syntax.name, first)
      } else if declare(syntax.name, .token(tokens.count), in: module) {
        tokenNames[syntax.name.text] = syntax.name.span
        tokens.append(place(syntax))
      }
    case .data(let syntax):
      if declare(syntax.name, .dataSet(dataSets.count), in: module) {
        dataSets.append(place(syntax))
        program.dataSets.append(declared(syntax, syntax.name))
      }
    case .let(let syntax):
      if declare(syntax.name, .let(program.lets.count), in: module) {
        program.lets.append(declared(syntax, syntax.name))
      }
    case .fn(let syntax):
      if declare(syntax.name, .function(program.functions.count), in: module) {
        program.functions.append(declared(syntax, syntax.name))
      }
    case .retry(let syntax):
      if declare(syntax.name, .retry(program.retries.count), in: module) {
        program.retries.append(declared(syntax, syntax.name))
      }
    case .headers(let syntax):
      if declare(syntax.name, .headers(program.headerBlocks.count), in: module) {
        program.headerBlocks.append(declared(syntax, syntax.name))
      }
    case .limit(let syntax):
      // Limits of several services may share a name; it is unique for each service.
      if case .limit? = program.modules[module]?.own[syntax.name.text] {
        limits.append(place(syntax))
      } else if declare(syntax.name, .limit(program.limits.count), in: module) {
        program.limits.append(declared(syntax, syntax.name))
        limits.append(place(syntax))
      }
    case .routes(let syntax):
      guard declaration.publicSpan != nil, case .name(let name) = syntax.target else {
        routes.append(place(syntax))
        return
      }
      if declare(name, .routes(program.routeBlocks.count), in: module) {
        program.routeBlocks.append(declared(syntax, name))
        trees.append(place(syntax))
      }
    case .header(let syntax): collectHeader(syntax, in: module, isStandard: isStandard)
    case .authz(let syntax): authz.append(place(syntax))
    case .ceiling(let syntax): ceilings.append(place(syntax))
    case .test(let syntax): tests.append(place(syntax))
    case .prove(let syntax): proofs.append(place(syntax))
    }
  }

  /// Enters a name; false, with a report, when it is taken.
  private mutating func declare(_ name: Name, _ symbol: Symbol, in module: String, meshWide: Bool = false) -> Bool {
    if AttributeRoot(rawValue: name.text) != nil {
      report(
        .attributeName, at: name.span, "`\(name.text)` is what conditions read of a request",
        help: "choose another name")
      return false
    }
    if let first = moduleNames[module]?[name.text] ?? (meshWide ? meshWideNames[name.text] : nil) {
      reportDuplicate(name, first)
      return false
    }
    moduleNames[module, default: [:]][name.text] = name.span
    if meshWide { meshWideNames[name.text] = name.span }
    program.modules[module]?.own[name.text] = symbol
    return true
  }

  private mutating func reportDuplicate(_ name: Name, _ first: SourceSpan) {
    report(
      .duplicateName, at: name.span, "`\(name.text)` is declared twice", labels: [.init(first, "first declared here")])
  }

  private mutating func checkPublic(_ declaration: Declaration) {
    guard let span = declaration.publicSpan else { return }
    let reason: String
    switch declaration.kind {
    case .let, .fn, .retry, .headers, .limit, .data: return
    case .routes(let routes):
      guard case .hosts = routes.target else { return }
      reason = "routes of hosts are in force where they stand; only a named tree can be mounted"
    case .mesh, .gateway, .service, .principal, .jwt:
      reason = "anybody can import this declaration; who may write for it, ownership says"
    case .authz, .ceiling, .header, .test, .prove: reason = "this declaration has no name that could be imported"
    }
    report(
      .misplacedPublic, at: span, "`public` does not belong here", notes: [reason],
      fix: Diagnostic.Fix(SourceSpan(file: span.file, start: span.start, end: span.end + 1), ""))
  }
}
