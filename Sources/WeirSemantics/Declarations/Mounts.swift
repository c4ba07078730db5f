import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  /// `mount "/cart" from shop.cart.tree may use { ledger }`
  mutating func mount(
    _ prefix: Spanned<String>, _ path: Path, _ mayUse: [Name], at span: SourceSpan, of outer: RouteBlock,
    mounts: inout [(prefix: String, span: SourceSpan)], into draft: inout TableDraft
  ) {
    guard let tree = treeIndex(path, from: outer.module),
      let prefixPath = expressions.pathPrefix(prefix, as: draft.pathView)
    else { return }
    if outer.trees.contains(tree) {
      report(.mountCycle, at: path.span, "tree `\(path.text)` mounts itself")
      return
    }
    if let other = mounts.first(where: { covers($0.prefix, prefixPath) || covers(prefixPath, $0.prefix) }) {
      report(
        .mountOverlap, at: prefix.span, "\"\(prefixPath)\" and \"\(other.prefix)\" overlap",
        labels: [.init(other.span, "mounted here")], notes: ["a path belongs to one tree"])
      return
    }
    mounts.append((prefixPath, prefix.span))
    if let (around, place) = outer.prefixes.last, !covers(around, prefixPath) {
      report(
        .unreachableRoute, at: prefix.span, "\"\(prefixPath)\" does not lie under \"\(around)\"",
        labels: [.init(place, "the tree is mounted here")], notes: ["paths inside a mounted tree are absolute"])
      return
    }
    let handed = handed(mayUse, by: outer)
    let placed = trees[tree]
    expand(
      RouteBlock(
        syntax: placed.syntax, module: placed.module, annotations: placed.annotations, mount: path.text,
        prefixes: outer.prefixes + [(prefixPath, prefix.span)], trees: outer.trees + [tree], gateway: outer.gateway,
        // A tree is one text wherever it is mounted.
        callerIsOptional: true,
        allowed: placed.module == outer.module ? outer.allowed : owned(by: placed.module).union(handed),
        title: "routes \(path.text)"),
      into: &draft)
  }

  private func owned(by module: String) -> Set<Int> {
    Set(program.policy.services.indices.filter { program.policy.services[$0].owner == module })
  }

  /// Services handed over. Nobody hands over what was not handed to him.
  private mutating func handed(_ names: [Name], by outer: RouteBlock) -> Set<Int> {
    var result: Set<Int> = []
    for name in names {
      guard let service = serviceIndex(name, in: outer.module) else { continue }
      if let allowed = outer.allowed, !allowed.contains(service) {
        report(
          .notHanded, at: name.span, "this tree may not use `\(name.text)` itself",
          notes: ["a mount hands over what its own block may use"])
      } else if !result.insert(service).inserted {
        report(.repeatedField, at: name.span, "`\(name.text)` is handed over twice")
      }
    }
    return result
  }

  /// The tree that `a.b.tree` names.
  private mutating func treeIndex(_ path: Path, from module: String) -> Int? {
    guard path.parts.count > 1, let last = path.parts.last, let first = path.parts.first else {
      report(
        .unknownModule, at: path.span, "`\(path.text)` names no module",
        help: "write the module before the tree: `from \(module).\(path.text)`")
      return nil
    }
    let parts = Array(path.parts.dropLast())
    let home = Path(parts, parts.reduce(first.span) { $0.union($1.span) })
    guard checkModule(home, from: module) else { return nil }
    let own = program.modules[home.text]?.own ?? [:]
    switch own[last.text] {
    case .routes(let index):
      expressions.usedSymbols.insert(.routes(index))
      return index
    case let symbol?:
      expressions.reportWrongKind(last, symbol, expected: "a tree of routes")
    case nil:
      // A block of that name which is not public was reported as routes of nothing, with `public` as the way out.
      let isPrivate = routes.contains { block in
        guard block.module == home.text, case .name(let name) = block.syntax.target else { return false }
        return name.text == last.text && program.lookup(name.text, in: home.text) == nil
      }
      if isPrivate { return nil }
      let names = own.filter { if case .routes = $0.value { true } else { false } }.keys.sorted()
      expressions.reportUnknown(
        last, "module `\(home.text)` has no `public routes \(last.text)`", among: names)
    }
    return nil
  }

  /// Trees that nobody mounts are checked as if a gateway did.
  mutating func checkUnmountedTrees() {
    for (index, tree) in trees.enumerated() where !expressions.usedSymbols.contains(.routes(index)) {
      var draft = TableDraft(pathView: .exact)
      expand(
        RouteBlock(
          syntax: tree.syntax, module: tree.module, annotations: tree.annotations, mount: nil, trees: [index],
          callerIsOptional: true, title: "routes \(program.routeBlocks[index].name.text)"),
        into: &draft)
    }
  }
}

/// Whether `path` is `prefix` or lies below it.
func covers(_ prefix: String, _ path: String) -> Bool {
  prefix == "/" || path == prefix || path.hasPrefix(prefix + "/")
}

extension Condition {
  /// Whether no request whose path lies under `prefix` makes this true, as far as is plain to see.
  func surelyMisses(_ prefix: String) -> Bool {
    switch self {
    case .constant(let value): return !value
    case .and(let operands): return operands.contains { $0.surelyMisses(prefix) }
    case .or(let operands): return operands.allSatisfy { $0.surelyMisses(prefix) }
    case .not: return false
    case .test(let test):
      guard test.attribute == .path, !test.isNegated else { return false }
      return test.predicate.surelyMisses(prefix)
    }
  }
}

extension Predicate {
  fileprivate func surelyMisses(_ prefix: String) -> Bool {
    switch self {
    case .equals(.string(let path)): return !covers(prefix, path)
    case .isIn(let values):
      return values.allSatisfy { value in
        if case .string(let path) = value { !covers(prefix, path) } else { false }
      }
    case .isUnder(let path): return !covers(prefix, path) && !covers(path, prefix)
    case .matches(let pattern):
      let wanted = prefix.split(separator: "/").map(String.init)
      let isLongEnough = pattern.segments.count >= wanted.count || pattern.rest != .none
      return !isLongEnough
        || zip(wanted, pattern.segments).contains { wanted, segment in
          if case .literal(let text) = segment { text != wanted } else { false }
        }
    case .isPresent, .equals, .isInRanges, .isInNetworks, .matchesAny, .matchesRegex, .equalsAttribute, .isInAttribute,
      .isInData, .has, .hasAttribute:
      return false
    }
  }
}
