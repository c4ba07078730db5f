import WeirPolicy
import WeirSource
import WeirSyntax

extension Program {
  /// What `name` means in `module`: its own names first, then its imports. Reports nothing.
  func lookup(_ name: String, in module: String) -> Symbol? {
    guard let names = modules[module] else { return nil }
    return names.own[name] ?? names.imported[name]
  }

  /// Whether other modules may import it.
  func isImportable(_ symbol: Symbol) -> Bool {
    switch symbol {
    case .mesh, .service, .gateway, .principal, .token, .module: true
    case .dataSet(let index): dataSets[index].isPublic
    case .let(let index): lets[index].isPublic
    case .function(let index): functions[index].isPublic
    case .retry(let index): retries[index].isPublic
    case .headers(let index): headerBlocks[index].isPublic
    case .routes(let index): routeBlocks[index].isPublic
    case .limit(let index): limits[index].isPublic
    }
  }

  /// The kind of thing, for messages: `a service`.
  func kind(of symbol: Symbol) -> String {
    switch symbol {
    case .mesh: "the mesh"
    case .service: "a service"
    case .gateway: "a gateway"
    case .principal: "a principal"
    case .token: "a jwt"
    case .dataSet: "a data set"
    case .let: "a constant"
    case .function: "a function"
    case .retry: "a retry"
    case .headers: "a headers block"
    case .routes: "a tree of routes"
    case .limit: "a limit"
    case .module: "a module"
    }
  }

  /// Every name that `module` can use, sorted.
  func visibleNames(in module: String) -> [String] {
    guard let names = modules[module] else { return [] }
    return Set(names.own.keys).union(names.imported.keys).sorted()
  }

  /// Modules other than `module` that declare an importable `name`, sorted.
  func modulesDeclaring(_ name: String, except module: String) -> [String] {
    modules.filter { $0.key != module && $0.value.own[name].map(isImportable) ?? false }.map(\.key).sorted()
  }
}

extension ExpressionChecker {
  /// What `name` stands for in `module`; reports an unknown name and notes the use.
  mutating func resolve(_ name: Name, in module: String) -> Symbol? {
    if let symbol = program.lookup(name.text, in: module) {
      usedSymbols.insert(symbol)
      return symbol
    }
    if name.text.isEmpty || program.modules[module]?.unresolved.contains(name.text) ?? false { return nil }
    let declaring = program.modulesDeclaring(name.text, except: module)
    if let other = declaring.first {
      report(
        .unknownName, at: name.span, "`\(name.text)` is not known in module `\(module)`",
        notes: ["module `\(other)` declares it"], help: "add `import \(other).{\(name.text)}`")
    } else {
      reportUnknown(name, "`\(name.text)` is not known in module `\(module)`", among: program.visibleNames(in: module))
    }
    return nil
  }

  /// The `name` of module `qualifier`, as in `http.safe_methods`; reports an unknown or private name and notes the use.
  mutating func member(_ name: Name, of qualifier: String, from module: String) -> Symbol? {
    guard let names = program.modules[qualifier] else { return nil }
    guard let symbol = names.own[name.text] else {
      let candidates = names.own.filter { program.isImportable($0.value) }.keys.sorted()
      reportUnknown(name, "module `\(qualifier)` declares no `\(name.text)`", among: candidates)
      return nil
    }
    guard qualifier == module || program.isImportable(symbol) else {
      report(
        .notPublic, at: name.span, "`\(name.text)` of module `\(qualifier)` is not public",
        help: "write `public` before its declaration")
      return nil
    }
    usedSymbols.insert(symbol)
    return symbol
  }

  /// The type of a header that `module` declares or that is standard, its name in lower case; reports an undeclared one
  /// and notes the use.
  mutating func headerType(_ header: Spanned<String>, in module: String) -> HeaderType? {
    let name = header.value.lowercased()
    let own = program.modules[module]?.headers ?? [:]
    if let type = own[name] ?? program.standardHeaders[name] {
      usedHeaders.insert(name)
      return type
    }
    if program.modules[module]?.brokenHeaders.contains(name) ?? false { return nil }
    let known = Set(own.keys).union(program.standardHeaders.keys).sorted()
    let suggestion = Spelling.suggestion(for: name, among: known)
    report(
      .undeclaredHeader, at: header.span, "header \"\(header.value)\" is not declared",
      notes: ["a header is in the standard library or declared in the module that reads it"],
      help: suggestion.map { "did you mean \"\($0)\"?" } ?? "add `header \"\(name)\": String`",
      fix: suggestion.map { Diagnostic.Fix(header.span, "\"\($0)\"") })
    return nil
  }

  /// Says that `symbol` cannot stand where `expected` (`a service`) must.
  mutating func reportWrongKind(_ name: Name, _ symbol: Symbol, expected: String) {
    report(
      .wrongKindOfName, at: name.span, "`\(name.text)` is \(program.kind(of: symbol)), where \(expected) must stand")
  }

  mutating func reportUnknown(
    _ name: Name, _ message: String, among candidates: [String], as kind: DiagnosticKind = .unknownName
  ) {
    let suggestion = Spelling.suggestion(for: name.text, among: candidates)
    report(
      kind, at: name.span, message, help: suggestion.map { "did you mean `\($0)`?" },
      fix: suggestion.map { Diagnostic.Fix(name.span, $0) })
  }
}
