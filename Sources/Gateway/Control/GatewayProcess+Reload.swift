import ProxyCore
import ProxyTransport
import ProxyUpstream
import WeirPolicy

/// Putting other files in force. A bundle, the certificates for it and the configuration that it is read under are adopted together, under
/// the lock, or not at all: whatever can fail comes before the first worker is told.
extension GatewayProcess {
  /// Reads everything again.
  ///
  /// A configuration with mistakes is refused, and a new bundle with it; certificates are renewed under what is in force. Keys that only
  /// a restart changes stay as they are and are named. The log says what became of it, whoever asked.
  @discardableResult
  public func reload() -> ReloadReport {
    let report = state.withLock { state in
      var seen = SeenFiles()
      let report = reload(&state, &seen)
      state.reloads.count(report.outcome)
      state.incomplete = report.isComplete ? nil : report
      state.seen = seen
      return report
    }
    say(report)
    return report
  }

  /// Takes the certificates, keys and roots of this moment under the policy and the configuration in force: whatever is wrong with those
  /// that are offered must not let certificates expire.
  func renewCertificates() {
    let report = state.withLock { state in
      let outcome: ReloadOutcome
      do throws(Refusal) { outcome = try renew(&state) } catch { outcome = .refused(error.failure) }
      state.reloads.count(outcome)
      return ReloadReport(outcome)
    }
    say(report)
  }

  private func say(_ report: ReloadReport) { for line in report.lines { log(line) } }

  private func reload(_ state: inout State, _ seen: inout SeenFiles) -> ReloadReport {
    seen.look(at: state.configuration)
    let written: Configuration
    do throws(ConfigurationErrors) { written = try settings.configuration() } catch {
      // What waited for a restart was written in what the file no longer says.
      return renew(&state, refused: GatewayFailure(error), pending: [])
    }
    let (configuration, pending) = state.configuration.taking(written)
    seen.look(at: configuration)
    do throws(Refusal) {
      return ReloadReport(try take(configuration, pending, &state, &seen), pending: pending)
    } catch {
      guard error.isOfConfiguration else { return ReloadReport(.refused(error.failure), pending: pending) }
      return renew(&state, refused: error.failure, pending: pending)
    }
  }

  /// Renews certificates beside a configuration that is refused. A new bundle waits: it may rest on listeners, keys to trust, hops or
  /// services that only that configuration says.
  private func renew(_ state: inout State, refused: GatewayFailure, pending: [PendingKey]) -> ReloadReport {
    do throws(Refusal) {
      let outcome = try renew(&state)
      return ReloadReport(
        outcome == .unchanged ? .refused(refused) : outcome, refusedConfiguration: refused, pending: pending)
    } catch {
      let failure = error.failure == refused ? refused : refused.and(error.failure)
      return ReloadReport(.refused(failure), refusedConfiguration: refused, pending: pending)
    }
  }

  private func renew(_ state: inout State) throws(Refusal) -> ReloadOutcome {
    let configuration = state.configuration
    return try adopt(LoadedPolicy.load(again: state.policy, configuration), configuration, &state)
  }

  private func take(
    _ configuration: Configuration, _ pending: [PendingKey], _ state: inout State, _ seen: inout SeenFiles
  ) throws(Refusal) -> ReloadOutcome {
    let policy = try LoadedPolicy.load(configuration, notBefore: state.policy.generation)
    seen.look(at: configuration, policy.facts.topology)
    if policy.facts.bytes != state.policy.bytes, let key = pending.first(where: \.isOfServedListener) {
      throw Refusal(
        failure: GatewayFailure(
          .needsRestart, at: key.place, "a new bundle may rest on this change of a listener, which waits for a restart",
          remedy: "restart, or write the listener as it was"))
    }
    return try adopt(policy, configuration, &state)
  }

  /// Puts them in force, if anything is other than it was.
  private func adopt(
    _ policy: consuming LoadedPolicy, _ configuration: Configuration, _ state: inout State
  ) throws(Refusal) -> ReloadOutcome {
    let (facts, entries) = (policy.facts, policy.entries)
    let tls: TLSPlan
    do throws(GatewayFailure) {
      tls = try Self.tls(configuration, facts.topology, workerCount: workerCount, previous: state.tls)
    } catch {
      // Said here: not once more when the files are looked at for their own sake.
      state.refusedTLS = error
      throw Refusal(failure: error, isOfConfiguration: true)
    }
    var changes: [ReloadChange] = []
    if facts.bytes != state.policy.bytes { changes.append(.bundle) }
    if configuration != state.configuration { changes.append(.configuration) }
    changes += tls.changes(since: state.tls)
    guard !changes.isEmpty || tls.isChanged(since: state.tls) else { return .unchanged }
    let former = Self.sources(state.policy.topology, state.configuration).compactMap(\.self)
    let sources = Self.sources(facts.topology, configuration).compactMap(\.self)
    // What is in force is followed until the rest has come about.
    discovery.follow(former + sources)
    let upstreams: Upstreams
    let plan: HealthPlan
    do throws(GatewayFailure) {
      upstreams = try Self.upstreams(
        facts.topology, configuration, number: state.upstreams.number + 1, discovery: discovery, registry: registry)
      plan = try healthPlan(facts.topology, upstreams, tls)
    } catch {
      discovery.follow(former)
      throw Refusal(failure: error)
    }
    // From here on nothing fails.
    discovery.follow(sources)
    dataPlane.adopt(
      Generation(
        bundle: policy.bundle, entries: entries, upstreams: upstreams, telemetry: facts.telemetry(&state.metricNames),
        tls: tls.upstreams), tls: tls.contexts, configuration.workerFacts)
    health.follow(plan)
    state.tls = tls
    state.configuration = configuration
    state.policy = facts
    state.upstreams = upstreams
    return .adopted(generation: facts.generation, identity: facts.identity, changes)
  }

  /// What is to be checked, with a thread that can.
  func healthPlan(_ topology: Topology, _ upstreams: Upstreams, _ tls: TLSPlan) throws(GatewayFailure) -> HealthPlan {
    let plan = HealthPlan(topology, upstreams, contexts: tls.contexts.last, secured: tls.upstreams)
    do throws(SystemError) { try health.prepare(for: plan) } catch {
      throw GatewayFailure(
        .system, at: .document("weir run"), "endpoints cannot be checked: \(error)",
        remedy: "raise the process's limits")
    }
    return plan
  }
}
