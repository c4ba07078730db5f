import WeirISA
import WeirPlan
import WeirPolicy

/// Collects the code and the scopes of a program.
struct ProgramBuilder {
  let policy: Policy
  var compiler: ConditionCompiler
  private(set) var code: [UInt64] = []
  private(set) var sources: [AssembledCondition.Source] = []
  private(set) var conditions: [ConditionRecord] = []
  private var assembledConditions = Interner<AssembledCondition>()
  private(set) var scopes: [Scope] = []
  var classifiers = Interner<ClassifierPlan>()
  /// Merged from the regexes of a slot; numbered after those of single regexes.
  var automata = Interner<MergedAutomaton>()
  /// What the ways of deciding ask of a host, with the scope that does.
  var decisionFeatures: [(Feature, Position)] = []
  /// Of the scopes that have rules and are no single condition.
  var statistics: [ScopeStatistics] = []

  /// A scope before its slots and costs are counted.
  struct Scope {
    var kind: ScopeKind
    var name: String
    var rules: [Rule]
    var decision: DecisionPlan?
  }

  struct Rule {
    var effect: RuleEffect
    var isShadow: Bool
    var name: String
    var condition: Int
    var position: Position
  }

  init(_ policy: Policy) {
    self.policy = policy
    compiler = ConditionCompiler(policy)
  }

  mutating func addScopes() throws(CodegenError) {
    for scope in policy.authz {
      var rules: [Rule] = []
      for rule in scope.rules {
        let effect: RuleEffect =
          switch rule.effect {
          case .allow: .allow
          case .deny: .deny
          case .audit: .audit
          }
        rules.append(
          Rule(
            effect: effect, isShadow: rule.isShadow, name: rule.name,
            condition: try condition(rule.condition, view: scope.pathView), position: rule.position))
      }
      let entries =
        scope.rules.indices.filter { scope.rules[$0].effect == .deny && !scope.rules[$0].isShadow }
        + scope.rules.indices.filter { scope.rules[$0].effect == .allow && !scope.rules[$0].isShadow }
      let decision = try plan(
        .authz, name(of: scope.target), scope.rules.map { ($0.name, $0.condition) }, entries: entries,
        context: PlanContext(authz: scope, of: policy), position: scope.position)
      scopes.append(Scope(kind: .authz, name: name(of: scope.target), rules: rules, decision: decision))
    }
    for table in policy.routeTables {
      var rules: [Rule] = []
      for route in table.routes {
        rules.append(
          Rule(
            effect: .route, isShadow: false, name: route.name,
            condition: try condition(route.condition, view: table.pathView), position: route.position))
      }
      let decision = try plan(
        .routes, name(of: table.owner), table.routes.map { ($0.name, $0.condition) },
        entries: Array(table.routes.indices),
        context: PlanContext(policy: policy, pathView: table.pathView, callerCanBeAbsent: true),
        position: table.position)
      scopes.append(Scope(kind: .routes, name: name(of: table.owner), rules: rules, decision: decision))
    }
    for limit in policy.limits {
      let rule = Rule(
        effect: .limit, isShadow: false, name: limit.name,
        condition: try condition(limit.condition, view: limit.pathView), position: limit.position)
      scopes.append(Scope(kind: .limit, name: limit.name, rules: [rule], decision: nil))
    }
    for retry in policy.retries {
      // A retry without a condition is left to its causes.
      let rule = Rule(
        effect: .retry, isShadow: false, name: retry.name,
        condition: try condition(retry.condition ?? .constant(false), view: .exact), position: retry.position)
      scopes.append(Scope(kind: .retry, name: retry.name, rules: [rule], decision: nil))
    }
  }

  /// The number of a condition; equal code from the same places is kept once, as that of mesh-wide rules.
  mutating func condition(_ condition: Condition, view: PathView) throws(CodegenError) -> Int {
    let assembled = try compiler.compile(condition, view: view)
    let number = assembledConditions.number(of: assembled)
    guard number == conditions.count else { return number }
    let first = code.count
    conditions.append(ConditionRecord(firstWord: UInt32(first), count: UInt32(assembled.words.count)))
    code.append(contentsOf: assembled.words)
    sources.append(
      contentsOf: assembled.sources.map {
        AssembledCondition.Source(word: first + $0.word, position: $0.position)
      })
    guard code.count <= UInt32.max else { throw .tooMany("instructions", limit: Int(UInt32.max)) }
    return number
  }

  private func name(of target: AuthzScope.Target) -> String {
    switch target {
    case .gateway(let gateway):
      return policy.gateways.indices.contains(gateway) ? policy.gateways[gateway].name : "gateway \(gateway)"
    case .service(let service, let port):
      guard policy.services.indices.contains(service) else { return "service \(service) port \(port)" }
      let ports = policy.services[service].ports
      let name = ports.indices.contains(port) ? ports[port].name : ""
      return policy.services[service].name + (name.isEmpty ? "" : " port \(name)")
    }
  }

  private func name(of owner: RouteTable.Owner) -> String {
    switch owner {
    case .gateway(let gateway): return name(of: AuthzScope.Target.gateway(gateway))
    case .service(let service):
      return policy.services.indices.contains(service) ? policy.services[service].name : "service \(service)"
    case .hosts(let hosts):
      return hosts.map { ($0.isWildcard ? "*." : "") + $0.name }.joined(separator: ", ")
    }
  }
}
