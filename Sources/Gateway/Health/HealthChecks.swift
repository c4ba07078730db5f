import ProxyTransport
import ProxyUpstream
import Synchronization

/// The checks of all endpoints whose services ask for them, on a thread of their own; what they find lies in the cells that workers
/// choose endpoints by.
///
/// Endpoints are known by name: what is known of one outlives the generations that have it.
final class HealthChecks: Sendable {
  /// What is known of an endpoint.
  struct Known: Sendable {
    var isUp = true
    var passed: UInt64 = 0
    var failed: UInt64 = 0
    /// Of the last check; nil when it was passed, or none has ended.
    var failure: HealthFailure?
  }

  /// Checks of a service that have ended.
  struct Count: Sendable {
    var passed: UInt64 = 0
    var failed: UInt64 = 0
  }

  private struct State {
    var plan: HealthPlan?
    /// The thread has not seen the plan.
    var isNew = false
    var known: [HealthTarget.Name: Known] = [:]
    var counts: [String: Count] = [:]
    var isStarted = false
    var isStopped = false
  }

  private let state = Mutex(State())
  private let wakeUp: Descriptor
  private let checksMax: Int
  private let log: @Sendable (String) -> Void

  /// - Parameters:
  ///   - checksMax: at once.
  ///   - log: takes one line for each endpoint that goes or comes back.
  init(checksMax: Int, log: @escaping @Sendable (String) -> Void) throws(SystemError) {
    wakeUp = try EpollNetwork.makeWakeUp()
    self.checksMax = checksMax
    self.log = log
  }

  deinit { EpollNetwork.close(wakeUp) }

  /// Starts the thread where a plan has endpoints to check and there is none yet: all of `follow` that can fail.
  func prepare(for plan: HealthPlan) throws(SystemError) {
    let starts = state.withLock { state -> Bool in
      guard !state.isStarted, !plan.targets.isEmpty else { return false }
      state.isStarted = true
      return true
    }
    guard starts else { return }
    do throws(SystemError) { try Thread.start("weir-health") { [self] in work() } } catch {
      state.withLock { $0.isStarted = false }
      throw error
    }
  }

  /// Checks the endpoints of a plan, which was prepared for, from now on and no others.
  ///
  /// Before lines of endpoints that the plan does not have are freed: their marks are taken away here.
  func follow(_ plan: HealthPlan) {
    adopt(plan)
    EpollNetwork.wake(wakeUp)
  }

  /// As `follow`, without a thread.
  func adopt(_ plan: HealthPlan) {
    state.withLock { state in
      if let former = state.plan {
        for (name, target) in former.targets where plan.targets[name] == nil {
          former.upstreams.setHealth(true, target.line, ofService: target.service)
          state.known[name] = nil
        }
      }
      state.plan = plan
      state.isNew = true
    }
  }

  /// Ends the thread, soon.
  func stop() {
    state.withLock { $0.isStopped = true }
    EpollNetwork.wake(wakeUp)
  }

  /// What is known of an endpoint; nil when it is not checked.
  func known(_ name: HealthTarget.Name) -> Known? {
    state.withLock { $0.plan?.targets[name] == nil ? nil : $0.known[name] ?? Known() }
  }

  /// Checks that have ended, by service.
  var counts: [String: Count] { state.withLock(\.counts) }

  private func work() {
    guard let net = try? EpollNetwork(),
      var prober = Prober(net: net, seed: RandomSource.systemSeed(), checksMax: checksMax),
      prober.watchWakeUp(wakeUp) == nil
    else { return log("endpoints are not checked: there is no memory for it") }
    prober.isWoken = true
    while true {
      if prober.isWoken {
        prober.isWoken = false
        EpollNetwork.drainWakeUp(wakeUp)
        let (plan, isStopped) = state.withLock { state in
          defer { state.isNew = false }
          return (state.isNew ? state.plan : nil, state.isStopped)
        }
        if isStopped { return }
        if let plan { prober.adopt(plan) }
      }
      prober.turn()
      for report in prober.reports { note(report) }
      prober.reports.removeAll(keepingCapacity: true)
    }
  }

  /// Notes how a check ended, where the endpoint is still one to check.
  func note(_ report: HealthReport) {
    let now = Clock.now()
    let asked = state.withLock { state -> (before: Bool, after: Bool)? in
      guard let plan = state.plan, let target = plan.targets[report.name] else { return nil }
      // It looks at every endpoint of the service: asked for where it is told alone.
      let before = report.hasChanged && plan.upstreams.asksAll(ofService: Int(target.service), at: now)
      plan.upstreams.setHealth(report.isUp, target.line, ofService: target.service)
      var known = state.known[report.name] ?? Known()
      known.isUp = report.isUp
      known.failure = report.failure
      if report.failure == nil { known.passed += 1 } else { known.failed += 1 }
      state.known[report.name] = known
      let service = report.name.service
      if report.failure == nil {
        state.counts[service, default: Count()].passed += 1
      } else {
        state.counts[service, default: Count()].failed += 1
      }
      return report.hasChanged ? (before, plan.upstreams.asksAll(ofService: Int(target.service), at: now)) : nil
    }
    if let asked { log(text(report, asksAllBefore: asked.before, asksAll: asked.after)) }
  }

  /// What a change means for the requests, those of the other endpoints as well.
  private func text(_ report: HealthReport, asksAllBefore: Bool, asksAll: Bool) -> String {
    let place = "\(report.name.service) at \(report.name.address)"
    let all = "fewer than half of the endpoints are well, so all of them get requests"
    if let failure = report.failure {
      return asksAll
        ? "\(place) fails its checks: \(failure); \(all)"
        : "\(place) gets no more requests, its checks fail: \(failure)"
    }
    if asksAll { return "\(place) passes its checks again; \(all)" }
    let others = asksAllBefore ? "; those that fail get no more" : ""
    return "\(place) gets requests again: its checks are passed\(others)"
  }
}
