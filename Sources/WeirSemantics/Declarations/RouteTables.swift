import WeirPolicy
import WeirSource
import WeirSyntax

/// A table under construction.
struct TableDraft {
  var routes: [(route: Route, span: SourceSpan)] = []
  var reads: [Attribute] = []
  var tokens: Set<Int> = []
  /// With those of routes that have an error.
  var names: Set<String> = []
  var pathView: PathView
}

/// A `routes` block as it is expanded: a table's own, or one that is mounted in it.
struct RouteBlock {
  var syntax: RoutesDeclaration
  var module: String
  var annotations: Annotations
  /// `shop.cart.tree`, for a mounted one.
  var mount: String?
  /// Prefixes from the outside in, each with the place of its mount.
  var prefixes: [(path: String, span: SourceSpan)] = []
  /// The trees that are being expanded, to see one that mounts itself.
  var trees: [Int] = []
  var gateway: Int?
  var callerIsOptional: Bool
  var allowed: Set<Int>?
  /// For diagnostics.
  var title: String
}

extension DeclarationChecker {
  mutating func checkRoutes() {
    for block in routes { checkTable(block) }
    checkUnmountedTrees()
  }

  private mutating func checkTable(_ placed: Placed<RoutesDeclaration>) {
    guard let (owner, title) = tableOwner(placed) else {
      for case .route(let route) in placed.syntax.items { strayNames.insert(route.name.text) }
      return
    }
    if let first = tableSpans[owner] {
      // Of hosts it was said already that they belong to another block.
      if case .hosts = owner { return }
      report(
        .secondTable, at: placed.syntax.targetSpan ?? placed.span, "\(title) has routes already",
        labels: [.init(first, "the first block")], notes: ["one block says in which order routes are tried"])
      return
    }
    tableSpans[owner] = placed.syntax.targetSpan ?? placed.span
    var block = RouteBlock(
      syntax: placed.syntax, module: placed.module, annotations: placed.annotations, callerIsOptional: true,
      title: "routes \(placed.syntax.targetText)")
    var draft = TableDraft(pathView: .exact)
    switch owner {
    case .gateway(let gateway): block.gateway = gateway
    case .service(let service):
      draft.pathView = program.policy.services[service].pathView
      // A call of the mesh has a caller, unless the service takes calls without certificates.
      block.callerIsOptional = program.policy.services[service].ports.contains { $0.protocol.isHTTP && $0.isPermissive }
    case .hosts: break
    }
    expand(block, into: &draft)
    checkReachability(draft)
    routeNames[owner] = draft.names
    program.policy.routeTables.append(
      RouteTable(
        owner: owner, tokens: draft.tokens.sorted(), pathView: draft.pathView, routes: draft.routes.map(\.route),
        singleReads: ExpressionChecker.singleReads(of: draft.routes.map(\.route.condition), and: draft.reads),
        module: placed.module, position: position(placed.span)))
  }

  private mutating func tableOwner(_ placed: Placed<RoutesDeclaration>) -> (RouteTable.Owner, String)? {
    switch placed.syntax.target {
    case .hosts(let texts):
      let title = "these hosts"
      var patterns: [HostPattern] = []
      for text in texts {
        guard let pattern = expressions.hostPattern(text) else { continue }
        patterns.append(pattern)
        claimHost(pattern, by: "another `routes` block", module: placed.module, at: text.span)
      }
      return patterns.isEmpty ? nil : (.hosts(patterns), title)
    case .name(let name):
      guard program.lookup(name.text, in: placed.module) != nil else {
        let candidates = program.visibleNames(in: placed.module)
        let suggestion = Spelling.suggestion(for: name.text, among: candidates)
        report(
          .unknownName, at: name.span, "`\(name.text)` is no gateway or service that module `\(placed.module)` knows",
          notes: ["a tree that others mount is `public routes \(name.text)`"],
          help: suggestion.map { "did you mean `\($0)`?" }, fix: suggestion.map { Diagnostic.Fix(name.span, $0) })
        return nil
      }
      guard let symbol = expressions.resolve(name, in: placed.module) else { return nil }
      switch symbol {
      case .gateway(let gateway):
        guard checkGatewayOwner(gateway, name, module: placed.module, what: "routes") else { return nil }
        return (.gateway(gateway), "gateway `\(name.text)`")
      case .service(let service):
        guard checkOwner(of: service, name, module: placed.module, what: "routes") else { return nil }
        guard program.policy.services[service].ports.contains(where: \.protocol.isHTTP) else {
          report(
            .tcpDestination, at: name.span, "`\(name.text)` speaks tcp; it has no requests to route")
          return nil
        }
        return (.service(service), "service `\(name.text)`")
      case .mesh, .principal, .token, .dataSet, .let, .function, .retry, .headers, .routes, .limit, .module:
        expressions.reportWrongKind(name, symbol, expected: "a gateway or a service")
        return nil
      }
    }
  }

  // MARK: Items

  /// Appends the routes of a block, mounts expanded.
  mutating func expand(_ block: RouteBlock, into draft: inout TableDraft) {
    let token = tokenIndex(block.syntax.token, in: block.module)
    if let token { draft.tokens.insert(token) }
    let context = ExpressionContext(
      module: block.module, use: .route, layer: .http, callerIsOptional: block.callerIsOptional, token: token,
      pathView: draft.pathView, scopeName: block.title)
    var names: [String: SourceSpan] = [:]
    var mounts: [(prefix: String, span: SourceSpan)] = []
    var fallback: SourceSpan?
    for item in block.syntax.items {
      if let fallback {
        report(
          .otherwiseNotLast, at: item.span, "nothing comes after `otherwise`",
          labels: [.init(fallback, "takes every request that is left")])
        return
      }
      switch item {
      case .route(let syntax):
        if let first = names[syntax.name.text] {
          report(
            .duplicateRoute, at: syntax.name.span, "two routes are named `\(syntax.name.text)`",
            labels: [.init(first, "the other")])
        }
        names[syntax.name.text] = syntax.name.span
        draft.names.insert(syntax.name.text)
        append(syntax, of: block, in: context, to: &draft)
      case .mount(let prefix, let path, let mayUse, let span):
        mount(prefix, path, mayUse, at: span, of: block, mounts: &mounts, into: &draft)
      case .otherwise(let statements, let span):
        fallback = span
        draft.names.insert("otherwise")
        let place = RoutePlace(context: statementContext(context, [:]), gateway: block.gateway, allowed: block.allowed)
        guard let action = action(statements, in: place, at: span, reads: &draft.reads) else { continue }
        let route = Route(
          name: "otherwise", mount: block.mount, condition: inside(block, .constant(true)), action: action,
          annotations: block.annotations, documentation: "", module: block.module, position: position(span))
        draft.routes.append((route, span))
      }
    }
    if fallback == nil {
      report(
        .missingOtherwise, at: block.syntax.end, "these routes do not say what happens otherwise",
        help: "end them with `otherwise { respond 404 }`")
    }
  }

  private mutating func append(
    _ syntax: RouteSyntax, of block: RouteBlock, in context: ExpressionContext, to draft: inout TableDraft
  ) {
    let annotations = annotations(syntax.annotations, inherited: block.annotations)
    var context = context
    context.ruleName = syntax.name.text
    let condition = expressions.condition(syntax.condition, in: context)
    let captures = condition.map(ExpressionChecker.bindings(of:)) ?? [:]
    let place = RoutePlace(
      context: statementContext(context, captures), gateway: block.gateway, allowed: block.allowed)
    // Statements are read only under a condition that holds together: a capture it lost would be reported again.
    guard let condition,
      let action = action(syntax.statements, in: place, at: syntax.name.span, reads: &draft.reads)
    else { return }
    if let (prefix, span) = block.prefixes.last, condition.surelyMisses(prefix) {
      report(
        .unreachableRoute, at: syntax.name.span, "no path of route `\(syntax.name.text)` lies under \"\(prefix)\"",
        labels: [.init(span, "the tree is mounted here")], notes: ["paths inside a mounted tree are absolute"])
      return
    }
    let route = Route(
      name: syntax.name.text, mount: block.mount, condition: inside(block, condition), action: action,
      annotations: annotations, documentation: syntax.documentation.joined(separator: "\n"), module: block.module,
      position: position(syntax.span))
    draft.routes.append((route, syntax.name.span))
  }

  private func statementContext(
    _ context: ExpressionContext, _ captures: [String: [CaptureBinding]]
  ) -> ExpressionContext {
    var result = context
    result.use = .value
    result.captures = captures
    return result
  }

  /// A condition within the prefixes of its mounts.
  private func inside(_ block: RouteBlock, _ condition: Condition) -> Condition {
    guard !block.prefixes.isEmpty else { return condition }
    let tests = block.prefixes.map { prefix in
      Condition.test(
        Test(attribute: .path, predicate: .isUnder(prefix.path), whenAbsent: false, position: position(prefix.span)))
    }
    if condition == .constant(true), let only = tests.first, tests.count == 1 { return only }
    return .and(condition == .constant(true) ? tests : tests + [condition])
  }

  // MARK: Reachability

  /// Reports routes that an earlier one surely takes everything from.
  private mutating func checkReachability(_ draft: TableDraft) {
    let routes = draft.routes
    var seen: [Condition: Int] = [:]
    for (index, entry) in routes.enumerated() {
      // Who writes a tree does not know where it is mounted, so its fallback may be idle.
      let isTreeFallback = entry.route.mount != nil && entry.route.name == "otherwise"
      let key = entry.route.condition.withoutPositions
      var cover = seen[key]
      if cover == nil, index <= pairwiseRoutesMax {
        cover = routes[..<index].firstIndex { $0.route.condition.surelyCovers(entry.route.condition) }
      } else if cover == nil {
        cover = seen[.constant(true)]
      }
      seen[key] = seen[key] ?? index
      guard let cover, !isTreeFallback else { continue }
      let earlier = routes[cover]
      let takesAll = earlier.route.condition == .constant(true)
      report(
        .unreachableRoute, at: entry.span, "route `\(entry.route.name)` is never reached",
        labels: [.init(earlier.span, "route `\(earlier.route.name)` takes every request that it would")],
        notes: ["the first route whose condition holds is taken"],
        help: takesAll ? "a route that takes every request is written last, as `otherwise`" : nil)
      // Nothing after it is reached either: that is one mistake.
      if takesAll { return }
    }
  }
}

/// Up to so many routes of a table each is compared with every earlier one; beyond, with equal ones alone, so that large
/// tables compile in time proportional to their size.
private let pairwiseRoutesMax = 256

extension RouteItem {
  /// The whole item.
  var span: SourceSpan {
    switch self {
    case .route(let route): route.span
    case .mount(_, _, _, let span), .otherwise(_, let span): span
    }
  }
}

extension RoutesDeclaration {
  /// As it is written, for messages.
  var targetText: String {
    switch target {
    case .name(let name): name.text
    case .hosts(let texts): texts.map { "\"\($0.value)\"" }.joined(separator: ", ")
    }
  }

  /// The name or the first host.
  var targetSpan: SourceSpan? {
    switch target {
    case .name(let name): name.span
    case .hosts(let texts): texts.first?.span
    }
  }
}

extension Condition {
  /// Positions made equal, to compare meanings.
  var withoutPositions: Condition {
    switch self {
    case .constant: self
    case .and(let operands): .and(operands.map(\.withoutPositions))
    case .or(let operands): .or(operands.map(\.withoutPositions))
    case .not(let operand): .not(operand.withoutPositions)
    case .test(var test):
      {
        test.position = Position(file: 0, line: 0, column: 0)
        return .test(test)
      }()
    }
  }
}
