import HTTPCanonical
import WeirPolicy

extension PlanBuilder {
  /// An action made ready for the requests of tables that see paths this way.
  ///
  /// - Throws: `inconsistent` for what no request may be turned into.
  mutating func plan(of action: RouteAction, _ pathView: PathView) throws(LoadError) -> ActionPlan {
    var plan: ActionPlan
    switch action.kind {
    case .forward(let destinations, let sticky):
      plan = ActionPlan(kind: .forward)
      plan.branches = try branches(destinations)
      switch sticky {
      case .cookie(let name): plan.sticky = key(.cookie(name), pathView) ?? .none
      case .attribute(let attribute): plan.sticky = key(attribute, pathView) ?? .none
      case .none: break
      }
    case .redirect(let status, let template):
      plan = ActionPlan(kind: .redirect, status: UInt16(truncatingIfNeeded: status))
      plan.location = pieces(template, pathView)
      plan.locationHasQuery = template.text.utf8.contains(UInt8(ascii: "?"))
    case .respond(let status, let body):
      plan = ActionPlan(kind: .respond, status: UInt16(truncatingIfNeeded: status))
      if let body { plan.body = insert(body) }
    }
    if let template = action.rewritePath {
      plan.rewritesPath = true
      plan.path = pieces(template, pathView)
    }
    if let host = action.rewriteHost {
      plan.rewritesHost = true
      plan.host = insert(host)
    }
    plan.requestChanges = try changes(action.headerChanges, of: .request, pathView)
    plan.responseChanges = try changes(action.headerChanges, of: .response, pathView)
    plan.retry = Int32(truncatingIfNeeded: action.retry ?? -1)
    plan.timeoutNanoseconds = action.timeoutNanoseconds ?? 0
    plan.idleTimeoutNanoseconds = action.idleTimeoutNanoseconds ?? 0
    plan.allowsWebSocket = action.allowsWebSocket
    return plan
  }

  private mutating func branches(_ destinations: [WeightedDestination]) throws(LoadError) -> Place {
    var plans: [BranchPlan] = []
    for branch in destinations {
      var subset = -1
      if let name = branch.destination.subset {
        guard let found = topology.services[branch.destination.service].subsets.firstIndex(where: { $0.name == name })
        else { throw .inconsistent("subset \(name)") }
        subset = found
      }
      plans.append(
        BranchPlan(
          weight: branch.weight, service: branch.destination.service, subset: Int32(truncatingIfNeeded: subset)))
    }
    return insert(plans)
  }

  private mutating func changes(
    _ changes: [HeaderChange], of side: HeaderChange.Side, _ pathView: PathView
  ) throws(LoadError) -> Place {
    var plans: [ChangePlan] = []
    for change in changes where change.side == side {
      let name = Array(change.header.utf8)
      guard Canonical.headerName(name) == .success(name), !Self.unchangeable.contains(change.header) else {
        throw .inconsistent("change of header \(change.header)")
      }
      var plan = ChangePlan(header: insert(change.header), operation: .remove, value: .none)
      switch change.operation {
      case .set(let value):
        plan.operation = .set
        plan.value = try key(value, pathView)
      case .add(let value):
        plan.operation = .add
        plan.value = try key(value, pathView)
      case .remove: break
      }
      plans.append(plan)
    }
    return insert(plans)
  }

  /// The authority is changed by `rewrite host` alone: two hosts in one request would be two meanings. The others belong to the
  /// connection (RFC 9110 section 7.6.1) or to the framing of messages (RFC 9112 section 6).
  private static let unchangeable: Set<String> = [
    "connection", "content-length", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
    "upgrade",
  ]

  private mutating func key(_ value: HeaderChange.Value, _ pathView: PathView) throws(LoadError) -> KeyPlan {
    switch value {
    case .text(let text):
      guard case .success = Canonical.headerValue(Array(text.utf8)) else { throw .inconsistent("value of a header") }
      return .text(insert(text))
    case .attribute(let attribute):
      // Total for what a validated topology holds; a value that cannot be had is an absent one.
      return key(attribute, pathView) ?? .none
    }
  }

  mutating func key(_ attribute: Attribute, _ pathView: PathView) -> KeyPlan? {
    if case .capture(_, let bindings) = attribute { return .capture(capture(bindings, pathView)) }
    return source(attribute).map { .value(insert($0)) }
  }

  private mutating func pieces(_ template: Template, _ pathView: PathView) -> Place {
    var plans: [PiecePlan] = []
    for part in template.parts {
      switch part {
      case .text(let text): plans.append(.text(insert(text), hasQuestionMark: text.utf8.contains(UInt8(ascii: "?"))))
      case .capture(_, let bindings): plans.append(.capture(capture(bindings, pathView)))
      case .wholePath: plans.append(.wholePath)
      }
    }
    return insert(plans)
  }

  private mutating func capture(_ bindings: [CaptureBinding], _ pathView: PathView) -> Int {
    var plans: [BindingPlan] = []
    for binding in bindings {
      var segments: [SegmentPlan] = []
      for segment in binding.pattern.segments {
        switch segment {
        case .literal(let text): segments.append(SegmentPlan(isFree: false, literal: insert(text)))
        case .capture: segments.append(SegmentPlan(isFree: true, literal: .empty))
        }
      }
      let piece: Int =
        switch binding.piece {
        case .segment(let index): index
        case .rest: -1
        }
      plans.append(
        BindingPlan(
          isOfCaller: binding.source == .caller, prefix: insert(binding.pattern.prefix), segments: insert(segments),
          hasRest: binding.pattern.rest != .none, piece: piece))
    }
    return insert(
      CapturePlan(
        bindings: insert(plans), ignoresCase: pathView.ignoresCase,
        ignoresTrailingSlash: pathView.ignoresTrailingSlash))
  }
}
