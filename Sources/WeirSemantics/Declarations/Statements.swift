import WeirPolicy
import WeirSource
import WeirSyntax

/// Where the statements of a route stand.
struct RoutePlace {
  /// With the captures of the route's condition; its module is the one that wrote the route.
  var context: ExpressionContext
  /// An index into `Policy.gateways`, when a gateway forwards.
  var gateway: Int?
  /// Services that a mounted tree may forward to; `nil` when nothing fences it.
  var allowed: Set<Int>?
}

/// The statements of a route, each where it stands.
private struct Statements {
  var outcomes: [(name: String, item: Item<StatementSyntax>)] = []
  var rewritePath: Spanned<Spanned<String>>?
  var rewriteHost: Spanned<Spanned<String>>?
  var changes: [Item<StatementSyntax>] = []
  var cors: Spanned<[Item<CorsField>]>?
  var mirrors: [(destination: DestinationSyntax, share: Spanned<Int64>, span: SourceSpan)] = []
  var delay: Spanned<(time: Spanned<Int64>, share: Spanned<Int64>)>?
  var abort: Spanned<(status: Spanned<Int64>, share: Spanned<Int64>)>?
  var timeout: Spanned<Int64>?
  var idleTimeout: Spanned<Int64>?
  var webSocket: Spanned<Void>?
  var retry: Spanned<StatementSyntax.Retry>?

  /// What belongs to `forward` alone, with its place.
  var forwardOnly: [(name: String, span: SourceSpan)] {
    let fields: [(String, SourceSpan?)] = [
      ("rewrite path", rewritePath?.span), ("rewrite host", rewriteHost?.span), ("mirror", mirrors.first?.span),
      ("delay", delay?.span), ("abort", abort?.span), ("timeout", timeout?.span), ("idle_timeout", idleTimeout?.span),
      ("upgrade websocket", webSocket?.span), ("retry", retry?.span),
    ]
    return fields.compactMap { name, span in span.map { (name, $0) } }
  }
}

extension DeclarationChecker {
  /// What a route does; the attributes that its keys and values read are added to `reads`.
  mutating func action(
    _ items: [Item<StatementSyntax>], in place: RoutePlace, at span: SourceSpan, reads: inout [Attribute]
  ) -> RouteAction? {
    let statements = sort(items)
    guard let outcome = statements.outcomes.first else {
      report(
        .routeWithoutOutcome, at: span, "this route does nothing with a request",
        notes: ["a route ends in `forward`, `redirect` or `respond`"])
      return nil
    }
    if statements.outcomes.count > 1 {
      let second = statements.outcomes[1]
      report(
        .contradictingStatements, at: second.item.span,
        second.name == outcome.name
          ? "`\(second.name)` stands twice" : "a route cannot \(outcome.name) and \(second.name)",
        labels: [.init(outcome.item.span, "the first")])
      return nil
    }
    if outcome.name != "forward" {
      for statement in statements.forwardOnly {
        report(
          .contradictingStatements, at: statement.span,
          "`\(statement.name)` belongs to `forward`; this route answers with `\(outcome.name)`",
          labels: [.init(outcome.item.span, outcome.name)])
      }
    }
    guard let kind = outcomeKind(outcome.item.kind, statements, place, at: outcome.item.span, reads: &reads) else {
      return nil
    }
    var action = RouteAction(kind: kind)
    traffic(statements, place, into: &action)
    let changes = headerChanges(statements, place)
    checkOverwritten(changes)
    for change in changes.map(\.change) {
      if change.side == .request, outcome.name != "forward" {
        report(
          .contradictingStatements, at: outcome.item.span,
          "this route sends no request on, yet it changes the request header \"\(change.header)\"",
          help: "change `response.header[\"\(change.header)\"]`")
        return nil
      }
      switch change.operation {
      case .set(.attribute(let attribute)), .add(.attribute(let attribute)): reads.append(attribute)
      case .set(.text), .add(.text), .remove: break
      }
      action.headerChanges.append(change)
    }
    return action
  }

  private mutating func sort(_ items: [Item<StatementSyntax>]) -> Statements {
    var result = Statements()
    for item in items {
      switch item.kind {
      case .forward: result.outcomes.append(("forward", item))
      case .redirect: result.outcomes.append(("redirect", item))
      case .respond: result.outcomes.append(("respond", item))
      case .rewritePath(let text): once(&result.rewritePath, text, at: item.span, "rewrite path")
      case .rewriteHost(let text): once(&result.rewriteHost, text, at: item.span, "rewrite host")
      case .change, .headers: result.changes.append(item)
      case .cors(let fields): once(&result.cors, fields, at: item.span, "cors")
      case .mirror(let destination, let share): result.mirrors.append((destination, share, item.span))
      case .delay(let time, let share): once(&result.delay, (time, share), at: item.span, "delay")
      case .abort(let status, let share): once(&result.abort, (status, share), at: item.span, "abort")
      case .timeout(let value): once(&result.timeout, value.value, at: item.span, "timeout")
      case .idleTimeout(let value): once(&result.idleTimeout, value.value, at: item.span, "idle_timeout")
      case .upgradeWebSocket: once(&result.webSocket, (), at: item.span, "upgrade websocket")
      case .retry(let retry): once(&result.retry, retry, at: item.span, "retry")
      }
    }
    return result
  }

  private mutating func outcomeKind(
    _ syntax: StatementSyntax, _ statements: Statements, _ place: RoutePlace, at span: SourceSpan,
    reads: inout [Attribute]
  ) -> RouteAction.Kind? {
    switch syntax {
    case .forward(let destinations, let key):
      guard let plan = plan(destinations, in: place) else { return nil }
      guard let key else { return .forward(plan, sticky: nil) }
      if plan.count < 2 {
        report(
          .contradictingStatements, at: span, "`sticky` chooses among the destinations of a split; here is one",
          help: "leave `sticky` out, or split")
      }
      guard let sticky = expressions.stickyKey(key, in: place.context) else { return nil }
      switch sticky {
      case .cookie(let name): reads.append(.cookie(name))
      case .attribute(let attribute): reads.append(attribute)
      }
      return .forward(plan, sticky: sticky)
    case .redirect(let status, let target):
      guard [301, 302, 303, 307, 308].contains(status.value) else {
        report(
          .statusOfRoute, at: status.span, "\(status.value) is not a redirect",
          notes: ["redirects are 301, 302, 303, 307 and 308; the last two keep the method"])
        return nil
      }
      return expressions.template(target, .location, in: place.context).map {
        .redirect(status: Int(status.value), location: $0)
      }
    case .respond(let status, let body):
      guard (200...599).contains(status.value) else {
        report(.statusOfRoute, at: status.span, "a route answers with a status from 200 to 599")
        return nil
      }
      if let body, [204, 205, 304].contains(status.value) {
        report(.statusOfRoute, at: body.span, "an answer with status \(status.value) has no body (RFC 9110 15)")
      }
      return .respond(status: Int(status.value), body: body?.value)
    case .rewritePath, .rewriteHost, .change, .headers, .cors, .mirror, .delay, .abort, .timeout, .idleTimeout,
      .upgradeWebSocket, .retry:
      return nil
    }
  }

  /// Everything beside the outcome and the headers.
  private mutating func traffic(_ statements: Statements, _ place: RoutePlace, into action: inout RouteAction) {
    action.rewritePath = statements.rewritePath.flatMap { expressions.template($0.value, .path, in: place.context) }
    action.rewriteHost = statements.rewriteHost.flatMap { expressions.host($0.value) }
    action.cors = statements.cors.flatMap { checkCors($0.value, module: place.context.module, at: $0.span) }
    action.allowsWebSocket = statements.webSocket != nil
    for mirror in statements.mirrors {
      guard let destination = routeDestination(mirror.destination, in: place),
        let share = share(mirror.share, "a mirror")
      else { continue }
      if action.mirrors.contains(where: { $0.destination == destination }) {
        report(.contradictingStatements, at: mirror.span, "this destination is mirrored to already")
        continue
      }
      action.mirrors.append(.init(destination: destination, share: share))
    }
    if let delay = statements.delay?.value, let time = duration(delay.time, "a delay"),
      let share = share(delay.share, "a delay")
    {
      action.delay = .init(nanoseconds: time, share: share)
    }
    if let abort = statements.abort?.value, let share = share(abort.share, "an abort") {
      if (400...599).contains(abort.status.value) {
        action.abort = .init(status: Int(abort.status.value), share: share)
      } else {
        report(.statusOfRoute, at: abort.status.span, "an abort answers with a status from 400 to 599")
      }
    }
    action.timeoutNanoseconds = statements.timeout.flatMap { duration($0, "a timeout") }
    action.idleTimeoutNanoseconds = statements.idleTimeout.flatMap { duration($0, "an idle timeout") }
    if let retry = statements.retry,
      let index = retryIndex(retry.value, module: place.context.module, at: retry.span)
    {
      action.retry = index
      if let timeout = statements.timeout { checkFit(index, at: retry.span, timeout: timeout) }
      checkGRPCCauses(index, action.kind, at: retry.span)
    }
  }

  private mutating func headerChanges(_ statements: Statements, _ place: RoutePlace) -> [PlacedHeaderChange] {
    statements.changes.flatMap { item -> [PlacedHeaderChange] in
      switch item.kind {
      case .change(let syntax):
        return headerChange(syntax, in: place.context).map { [(change: $0, span: item.span)] } ?? []
      case .headers(let name): return headerBlock(name, in: place.context).map { (change: $0, span: item.span) }
      case .forward, .rewritePath, .rewriteHost, .redirect, .respond, .cors, .mirror, .delay, .abort, .timeout,
        .idleTimeout, .upgradeWebSocket, .retry:
        return []
      }
    }
  }

  /// A gRPC status comes only from a service that speaks gRPC.
  private mutating func checkGRPCCauses(_ retry: Int, _ kind: RouteAction.Kind, at span: SourceSpan) {
    guard case .forward(let plan, _) = kind,
      program.policy.retries[retry].causes.contains(where: { if case .grpc = $0 { true } else { false } })
    else { return }
    let speaks = plan.contains { entry in
      program.policy.services[entry.destination.service].ports.contains { $0.protocol == .grpc }
    }
    if !speaks {
      report(
        .contradictingStatements, at: span, "the retry waits for a gRPC status, and no destination speaks gRPC")
    }
  }
}
