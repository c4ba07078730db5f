import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  /// `payments` as a plan of one entry, or a split whose weights are whole.
  mutating func plan(_ syntax: DestinationsSyntax, in place: RoutePlace) -> [WeightedDestination]? {
    switch syntax {
    case .single(let destination):
      return routeDestination(destination, in: place).map { [WeightedDestination(destination: $0, weight: 10_000)] }
    case .split(let entries, let span):
      return split(entries, at: span) { checker, destination in checker.routeDestination(destination, in: place) }
    }
  }

  /// A plan that a test expects: any destination, weights as in a route.
  mutating func expectedPlan(_ syntax: DestinationsSyntax, module: String) -> [WeightedDestination]? {
    switch syntax {
    case .single(let destination):
      return expressions.destination(destination, in: module).map {
        [WeightedDestination(destination: $0, weight: 10_000)]
      }
    case .split(let entries, let span):
      return split(entries, at: span) { checker, destination in
        checker.expressions.destination(destination, in: module)
      }
    }
  }

  private mutating func split(
    _ entries: [WeightedDestinationSyntax], at span: SourceSpan,
    resolve: (inout DeclarationChecker, DestinationSyntax) -> Destination?
  ) -> [WeightedDestination]? {
    var plan: [WeightedDestination] = []
    var isWhole = true
    for entry in entries {
      guard let destination = resolve(&self, entry.destination) else {
        isWhole = false
        continue
      }
      if entry.weight.value <= 0 {
        report(
          .zeroWeight, at: entry.weight.span, "a weight of 0% never sends anything there",
          help: "leave the destination out")
        isWhole = false
        continue
      }
      if plan.contains(where: { $0.destination == destination }) {
        report(.repeatedDestination, at: entry.destination.span, "this destination has a weight already")
        isWhole = false
        continue
      }
      plan.append(WeightedDestination(destination: destination, weight: Int(entry.weight.value)))
    }
    guard isWhole else { return nil }
    let sum = plan.reduce(0) { $0 + $1.weight }
    guard sum == 10_000 else {
      report(
        .weightsSum, at: span, "the weights sum to \(percentText(sum)), not to 100%",
        notes: ["what is left over would go nowhere"])
      return nil
    }
    return plan
  }

  /// A destination that a route may send requests to.
  mutating func routeDestination(_ syntax: DestinationSyntax, in place: RoutePlace) -> Destination? {
    guard let destination = expressions.destination(syntax, in: place.context.module) else { return nil }
    let service = program.policy.services[destination.service]
    guard let port = service.ports.first(where: \.protocol.isHTTP) else {
      report(
        .tcpDestination, at: syntax.span, "`\(service.name)` speaks tcp; a route has requests to send",
        labels: [.init(services[destination.service].syntax.name.span, "declared here")])
      return nil
    }
    if let allowed = place.allowed, !allowed.contains(destination.service) {
      report(
        .notHanded, at: syntax.span,
        "this tree may not forward to `\(service.name)`: module `\(service.owner)` owns it and the mount does not hand it over",
        help: "write `may use { \(service.name) }` at the mount")
      return nil
    }
    if let gateway = place.gateway, program.policy.gateways[gateway].identity == nil, !port.isPermissive,
      !service.isExternal
    {
      let declared = gateways[gateway].syntax.name
      report(
        .gatewayWithoutIdentity, at: syntax.span,
        "`\(service.name)` takes mutual TLS, and gateway `\(declared.text)` has no identity",
        labels: [.init(declared.span, "add `identity \"spiffe://…\"` here")])
      return nil
    }
    return destination
  }
}
