import WeirPolicy
import WeirRequest
import WeirVM

extension Enforcer {
  /// Decides one request from beginning to end, and tells everything about it: what `eval` shows.
  ///
  /// - Parameter bundle: the one that this enforcer was made for.
  /// - Throws: `RequestError` when the facts name something that the bundle does not have: a mistake of the asker, not of the request.
  ///   Whatever is wrong with the request itself is a verdict.
  public mutating func decide(
    _ facts: RequestFacts, under bundle: borrowing LoadedBundle
  ) throws(RequestError) -> Verdict {
    explanations = nil
    return try run(facts, bundle)
  }

  /// As `decide`, and what was looked at on the way: gateway, routes and destination, in this order.
  public mutating func explain(
    _ facts: RequestFacts, under bundle: borrowing LoadedBundle
  ) throws(RequestError) -> (verdict: Verdict, scopes: [ScopeExplanation]) {
    explanations = []
    defer { explanations = nil }
    let verdict = try run(facts, bundle)
    return (verdict, explanations ?? [])
  }

  private mutating func run(
    _ facts: RequestFacts, _ bundle: borrowing LoadedBundle
  ) throws(RequestError) -> Verdict {
    let entry = try Entry(facts, bundle)
    load(facts.data, bundle.topology.dataSets)
    do throws(Reject) { try state.take(facts, mode: pathMode, raw: &raw) } catch {
      return Verdict(rejected: error.reason)
    }
    presented = facts.token
    told = []
    defer {
      presented = .none
      told = nil
    }
    // Places in the buffer stay good while the request is rewritten: nothing in it is overwritten.
    let canonical = (host: state.host, path: state.path, query: state.query)
    let caller = state.caller
    var outcome = flow(entry, draw: facts.draw, bundle)
    var verdict = verdict(outcome, bundle)
    if case .service(let service, _) = entry, outcome.kind != .reject {
      state.caller = caller
      routeForInformation(service, draw: facts.draw, &outcome, bundle)
    }
    if let routed = outcome.routed { verdict.route = describe(routed, outcome.table, bundle) }
    if state.isHTTP {
      verdict.canonical = Verdict.Canonical(
        host: canonical.host.map { state.text($0) }, path: state.text(canonical.path),
        query: canonical.query.map { state.text($0) })
    }
    return verdict
  }

  /// What the routes would do with a request to a service: told, and without effect.
  private mutating func routeForInformation(
    _ service: Int, draw: Int, _ outcome: inout Outcome, _ bundle: borrowing LoadedBundle
  ) {
    let own = bundle.plans.services[service].table
    guard state.isHTTP, let table = tableOfHost(bundle) ?? (own < 0 ? nil : own) else { return }
    beginView()
    issuers.append(contentsOf: bundle.topology.tables[table].tokens)
    do throws(Reject) {
      outcome.routed = try route(entering: table, draw: draw, bundle)
      outcome.table = table
    } catch {
      outcome.routed = nil
    }
  }

  /// Loads the data sets that the facts bring, when they are not those of the request before.
  private mutating func load(_ sets: [Int: [String]], _ declared: [DataSet]) {
    guard sets != loadedData else { return }
    loadedData = sets
    data = DataSets(declared.enumerated().map { index, set in sets[index].flatMap { set.memberBytes($0) } })
  }
}

extension DataSet {
  /// Members as the machine compares them; `nil`, not loaded, when one is not of the declared type.
  fileprivate func memberBytes(_ members: [String]) -> [[UInt8]]? {
    var result: [[UInt8]] = []
    for member in members {
      switch self.member {
      case .string, .identity, .host, .path, .stringSet: result.append(Array(member.utf8))
      case .int, .bool, .time:
        guard let number = Int64(member) else { return nil }
        result.append(bigEndian(UInt64(bitPattern: number)))
      case .ip:
        guard let address = IPAddress(member) else { return nil }
        result.append(bigEndian(address.high) + bigEndian(address.low))
      }
    }
    return result
  }

  private func bigEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
  }
}
