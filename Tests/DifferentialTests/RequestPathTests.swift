import PropertyTesting
import Testing
import WeirBundle
import WeirCompiler
import WeirEnforcement
import WeirPolicy
import WeirRequest
import WeirSource

/// One flow, two doors: what the request path rules is what `eval` says of the same request.
@Suite struct RequestPathTests {
  @Test(arguments: 0..<DifferentialTests.programs)
  func rulesWhatEvalSays(seed: Int) throws {
    var generator = ProgramGenerator(seed: UInt64(seed))
    let text = generator.program()
    guard let policy = check([SourceFile(path: "random.weir", text: text)]).policy else { return }
    let bundle = try LoadedBundle.load(build(policy, generation: 7), trust: .anybody)
    var asked = Enforcer(for: bundle)
    // Its memory holds whatever the requests before left behind.
    var ruling = Enforcer(for: bundle)
    var requests = RequestGenerator(seed: UInt64(seed), dataSets: policy.dataSets)
    for number in 0..<DifferentialTests.requestsPerProgram {
      let facts = knowable(requests.request())
      let expected: Told
      do throws(RequestError) {
        var verdict = try asked.decide(facts, under: bundle)
        // What the routes would do with a request to a service is told by `eval` alone.
        if facts.service != nil { verdict.route = nil }
        expected = Told(verdict)
      } catch { continue }
      let found = Told(facts, UInt64(number), &ruling, bundle)
      guard found != expected else { continue }
      Issue.record("seed \(seed), request \(number): \(facts)\neval: \(expected)\npath: \(found)\n\(text)")
      return
    }
  }

  /// Without what a connection always has or never brings: an address, a scheme; tokens and data sets.
  private func knowable(_ facts: RequestFacts) -> RequestFacts {
    var facts = facts
    if case .unavailable = facts.caller { facts.caller = .absent }
    if case .unavailable = facts.sourceIP { facts.sourceIP = .known(IPAddress(ipv4: 0x0A01_0203)) }
    facts.sourcePort = 40_000
    if facts.service != nil { facts.port = 80 }
    if facts.http?.scheme == nil { facts.http?.scheme = "http" }
    facts.token = .none
    facts.data = [:]
    facts.withheld = []
    return facts
  }
}

/// What both doors say.
private struct Told: Equatable {
  var outcome: String
  var by: String?
  var reason: String?
  var route: String?
  var action: String?
  var shadowDiffers = false
  var isAudited = false

  init(_ verdict: Verdict) {
    outcome = verdict.outcome.rawValue
    by = verdict.by
    reason = verdict.reason
    shadowDiffers = verdict.shadowOutcome != verdict.outcome
    isAudited = !verdict.audit.isEmpty
    guard let told = verdict.route else { return }
    route = told.name
    guard verdict.outcome == .allow else { return }
    switch told.action {
    case .forward(let service, let subset, _, let path): action = "\(service).\(subset ?? "") \(path)"
    case .redirect(let status, let location): action = "\(status) \(location)"
    case .respond(let status): action = "\(status)"
    }
  }

  init(
    _ facts: RequestFacts, _ exchange: UInt64, _ enforcer: inout Enforcer, _ bundle: borrowing LoadedBundle
  ) {
    do throws(Reject) { try take(facts, exchange, &enforcer) } catch {
      outcome = "reject"
      reason = error.code
      return
    }
    let topology = bundle.topology
    func named(_ rule: Int32, _ scope: Int32) -> String? {
      rule < 0 ? nil : topology.scopes[Int(scope)].rules[Int(rule)].name
    }
    let entry: Entry
    if let name = facts.service {
      entry = .service(topology.services.firstIndex { $0.name == name } ?? -1, port: 0)
    } else if let name = facts.gateway {
      entry = .gateway(topology.gateways.firstIndex { $0.name == name } ?? -1)
    } else {
      entry = .anyHost
    }
    switch enforcer.rule(at: entry, draw: facts.draw, under: bundle) {
    case .forward(let permit, let forwarding):
      #expect(permit.covers(exchange) && permit.generation == 7)
      outcome = "allow"
      by = named(forwarding.origin.rule, forwarding.origin.scope)
      shadowDiffers = forwarding.origin.shadowDiffers
      isAudited = forwarding.origin.isAudited
      guard forwarding.origin.table >= 0 else { return }
      route = topology.tables[Int(forwarding.origin.table)].routes[Int(forwarding.origin.route)].name
      let service = topology.services[Int(forwarding.service)]
      let subset = forwarding.subset < 0 ? "" : service.subsets[Int(forwarding.subset)].name
      action = "\(service.name).\(subset) \(enforcer.text(enforcer.forwarded.path))"
    case .answer(let answer):
      by = named(answer.origin.rule, answer.origin.scope)
      reason = answer.reason.text
      shadowDiffers = answer.origin.shadowDiffers
      isAudited = answer.origin.isAudited
      outcome =
        switch answer.kind {
        case .respond, .redirect: "allow"
        case .deny: "deny"
        case .reject: "reject"
        }
      guard answer.origin.table >= 0 else { return }
      route = topology.tables[Int(answer.origin.table)].routes[Int(answer.origin.route)].name
      guard outcome == "allow" else { return }
      action = answer.kind == .redirect ? "\(answer.status) \(enforcer.text(answer.location))" : "\(answer.status)"
    }
  }
}

extension Enforcer {
  fileprivate func text(_ place: Place) -> String {
    var text: [UInt8] = []
    for index in place.range { text.append(bytes[index]) }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Hands the facts over as a connection would.
private func take(_ facts: RequestFacts, _ exchange: UInt64, _ enforcer: inout Enforcer) throws(Reject) {
  guard case .known(let source) = facts.sourceIP, let http = facts.http else { return }
  enforcer.beginRequest(
    exchange,
    ConnectionFacts(
      sourceIP: source, sourcePort: UInt16(facts.sourcePort ?? 0), port: UInt16(facts.port ?? 0),
      isTLS: http.scheme == "https"))
  if case .known(let identity) = facts.caller { enforcer.setCaller(Array(identity.utf8).span) }
  if let address = facts.clientIP { enforcer.setClientIP(address) }
  if let time = facts.time { enforcer.setWallClock(time * 1_000_000_000) }
  if let name = facts.sni { try enforcer.setServerName(Array(name.utf8).span) }
  let line = Array(http.method.utf8) + Array(http.target.utf8) + Array((http.host ?? "").utf8)
  let method = Place(start: 0, count: UInt32(http.method.utf8.count))
  let target = Place(start: method.count, count: UInt32(http.target.utf8.count))
  let authority = http.host.map { Place(start: method.count + target.count, count: UInt32($0.utf8.count)) }
  try enforcer.takeLine(RequestLine(method: method, target: target, authority: authority), in: line.span)
  for header in http.headers {
    try enforcer.takeField(name: Array(header.name.utf8).span, value: Array(header.value.utf8).span)
  }
}
