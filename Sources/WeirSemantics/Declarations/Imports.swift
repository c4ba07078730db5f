import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  /// Enters what modules import. Cycles are fine: names are collected before.
  mutating func resolveImports() {
    for (module, syntax) in imports {
      let target = syntax.module.text
      guard checkModule(syntax.module, from: module) else {
        let lost = syntax.names?.map(\.text) ?? syntax.module.parts.suffix(1).map(\.text)
        program.modules[module]?.unresolved.formUnion(lost)
        continue
      }
      if target == module {
        report(.importConflict, at: syntax.span, "module `\(module)` imports itself")
        continue
      }
      guard let names = syntax.names else {
        importModule(syntax, into: module)
        continue
      }
      if names.isEmpty {
        report(
          .importConflict, at: syntax.span, "this imports nothing",
          help: "name what is used, or import the whole module with `import \(target)`")
      }
      for name in names where !importName(name, of: target, into: module) {
        program.modules[module]?.unresolved.insert(name.text)
      }
    }
  }

  /// Whether the module exists; reports when not.
  mutating func checkModule(_ path: Path, from module: String) -> Bool {
    if program.modules[path.text] != nil { return true }
    let suggestion = Spelling.suggestion(for: path.text, among: program.modules.keys.filter { $0 != module }.sorted())
    report(
      .unknownModule, at: path.span, "there is no module `\(path.text)`",
      help: suggestion.map { "did you mean `\($0)`?" },
      fix: suggestion.map { Diagnostic.Fix(path.span, $0) })
    return false
  }

  private mutating func importModule(_ syntax: Import, into module: String) {
    guard let qualifier = syntax.module.parts.last else { return }
    let symbol = Symbol.module(syntax.module.text)
    importedNames.append(ImportedName(module: module, name: qualifier.text, span: syntax.span))
    switch program.modules[module]?.imported[qualifier.text] {
    case nil: program.modules[module]?.imported[qualifier.text] = symbol
    case .module(let other)? where other != syntax.module.text:
      report(
        .importConflict, at: syntax.span, "`\(qualifier.text).` would mean both `\(other)` and `\(syntax.module.text)`",
        help: "import the names that are used: `import \(syntax.module.text).{…}`")
    case .some: break
    }
  }

  /// False when the name could not be found.
  private mutating func importName(_ name: Name, of target: String, into module: String) -> Bool {
    guard let symbol = program.modules[target]?.own[name.text] else {
      let candidates = (program.modules[target]?.own ?? [:]).filter { program.isImportable($0.value) }.keys.sorted()
      expressions.reportUnknown(name, "module `\(target)` declares no `\(name.text)`", among: candidates)
      return false
    }
    guard program.isImportable(symbol) else {
      report(
        .notPublic, at: name.span, "`\(name.text)` of module `\(target)` is not public",
        labels: moduleNames[target]?[name.text].map { [.init($0, "declared here")] } ?? [],
        help: "write `public` before its declaration")
      return false
    }
    if let own = moduleNames[module]?[name.text] {
      report(
        .importConflict, at: name.span, "module `\(module)` declares `\(name.text)` itself",
        labels: [.init(own, "declared here")])
      return true
    }
    if let other = program.modules[module]?.imported[name.text], other != symbol, !other.isModule {
      report(.importConflict, at: name.span, "`\(name.text)` is imported from two modules")
      return true
    }
    let imported = ImportedName(module: module, name: name.text, span: name.span)
    if let first = importedNames.first(where: {
      $0.module == module && $0.name == name.text && $0.span.file == name.span.file
    }), program.modules[module]?.imported[name.text] == symbol {
      report(
        .importConflict, at: name.span, "`\(name.text)` is imported twice", labels: [.init(first.span, "first here")])
      return true
    }
    importedNames.append(imported)
    program.modules[module]?.imported[name.text] = symbol
    return true
  }
}

/// A name that a file imports.
struct ImportedName {
  var module: String
  /// As it is used.
  var name: String
  var span: SourceSpan
}

extension Symbol {
  var isModule: Bool { if case .module = self { true } else { false } }
}
