import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  /// Every `retry` of a module, used or not; `retryIndices` maps `Program.retries` to the policy.
  mutating func checkRetries() {
    for retry in program.retries {
      let checked = checkRetry(retry.syntax.items, name: retry.name.text, module: retry.module, at: retry.name.span)
      retryIndices.append(checked.map { add($0) })
    }
  }

  /// Leaves out what no route uses, presets of the standard library above all: a host need not know what a policy does not say.
  mutating func dropUnusedRetries() {
    let used = Set(program.policy.routeTables.flatMap(\.routes).compactMap(\.action.retry)).sorted()
    program.policy.retries = used.map { program.policy.retries[$0] }
    let indices = Dictionary(uniqueKeysWithValues: zip(used, used.indices))
    for table in program.policy.routeTables.indices {
      for route in program.policy.routeTables[table].routes.indices {
        let retry = program.policy.routeTables[table].routes[route].action.retry
        program.policy.routeTables[table].routes[route].action.retry = retry.flatMap { indices[$0] }
      }
    }
  }

  private mutating func add(_ retry: Retry) -> Int {
    program.policy.retries.append(retry)
    return program.policy.retries.count - 1
  }

  /// `retry gentle` or `retry { … }` of a route, as an index into the policy's retries.
  mutating func retryIndex(_ syntax: StatementSyntax.Retry, module: String, at span: SourceSpan) -> Int? {
    switch syntax {
    case .inline(let items): return checkRetry(items, name: "", module: module, at: span).map { add($0) }
    case .named(let name):
      guard let symbol = expressions.resolve(name, in: module) else { return nil }
      guard case .retry(let index) = symbol else {
        expressions.reportWrongKind(name, symbol, expected: "a retry")
        return nil
      }
      return retryIndices[index]
    }
  }

  private mutating func checkRetry(
    _ items: [Item<RetryField>], name: String, module: String, at span: SourceSpan
  ) -> Retry? {
    let title = name.isEmpty ? "this retry" : "retry `\(name)`"
    var tries: Spanned<Int64>?
    var causes: Spanned<[Item<RetryCauseSyntax>]>?
    var condition: Spanned<Expression>?
    var perTry: Spanned<Int64>?
    var backoff: Spanned<(from: Spanned<Int64>, to: Spanned<Int64>)>?
    var budget: Spanned<Int64>?
    var unsafe: Spanned<Void>?
    var idempotency: Spanned<Spanned<String>>?
    for item in items {
      switch item.kind {
      case .tries(let value): once(&tries, value.value, at: value.span, "tries")
      case .on(let list): once(&causes, list, at: item.span, "on")
      case .when(let expression): once(&condition, expression, at: item.span, "when")
      case .perTryTimeout(let value): once(&perTry, value.value, at: value.span, "per_try_timeout")
      case .backoff(let from, let to): once(&backoff, (from, to), at: item.span, "backoff")
      case .budget(let value): once(&budget, value.value, at: value.span, "budget")
      case .evenUnsafe: once(&unsafe, (), at: item.span, "even unsafe")
      case .idempotencyHeader(let text): once(&idempotency, text, at: item.span, "idempotency header")
      }
    }
    guard let tries else {
      missing("tries", in: title, at: span, help: "add `tries 3`; it counts the first")
      return nil
    }
    if tries.value == 1 {
      report(.uselessRetry, at: tries.span, "`tries 1` never tries again", notes: ["`tries` counts the first"])
      return nil
    }
    guard let tryCount = inRange(tries, 2...10, "`tries`") else { return nil }
    if causes?.value.isEmpty ?? true, condition == nil {
      report(
        .uselessRetry, at: causes?.span ?? span, "\(title) does not say when to try again",
        help: "add `on { connect_failure, reset }` or `when response.status in 502..504`")
    }
    if let unsafe, let idempotency {
      report(
        .conflictingFields, at: idempotency.span,
        "`even unsafe` already covers what an idempotency header marks as safe",
        labels: [.init(unsafe.span, "every method is tried again")])
    }
    let checkedCauses = checkCauses(causes?.value ?? [], hasPerTryTimeout: perTry != nil)
    let perTryTime = perTry.flatMap { duration($0, "`per_try_timeout`") }
    let (least, most) = checkBackoff(backoff?.value)
    let budgetShare = budget.map { share($0, "a budget") ?? 1 } ?? defaultBudget
    var retry = Retry(
      name: name, tries: Int(tryCount), causes: checkedCauses, condition: nil, perTryTimeoutNanoseconds: perTryTime,
      backoffMinNanoseconds: least, backoffMaxNanoseconds: most, budget: budgetShare, evenUnsafe: unsafe != nil,
      idempotencyHeader: nil, position: position(span))
    if let header = idempotency?.value {
      retry.idempotencyHeader = expressions.headerType(header, in: module)?.name
    }
    if let condition {
      let context = ExpressionContext(
        module: module, use: .retry, layer: .response, callerIsOptional: true, token: nil, pathView: .exact,
        scopeName: name.isEmpty ? "retry" : "retry \(name)")
      guard let checked = expressions.condition(condition.value, in: context) else { return nil }
      retry.condition = checked
    }
    return retry
  }

  /// The pause before each further try; left out, 25 ms to 250 ms.
  private mutating func checkBackoff(_ syntax: (from: Spanned<Int64>, to: Spanned<Int64>)?) -> (Int64, Int64) {
    guard let syntax else { return (25_000_000, 250_000_000) }
    guard let least = duration(syntax.from, "a backoff"), let most = duration(syntax.to, "a backoff") else {
      return (1, 1)
    }
    if least > most {
      report(
        .valueOutOfRange, at: syntax.from.span, "the least backoff is longer than the longest",
        labels: [.init(syntax.to.span, "the longest")])
    }
    return (least, most)
  }

  private mutating func checkCauses(_ items: [Item<RetryCauseSyntax>], hasPerTryTimeout: Bool) -> [Retry.Cause] {
    var causes: [Retry.Cause] = []
    for item in items {
      let cause: Retry.Cause
      switch item.kind {
      case .connectFailure: cause = .connectFailure
      case .reset: cause = .reset
      case .timeout:
        if !hasPerTryTimeout {
          report(
            .uselessRetry, at: item.span, "no try times out before the whole request does",
            help: "add `per_try_timeout 500ms`")
        }
        cause = .timeout
      case .status(let range):
        guard range.value.lowerBound >= 400, range.value.upperBound <= 599 else {
          report(
            .valueOutOfRange, at: range.span, "a status that is worth another try is from 400 to 599")
          continue
        }
        cause = .status(range.value)
      case .grpc(let name):
        guard let code = grpcStatuses.firstIndex(of: name.text) else {
          expressions.reportUnknown(
            name, "there is no gRPC status `\(name.text)`", among: Array(grpcStatuses.dropFirst()),
            as: .unknownGRPCStatus)
          continue
        }
        guard code > 0 else {
          report(.uselessRetry, at: name.span, "`ok` is no reason to try again")
          continue
        }
        cause = .grpc(UInt8(code))
      }
      if causes.contains(cause) {
        report(.repeatedField, at: item.span, "this cause stands twice")
      } else {
        causes.append(cause)
      }
    }
    return causes
  }

  /// All tries and pauses at their longest must fit the route's timeout.
  mutating func checkFit(_ index: Int, at span: SourceSpan, timeout: Spanned<Int64>) {
    let retry = program.policy.retries[index]
    guard let perTry = retry.perTryTimeoutNanoseconds else {
      report(
        .retryExceedsTimeout, at: span, "the first try may use the whole timeout and leave nothing for another",
        labels: [.init(timeout.span, "the timeout")], help: "give the retry a `per_try_timeout`")
      return
    }
    let tries = Int64(retry.tries)
    let (tryTime, tryOverflow) = perTry.multipliedReportingOverflow(by: tries)
    let (pauseTime, pauseOverflow) = retry.backoffMaxNanoseconds.multipliedReportingOverflow(by: tries - 1)
    let (total, overflow) = tryTime.addingReportingOverflow(pauseTime)
    guard tryOverflow || pauseOverflow || overflow || total > timeout.value else { return }
    let length = tryOverflow || pauseOverflow || overflow ? "far more" : durationText(total)
    report(
      .retryExceedsTimeout, at: span,
      "\(retry.tries) tries and \(retry.tries - 1) pauses take up to \(length), longer than the timeout of "
        + durationText(timeout.value),
      labels: [.init(timeout.span, "the timeout")],
      notes: ["all tries and backoffs at their longest must fit the timeout"])
  }
}

/// Of the requests in flight, in hundredths of a percent: what Finagle and Linkerd allow.
private let defaultBudget = 2_000

/// By number (gRPC, "Status codes and their use in gRPC").
private let grpcStatuses = [
  "ok", "cancelled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
  "permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented",
  "internal", "unavailable", "data_loss", "unauthenticated",
]
