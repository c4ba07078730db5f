import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  mutating func checkLimits() {
    for limit in limits { checkLimit(limit) }
  }

  private mutating func checkLimit(_ placed: Placed<LimitDeclaration>) {
    let syntax = placed.syntax
    let title = "limit `\(syntax.name.text)`"
    guard let service = serviceIndex(syntax.target, in: placed.module),
      checkOwner(of: service, syntax.target, module: placed.module, what: "limits")
    else {
      strayNames.insert(syntax.name.text)
      return
    }
    if let name = limitNames[service]?[syntax.name.text] {
      report(
        .duplicateName, at: syntax.name.span,
        "`\(program.policy.services[service].name)` has a limit `\(syntax.name.text)` already",
        labels: [.init(name, "declared here")])
      return
    }
    limitNames[service, default: [:]][syntax.name.text] = syntax.name.span
    var port: Int?
    if let name = syntax.port {
      guard let index = portIndex(name, of: service) else { return }
      port = index
    }
    let token = tokenIndex(syntax.token, in: placed.module)
    let context = serviceContext(
      service, port: port, use: .limit, module: placed.module, token: token,
      scopeName: "limit \(syntax.name.text)")
    if let name = syntax.token, context.layer != .http {
      report(
        .misfitAuthz, at: name.span, "no token comes with a connection",
        help: port == nil && program.policy.services[service].ports.count > 1 ? "name the port that speaks HTTP" : nil)
      return
    }
    if let token { admit(token, service: service, port: port) }
    var rate: Spanned<(rate: Spanned<LimitDeclaration.Rate>, burst: Spanned<Int64>?)>?
    var key: Operand?
    var prefixes: [Spanned<Int64>] = []
    var when: Spanned<Expression>?
    var keys: Spanned<Int64>?
    for item in syntax.items {
      switch item.kind {
      case .rate(let value, let burst, let by, let lengths):
        once(&rate, (value, burst), at: item.span, "rate")
        key = key ?? by
        prefixes = prefixes.isEmpty ? lengths : prefixes
      case .when(let expression): once(&when, expression, at: item.span, "when")
      case .keys(let value): once(&keys, value.value, at: value.span, "keys")
      }
    }
    guard let rate else {
      missing("rate", in: title, at: syntax.name.span, help: "add `rate 100/s`")
      return
    }
    let perSecond = rate.value.rate
    guard (1...1_000_000_000).contains(perSecond.value.count) else {
      report(
        .valueOutOfRange, at: perSecond.span, "a rate is from 1 to 1000000000",
        help: perSecond.value.count == 0 ? "to let nobody in, write a `deny`" : nil)
      return
    }
    let burst = rate.value.burst.flatMap { inRange($0, 1...1_000_000_000, "a burst") } ?? perSecond.value.count
    var valueContext = context
    valueContext.use = .value
    let attribute = key.flatMap { expressions.attribute($0, in: valueContext) }
    if key != nil, attribute == nil { return }
    let lengths = prefixLengths(prefixes, key: attribute)
    if let keys, key == nil {
      report(
        .conflictingFields, at: keys.span, "`keys` bounds the buckets of a key; this limit has one bucket for all",
        help: "say `by KEY`")
    }
    let keysMax = keys.flatMap { inRange($0, 1...10_000_000, "`keys`") }
    var condition = Condition.constant(true)
    if let when {
      guard let checked = expressions.condition(when.value, in: context) else { return }
      condition = checked
    }
    let reads = ExpressionChecker.singleReads(of: [condition], and: attribute.map { [$0] } ?? [])
    program.policy.limits.append(
      Limit(
        name: syntax.name.text, module: placed.module, service: service, port: port, tokens: token.map { [$0] } ?? [],
        count: perSecond.value.count, perNanoseconds: perSecond.value.perNanoseconds, burst: burst, key: attribute,
        ipv4Prefix: lengths?.0, ipv6Prefix: lengths?.1, condition: condition, keysMax: keysMax.map(Int.init),
        pathView: context.pathView, singleReads: reads, position: position(placed.span)))
  }

  /// A token that a limit reads is one of the service's, not of an unknown issuer.
  private mutating func admit(_ token: Int, service: Int, port: Int?) {
    let ports = program.policy.services[service].ports
    for declared in port.map({ [ports[$0]] }) ?? ports { program.policy.authz[declared.authz].admit(token) }
  }

  /// `/24 /56`: for addresses alone, both families at once.
  private mutating func prefixLengths(_ prefixes: [Spanned<Int64>], key: Attribute?) -> (Int, Int)? {
    guard let first = prefixes.first else { return nil }
    guard key == .clientIP || key == .sourceIP else {
      report(.limitPrefix, at: first.span, "only an address is cut to a prefix")
      return nil
    }
    guard prefixes.count == 2 else {
      report(
        .limitPrefix, at: first.span, "two lengths are needed, for IPv4 and for IPv6",
        help: "as in `by request.client_ip /24 /56`")
      return nil
    }
    guard let ipv4 = inRange(prefixes[0], 1...32, "an IPv4 prefix", unit: { "/\($0)" }),
      let ipv6 = inRange(prefixes[1], 1...128, "an IPv6 prefix", unit: { "/\($0)" })
    else { return nil }
    return (Int(ipv4), Int(ipv6))
  }
}
