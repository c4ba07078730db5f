import PropertyTesting
import WeirPolicy

/// Policies with every construct of the typed model, valid in every index and otherwise without sense.
struct RandomPolicy {
  private var random: SplitMix64
  private var policy = Policy()

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  static func make(seed: UInt64) -> Policy {
    var maker = RandomPolicy(seed: seed)
    return maker.policyWithEverything()
  }

  private mutating func policyWithEverything() -> Policy {
    policy.files = ["a.weir", "b/ü.weir"]
    policy.mesh = maybe { $0.mesh() }
    policy.tokens = several(1...2) { $0.issuer() }
    policy.headers = several(0...3) { HeaderType(name: $0.text(), type: $0.scalar()) }
    policy.dataSets = several(1...2) {
      DataSet(
        name: $0.text(), module: $0.text(), member: $0.scalar(), membersMax: $0.natural(),
        staleNanoseconds: $0.duration(), position: $0.position())
    }
    policy.principals = several(0...2) { maker in
      Principal(
        name: maker.text(), module: maker.text(), identities: maker.several(0...2) { $0.pattern() },
        position: maker.position())
    }
    policy.retries = several(1...2) { $0.retry() }
    policy.services = several(1...3) { $0.service() }
    for service in policy.services.indices {
      for port in policy.services[service].ports.indices {
        policy.services[service].ports[port].authz = policy.authz.count
        policy.authz.append(scope(.service(service, port: port)))
      }
    }
    policy.gateways = several(1...2) { maker in
      Gateway(
        name: maker.text(), module: maker.text(), identity: maker.maybe { $0.text() },
        hosts: maker.several(0...2) { $0.hostPattern() }, authz: nil, position: maker.position())
    }
    for gateway in policy.gateways.indices where random.flip() {
      policy.gateways[gateway].authz = policy.authz.count
      policy.authz.append(scope(.gateway(gateway)))
    }
    policy.routeTables = several(1...3) { $0.table() }
    policy.limits = several(0...2) { $0.limit() }
    policy.tests = several(0...2) { $0.suite() }
    policy.proofs = several(0...2) { maker in
      Proof(
        name: maker.text(), module: maker.text(), claims: maker.several(0...3) { $0.claim() },
        position: maker.position())
    }
    return policy
  }

  // MARK: choices

  private mutating func several<T>(_ counts: ClosedRange<Int>, _ make: (inout RandomPolicy) -> T) -> [T] {
    var made: [T] = []
    for _ in 0..<Int.random(in: counts, using: &random) { made.append(make(&self)) }
    return made
  }

  private mutating func maybe<T>(_ make: (inout RandomPolicy) -> T) -> T? { random.flip() ? make(&self) : nil }

  private mutating func text() -> String {
    let words = ["", "a", "payments", "/v1/{id}", "é", "e\u{301}", "x-region", "spiffe://shop.example/ns/prod/sa/web"]
    return words[random.below(words.count)] + (random.flip() ? "" : String(random.below(1000)))
  }

  private mutating func number() -> Int64 {
    let numbers: [Int64] = [.min, .max, 0, -1, 1, 63, 64, -64, -65, 8191, 8192, Int64(random.below(1_000_000))]
    return numbers[random.below(numbers.count)]
  }

  private mutating func natural() -> Int { random.below(3) == 0 ? .max : random.below(100_000) }
  private mutating func duration() -> Int64 { Int64(natural()) }
  private mutating func share() -> Int { random.below(10_001) }
  private mutating func position() -> Position {
    Position(file: random.below(2), line: 1 + random.below(5000), column: 1 + random.below(120))
  }
  private mutating func scalar() -> ScalarType {
    ScalarType.allCases[random.below(ScalarType.allCases.count)]
  }
  private mutating func status() -> Int { 100 + random.below(500) }
  private mutating func range() -> ClosedRange<Int64> {
    let one = number()
    let other = number()
    return min(one, other)...max(one, other)
  }

  // MARK: conditions

  private mutating func address() -> IPAddress {
    random.flip()
      ? IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next())) : IPAddress(high: random.next(), low: random.next())
  }

  private mutating func value() -> Value {
    switch random.below(3) {
    case 0: .string(text())
    case 1: .int(number())
    default: .ip(address())
    }
  }

  private mutating func pattern() -> SegmentPattern {
    SegmentPattern(
      prefix: text(), segments: several(1...3) { $0.random.flip() ? .literal($0.text()) : .capture($0.text()) },
      rest: random.flip() ? .none : .any(name: maybe { $0.text() }), text: text())
  }

  private mutating func binding() -> CaptureBinding {
    let pattern = pattern()
    return CaptureBinding(
      source: random.flip() ? .path : .caller, pattern: pattern,
      piece: random.flip() ? .rest : .segment(random.below(pattern.segments.count)))
  }

  private mutating func zone() -> TimeZoneRule {
    TimeZoneRule(
      name: text(), standardOffset: random.below(86_400) - 43_200,
      daylight: maybe { maker in
        TimeZoneRule.Daylight(
          offset: maker.random.below(86_400) - 43_200, begin: maker.transition(), end: maker.transition())
      })
  }

  private mutating func transition() -> TimeZoneRule.Transition {
    TimeZoneRule.Transition(
      month: 1 + random.below(12), week: 1 + random.below(5), weekday: random.below(7),
      seconds: random.below(200_000) - 100_000)
  }

  private mutating func attribute() -> Attribute {
    let token = random.below(policy.tokens.count)
    switch random.below(22) {
    case 0: return .method
    case 1: return .scheme
    case 2: return .host
    case 3: return .port
    case 4: return .path
    case 5: return .clientIP
    case 6: return .query(text())
    case 7: return .header(text())
    case 8: return .cookie(text())
    case 9: return .sourceIP
    case 10: return .sourcePort
    case 11: return .sni
    case 12: return .caller
    case 13: return .callerTrustDomain
    case 14: return .callerNamespace
    case 15: return .callerAccount
    case 16: return .claim(token: token, name: policy.tokens[token].claims.first?.name ?? "sub")
    case 17: return .token(token)
    case 18: return .capture(name: text(), several(0...2) { $0.binding() })
    case 19:
      return .time(
        Attribute.TimePart.allCases[random.below(Attribute.TimePart.allCases.count)], zone: maybe { $0.zone() })
    case 20: return .responseStatus
    default: return .responseHeader(text())
    }
  }

  private mutating func predicate() -> Predicate {
    switch random.below(14) {
    case 0: .isPresent
    case 1: .equals(value())
    case 2: .isIn(several(0...3) { $0.value() })
    case 3: .isInRanges(several(0...2) { $0.range() })
    case 4: .isInNetworks(several(0...2) { Network(base: $0.address(), prefixLength: $0.random.below(129)) })
    case 5: .isUnder(text())
    case 6: .matches(pattern())
    case 7: .matchesAny(patterns: several(0...2) { $0.pattern() }, values: several(0...2) { $0.value() })
    case 8: .matchesRegex(text())
    case 9: .equalsAttribute(attribute())
    case 10: .isInAttribute(attribute())
    case 11: .isInData(random.below(policy.dataSets.count))
    case 12: .has(value())
    default: .hasAttribute(attribute())
    }
  }

  private mutating func condition(depth: Int = 3) -> Condition {
    switch random.below(depth == 0 ? 2 : 5) {
    case 0: return .constant(random.flip())
    case 1:
      return .test(
        Test(
          attribute: attribute(), quantifier: maybe { $0.random.flip() ? .any : .all }, predicate: predicate(),
          isNegated: random.flip(), whenAbsent: random.flip(), hasExplicitElse: random.flip(), position: position()))
    case 2: return .and(several(0...3) { $0.condition(depth: depth - 1) })
    case 3: return .or(several(0...3) { $0.condition(depth: depth - 1) })
    default: return .not(condition(depth: depth - 1))
    }
  }

  // MARK: declarations

  private mutating func mesh() -> Mesh {
    Mesh(
      name: text(), module: text(), trustDomain: text(), mergesAndDecodesPaths: random.flip(), position: position())
  }

  private mutating func issuer() -> TokenIssuer {
    TokenIssuer(
      name: text(), module: text(), issuer: text(), audiences: several(0...2) { $0.text() },
      keys: random.flip() ? .url(text()) : .file(text()),
      algorithms: TokenIssuer.Algorithm.allCases.filter { _ in random.flip() },
      claims: several(0...3) { maker in
        TokenIssuer.Claim(
          name: maker.text(), type: maker.scalar(), isOptional: maker.random.flip(),
          path: maker.several(1...2) { $0.text() }, separator: maker.maybe { $0.text() })
      }, position: position())
  }

  private mutating func annotations() -> Annotations {
    Annotations(
      owner: maybe { $0.text() }, reason: maybe { $0.text() }, ticket: maybe { $0.text() },
      expires: maybe { $0.number() })
  }

  private mutating func rule() -> Rule {
    Rule(
      name: text(), effect: Rule.Effect.allCases[random.below(3)], isShadow: random.flip(), condition: condition(),
      until: maybe { $0.number() }, module: text(), annotations: annotations(), documentation: text(),
      position: position())
  }

  private mutating func pathView() -> PathView {
    PathView(ignoresCase: random.flip(), ignoresTrailingSlash: random.flip())
  }

  private mutating func tokens() -> [Int] { policy.tokens.indices.filter { _ in random.flip() } }

  private mutating func scope(_ target: AuthzScope.Target) -> AuthzScope {
    AuthzScope(
      target: target, tokens: tokens(), pathView: pathView(), rules: several(0...4) { $0.rule() },
      singleReads: several(0...2) { $0.attribute() }, position: position())
  }

  private mutating func labels() -> [Service.Label] {
    several(0...2) { Service.Label(name: $0.text(), value: $0.text()) }
  }

  private mutating func stickyKey() -> StickyKey { random.flip() ? .cookie(text()) : .attribute(attribute()) }

  private mutating func endpoints() -> Service.Endpoints {
    switch random.below(5) {
    case 0: .none
    case 1:
      .static(
        several(0...2) {
          Service.StaticEndpoint(address: $0.address(), port: $0.random.below(65_536), labels: $0.labels())
        })
    case 2: .dns(text())
    case 3: .srv(text())
    default: .file(text())
    }
  }

  private mutating func health() -> Service.Health {
    let probe: Service.Health.Probe =
      switch random.below(3) {
      case 0: .http(path: text(), status: range())
      case 1: .grpc
      default: .connect
      }
    return Service.Health(
      probe: probe, everyNanoseconds: duration(), timeoutNanoseconds: duration(), upAfter: natural(),
      downAfter: natural())
  }

  private mutating func service() -> Service {
    let balance: Service.Balance =
      switch random.below(3) {
      case 0: .p2c
      case 1: .roundRobin
      default: .maglev(stickyKey())
      }
    return Service(
      name: text(), module: text(), owner: text(), identities: several(0...2) { $0.text() },
      ports: several(1...2) { maker in
        Service.Port(
          name: maker.text(), number: maker.maybe { $0.random.below(65_536) },
          protocol: ServiceProtocol.allCases[maker.random.below(4)], isPermissive: maker.random.flip(), authz: 0)
      },
      endpoints: endpoints(), subsets: several(1...2) { Service.Subset(name: $0.text(), labels: $0.labels()) },
      balance: balance,
      capacity: maybe { maker in
        Service.Capacity(
          connections: maker.maybe { $0.natural() }, pending: maker.maybe { $0.natural() },
          requests: maker.maybe { $0.natural() }, retries: maker.maybe { $0.natural() })
      },
      ejection: maybe {
        Service.Ejection(
          errors: $0.natural(), everyNanoseconds: $0.duration(), forNanoseconds: $0.duration(), atMost: $0.share())
      },
      health: maybe { $0.health() }, connectTimeoutNanoseconds: maybe { $0.duration() },
      idleTimeoutNanoseconds: maybe { $0.duration() },
      tls: maybe { maker in
        Service.TLS(serverName: maker.maybe { $0.text() }, rootsFile: maker.maybe { $0.text() })
      },
      isExternal: random.flip(), isEnforcedBySidecar: random.flip(), ignoresPathCase: random.flip(),
      ignoresTrailingSlash: random.flip(), position: position())
  }

  private mutating func hostPattern() -> HostPattern { HostPattern(isWildcard: random.flip(), name: text()) }

  private mutating func retry() -> Retry {
    Retry(
      name: text(), tries: 1 + random.below(9),
      causes: [.connectFailure, .reset, .timeout, .status(range()), .grpc(UInt8(random.below(17)))].filter { _ in
        random.flip()
      },
      condition: maybe { $0.condition() }, perTryTimeoutNanoseconds: maybe { $0.duration() },
      backoffMinNanoseconds: 5, backoffMaxNanoseconds: 5 + Int64(random.below(1000)), budget: share(),
      evenUnsafe: random.flip(), idempotencyHeader: maybe { $0.text() }, position: position())
  }

  private mutating func destination() -> Destination {
    let service = random.below(policy.services.count)
    return Destination(service: service, subset: maybe { $0.policy.services[service].subsets[0].name })
  }

  private mutating func template() -> Template {
    Template(
      parts: several(0...3) { maker in
        switch maker.random.below(3) {
        case 0: .text(maker.text())
        case 1: .capture(name: maker.text(), maker.several(0...2) { $0.binding() })
        default: .wholePath
        }
      }, text: text())
  }

  private mutating func headerChange() -> HeaderChange {
    let value: HeaderChange.Value = random.flip() ? .text(text()) : .attribute(attribute())
    let operations: [HeaderChange.Operation] = [.set(value), .add(value), .remove]
    return HeaderChange(
      side: random.flip() ? .request : .response, header: text(), operation: operations[random.below(3)])
  }

  private mutating func split() -> [WeightedDestination] {
    let first = random.below(10_001)
    return [
      WeightedDestination(destination: destination(), weight: first),
      WeightedDestination(destination: destination(), weight: 10_000 - first),
    ]
  }

  private mutating func action() -> RouteAction {
    let kind: RouteAction.Kind =
      switch random.below(3) {
      case 0: .forward(split(), sticky: maybe { $0.stickyKey() })
      case 1: .redirect(status: status(), location: template())
      default: .respond(status: status(), body: maybe { $0.text() })
      }
    var action = RouteAction(kind: kind)
    action.rewritePath = maybe { $0.template() }
    action.rewriteHost = maybe { $0.text() }
    action.headerChanges = several(0...3) { $0.headerChange() }
    action.cors = maybe { maker in
      Cors(
        origins: maker.several(0...2) { $0.text() }, methods: maker.several(0...2) { $0.text() },
        headers: maker.several(0...2) { $0.text() }, exposedHeaders: maker.several(0...2) { $0.text() },
        allowsCredentials: maker.random.flip(), maxAgeNanoseconds: maker.maybe { $0.duration() })
    }
    action.mirrors = several(0...2) { RouteAction.Mirror(destination: $0.destination(), share: $0.share()) }
    action.delay = maybe { RouteAction.Delay(nanoseconds: $0.duration(), share: $0.share()) }
    action.abort = maybe { RouteAction.Abort(status: $0.status(), share: $0.share()) }
    action.timeoutNanoseconds = maybe { $0.duration() }
    action.idleTimeoutNanoseconds = maybe { $0.duration() }
    action.retry = maybe { $0.random.below($0.policy.retries.count) }
    action.allowsWebSocket = random.flip()
    return action
  }

  private mutating func table() -> RouteTable {
    let owner: RouteTable.Owner =
      switch random.below(3) {
      case 0: .gateway(random.below(policy.gateways.count))
      case 1: .service(random.below(policy.services.count))
      default: .hosts(several(1...2) { $0.hostPattern() })
      }
    return RouteTable(
      owner: owner, tokens: tokens(), pathView: pathView(),
      routes: several(1...4) { maker in
        Route(
          name: maker.text(), mount: maker.maybe { $0.text() }, condition: maker.condition(), action: maker.action(),
          annotations: maker.annotations(), documentation: maker.text(), module: maker.text(),
          position: maker.position())
      }, singleReads: several(0...2) { $0.attribute() }, module: text(), position: position())
  }

  private mutating func limit() -> Limit {
    let service = random.below(policy.services.count)
    return Limit(
      name: text(), module: text(), service: service,
      port: maybe { $0.random.below($0.policy.services[service].ports.count) }, tokens: tokens(),
      count: 1 + duration() / 2,
      perNanoseconds: 1 + duration() / 2, burst: 1 + duration() / 2, key: maybe { $0.attribute() },
      ipv4Prefix: maybe { $0.random.below(33) }, ipv6Prefix: maybe { $0.random.below(129) }, condition: condition(),
      keysMax: maybe { $0.natural() }, pathView: pathView(), singleReads: several(0...2) { $0.attribute() },
      position: position())
  }

  private mutating func fact() -> TestSuite.Fact {
    TestSuite.Fact(
      subject: random.flip() ? .attribute(attribute()) : .data(random.below(policy.dataSets.count)),
      value: random.flip() ? .single(value()) : .several(several(0...2) { $0.value() }))
  }

  private mutating func expectation() -> TestSuite.Expectation {
    switch random.below(12) {
    case 0: .allow(by: maybe { $0.text() })
    case 1: .denyBy(text())
    case 2: .denyNoRule
    case 3: .denyIndeterminate
    case 4: .reject(text())
    case 5: .shadow(allow: random.flip())
    case 6: .audit(text())
    case 7: .limit(text())
    case 8: .route(text())
    case 9: .to(split())
    case 10: .redirect(status: status(), location: text())
    default: .respond(status: status())
    }
  }

  private mutating func suite() -> TestSuite {
    TestSuite(
      name: text(), module: text(),
      target: random.flip()
        ? .service(random.below(policy.services.count), port: random.flip() ? nil : 0)
        : .gateway(random.below(policy.gateways.count)),
      cases: several(0...3) { maker in
        let callers: [TestSuite.Caller] = [.unstated, .nobody, .identity(maker.text())]
        return TestSuite.Case(
          method: maker.maybe { $0.text() }, target: maker.text(), caller: callers[maker.random.below(3)],
          facts: maker.several(0...3) { $0.fact() }, tokenError: maker.maybe { $0.text() },
          draw: maker.maybe { $0.random.below(10_000) }, expectations: maker.several(0...3) { $0.expectation() },
          position: maker.position())
      }, position: position())
  }

  private mutating func outcome() -> Proof.Outcome {
    let authz = random.below(policy.authz.count)
    return switch random.below(3) {
    case 0: .allow(authz: authz, condition())
    case 1: .deny(authz: authz, condition())
    default: .route(table: random.below(policy.routeTables.count), to: destination(), condition())
    }
  }

  private mutating func claim() -> Proof.Claim { Proof.Claim(statement(), position: position()) }

  private mutating func statement() -> Proof.Statement {
    switch random.below(3) {
    case 0: .never(outcome())
    case 1: .always(outcome())
    default: .equivalent(random.below(policy.authz.count), random.below(policy.authz.count), condition())
    }
  }
}
