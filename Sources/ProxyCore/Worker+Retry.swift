import HTTPWire
import ProxyTransport
import ProxyUpstream
import WeirEnforcement
import WeirRequest

extension Worker where Net: ~Copyable {
  /// An attempt ended without a response that can be passed on: another one is made when the route says so or when it can do no harm,
  /// else the client is told.
  ///
  /// - Parameter isRefusal: the upstream has looked at nothing of it, as one that ends: no failure of its own.
  mutating func attemptFailed(_ x: UInt32, _ reason: ReasonCode, isRefusal: Bool = false) {
    let isFree =
      reason == .upstreamReset && exchanges[x].phase != .responding && !hasHeardResponse(x)
      && mayRepeatFreely(x, isRefusal: isRefusal)
    if !isRefusal, !isFree, reason != .upstreamTimeout || !clientOwes(x) { report(x, .localFailure) }
    guard exchanges[x].phase != .responding else { return fail(x, reason) }
    abandonUpstream(x)
    leaveEndpoint(x)
    exchanges[x].phase = .waiting
    if isFree {
      exchanges[x].flags.formUnion(isRefusal ? [.usedFreeRetry, .wasResent] : .needsNewConnection)
      exchanges[x].attempts -= 1
      again(x)
      return
    }
    let cause: RetryCause
    switch reason {
    case .upstreamConnect, .upstreamTLS: cause = .connectFailure
    case .upstreamTimeout: cause = .timeout
    default: cause = .reset
    }
    guard retry(x, cause, noSooner: .zero) else { return fail(x, reason) }
  }

  /// A kept connection that its server closed while the request was on the way says nothing about the request (RFC 9112 section 9.3.1):
  /// once more to the same endpoint, on a connection that nobody has kept, when repeating is harmless or nothing was sent.
  private func mayRepeatFreely(_ x: UInt32, isRefusal: Bool) -> Bool {
    let flags = exchanges[x].flags
    return flags.isSuperset(of: [.onReusedConnection, .isReplayable])
      && !flags.contains(isRefusal ? .usedFreeRetry : .needsNewConnection)
      && (flags.contains(.isIdempotent) || !flags.contains(.touchedUpstream))
  }

  private func hasHeardResponse(_ x: UInt32) -> Bool {
    let u = exchanges[x].upstream
    return u != .none && connections[u].held.count > 0
  }

  /// Whether the response whose head was parsed is dropped for another attempt.
  mutating func retryInstead(_ x: UInt32, head: ByteRange) -> Bool {
    let status = responseHead.status
    let call = takeCallStatus(x, head)
    let outcome = AttemptOutcome(status: status)
    // Whether the endpoint did well is known when the response is whole.
    if outcome.isFailure { report(x, outcome) }
    let slot = exchanges[x].generation
    guard let index = exchanges[x].forwarding?.retry,
      let plan = generations[slot].reference.content.plan.retry(index)
    else { return false }
    if plan.isConditional {
      do throws(Reject) {
        try takeResponse(memory.span(head), responseHead, into: &generations[slot].enforcer)
      } catch { return false }
    }
    var pause = Interval.zero
    if let index = responseHead.firstIndex(of: .retryAfter) {
      let value = responseHead.fields[index].value
      pause = RetryAfter.parse(memory.span(head).extracting(value), wallClock: wallClock) ?? .zero
    }
    if call != nil, let index = responseHead.firstIndex(of: .grpcRetryPushback) {
      guard let asked = grpcPushback(memory.span(head).extracting(responseHead.fields[index].value)) else {
        return false
      }
      pause = asked
    }
    return retry(x, call.map { .call($0) } ?? .status(status), noSooner: pause)
  }

  /// Decides about another attempt and sets it going: at once, or when its backoff is over.
  ///
  /// - Parameter pause: what the upstream asked for.
  private mutating func retry(_ x: UInt32, _ cause: RetryCause, noSooner pause: Interval) -> Bool {
    let flags = exchanges[x].flags
    let slot = exchanges[x].generation
    guard let forwarding = exchanges[x].forwarding, let failed = exchanges[x].endpoint,
      flags.contains(.isReplayable)
    else { return false }
    let plan = generations[slot].reference.content.plan.retry(forwarding.retry)
    var budget = defaultRetryBudget
    var delay = Interval.zero
    let isPlanned = plan.map { exchanges[x].attempts < $0.tries && allows(x, $0, cause) } ?? false
    if let plan, isPlanned {
      budget = plan.budget
      delay = plan.backoff.delay(beforeRetry: Int(exchanges[x].attempts), &random)
    } else {
      // Nothing was sent to anybody: always safe, once.
      guard cause == .connectFailure, !flags.contains(.usedFreeRetry) else { return false }
      exchanges[x].flags.insert(.usedFreeRetry)
    }
    delay = max(delay, pause)
    // The time of an open call has no end that the route gives it: a pause is bounded none the less.
    guard now + delay < deadline(x, within: forwarding.timeoutNanoseconds) else { return false }
    var tried = exchanges[x].tried
    tried.insert(failed)
    let cluster = generations[slot].upstreams.cluster(service: forwarding.service, subset: forwarding.subset)
    guard let next = generations[slot].upstreams.choose(cluster, at: now, &random, avoiding: tried),
      generations[slot].upstreams.admitRetry(forwarding.service, budget: budget)
    else { return false }
    abandonUpstream(x)
    leaveEndpoint(x)
    exchanges[x].flags.insert(.holdsRetry)
    exchanges[x].tried = tried
    exchanges[x].endpoint = next
    exchanges[x].phase = .waiting
    guard delay > .zero else {
      again(x)
      return true
    }
    exchanges[x].flags.insert(.isBackingOff)
    exchanges[x].tryDeadline = now + delay
    setExchangeTimer(x)
    return true
  }

  private mutating func allows(_ x: UInt32, _ plan: ForwardingPlan.RetryPlan, _ cause: RetryCause) -> Bool {
    let flags = exchanges[x].flags
    guard plan.evenUnsafe || flags.contains(.isIdempotent) || !flags.contains(.touchedUpstream) else { return false }
    let slot = exchanges[x].generation
    switch cause {
    case .connectFailure: return plan.onConnectFailure
    case .reset: return plan.onReset
    case .timeout: return plan.onTimeout
    case .status(let status):
      return generations[slot].reference.content.plan.includes(status, in: plan) || isRetriedByCondition(x, plan)
    case .call(let status):
      return plan.callStatuses >> UInt32(status) & 1 == 1 || isRetriedByCondition(x, plan)
    }
  }

  /// A condition stands beside the causes, or instead of them.
  private mutating func isRetriedByCondition(_ x: UInt32, _ plan: ForwardingPlan.RetryPlan) -> Bool {
    guard plan.isConditional, let retry = exchanges[x].forwarding?.retry else { return false }
    return generations[exchanges[x].generation].retryApplies(retry)
  }

  /// Makes an attempt with what was kept of the body.
  private mutating func again(_ x: UInt32) { attempt(x, takeReplay(x)) }

  /// The backoff is over: makes the attempt, elsewhere when discovery has taken its endpoint away meanwhile.
  private mutating func resume(_ x: UInt32) {
    let slot = exchanges[x].generation
    if slot == generations.currentIndex, let forwarding = exchanges[x].forwarding, let endpoint = exchanges[x].endpoint,
      !pools.isCurrent(endpoint.line, generations[slot].upstreams.number)
    {
      let cluster = generations[slot].upstreams.cluster(service: forwarding.service, subset: forwarding.subset)
      exchanges[x].endpoint = generations[slot].upstreams.choose(
        cluster, at: now, &random, avoiding: exchanges[x].tried)
    }
    again(x)
  }

  /// Of the attempt that begins: its own time, within that of the whole request.
  mutating func setTryTimer(_ x: UInt32) {
    exchanges[x].tryDeadline = .never
    if let retry = exchanges[x].forwarding?.retry,
      let perTry = generations[exchanges[x].generation].reference.content.plan.retry(retry)?.perTryTimeout
    {
      exchanges[x].tryDeadline = now + perTry
    }
    setExchangeTimer(x)
  }

  /// More of the request came: its upstream has had no time for that yet.
  mutating func restartTry(_ x: UInt32) {
    guard exchanges[x].tryDeadline < .never, exchanges[x].phase != .responding,
      exchanges[x].flags.isDisjoint(with: [.isPending, .isBackingOff])
    else { return }
    setTryTimer(x)
  }

  /// The time that the route allows begins, if it says any.
  mutating func limitTime(_ x: UInt32, _ nanoseconds: Int64) {
    exchanges[x].deadline = deadline(x, within: nanoseconds)
  }

  /// When an exchange would end whose route's time began now; without such a time: when it ends.
  private func deadline(_ x: UInt32, within nanoseconds: Int64) -> Instant {
    guard nanoseconds > 0 else { return exchanges[x].deadline }
    return min(exchanges[x].deadline, now + Interval(nanoseconds: nanoseconds))
  }

  mutating func setExchangeTimer(_ x: UInt32) {
    let first = min(exchanges[x].deadline, exchanges[x].tryDeadline)
    if first < .never { wheel.set(TimerID.exchange(x), to: first) }
  }

  mutating func exchangeTimedOut(_ x: UInt32) {
    guard !exchanges[x].flags.contains(.isAnswered) else { return }
    if exchanges[x].deadline <= now {
      if isOwedByUpstream(x) { report(x, .localFailure) }
      fail(x, overdueReason(x))
    } else if exchanges[x].flags.contains(.isPending), exchanges[x].tryDeadline <= now {
      fail(x, .circuitOpen)
    } else if exchanges[x].flags.contains(.isBackingOff) {
      exchanges[x].flags.remove(.isBackingOff)
      resume(x)
    } else if exchanges[x].phase != .responding, exchanges[x].tryDeadline <= now {
      if clientOwes(x), !isCall(x) { setTryTimer(x) } else { attemptFailed(x, .upstreamTimeout) }
    } else {
      // The time of an attempt ends with the beginning of its response: set again, it would fire for ever.
      if exchanges[x].tryDeadline <= now { exchanges[x].tryDeadline = .never }
      setExchangeTimer(x)
    }
  }

  /// Whether it is the endpoint that let the time of a request pass: it was asked, its client has said and taken everything, and has not
  /// chosen that time itself.
  private func isOwedByUpstream(_ x: UInt32) -> Bool {
    exchanges[x].upstream != .none && !clientOwes(x) && exchanges[x].callDeadline > now
      && (exchanges[x].phase != .responding || canTakeResponse(x))
  }

  /// For whom a request waits whose time is over. Clients of gRPC are told that it is, in any case.
  private func overdueReason(_ x: UInt32) -> ReasonCode {
    let flags = exchanges[x].flags
    if flags.contains(.isGRPC) { return .upstreamTimeout }
    if flags.contains(.isPending) { return .circuitOpen }
    return clientOwes(x) ? .requestTimeout : .upstreamTimeout
  }
}

/// Why an attempt is not the answer.
private enum RetryCause: Equatable {
  case connectFailure, reset, timeout
  case status(UInt16)
  /// A status of gRPC.
  case call(UInt8)
}

/// Of a service whose route says nothing: retries that are always safe, in hundredths of a percent of its requests.
private let defaultRetryBudget = 2_000
