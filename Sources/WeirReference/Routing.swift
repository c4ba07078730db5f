import HTTPCanonical
import WeirPolicy
import WeirRequest

/// A route that was chosen and what it makes of the request.
struct ChosenRoute {
  struct Forward {
    var service: Int
    /// The request as the destination will see it.
    var http: CanonicalHTTP
  }

  var verdict: Verdict.Route
  /// `nil` for what the proxy answers itself.
  var forward: Forward?
}

extension ReferenceEvaluator {
  /// First match from the top; an undetermined condition before it refuses the request.
  func route(
    _ table: RouteTable, _ facts: RequestFacts, _ http: CanonicalHTTP, client: Fact<String>, alsoNamed: [Int]
  ) throws(Rejected) -> ChosenRoute? {
    var client = client
    if case .gateway = table.owner, case .unavailable = client { client = .absent }
    let token = try typedToken(
      facts, blocks: [table.tokens], alsoNamed: alsoNamed, beyond: issuers(beyond: table))
    try http.refuseRepeated(table.singleReads)
    let reader = AttributeReader(
      policy: policy, facts: facts, http: http, caller: client, token: token, pathView: table.pathView)
    note(table, reader)
    for route in table.routes {
      switch reader.evaluate(route.condition) {
      case .no: continue
      case .undetermined: throw Rejected("route_indeterminate")
      case .yes: return try carryOut(route, reader, http)
      }
    }
    return nil
  }

  private func carryOut(_ route: Route, _ reader: AttributeReader, _ http: CanonicalHTTP) throws(Rejected)
    -> ChosenRoute
  {
    switch route.action.kind {
    case .respond(let status, _):
      return ChosenRoute(verdict: .init(name: route.name, action: .respond(status: status)))
    case .redirect(let status, let template):
      var location = try reader.expand(template)
      if !template.text.contains("?"), let query = http.query { location += "?" + query }
      return ChosenRoute(verdict: .init(name: route.name, action: .redirect(status: status, location: location)))
    case .forward(let split, _):
      let http = try rewritten(http, route.action, reader)
      let plan = policy.plan(split)
      let chosen = branch(of: split, draw: reader.facts.draw)
      return ChosenRoute(
        verdict: .init(
          name: route.name,
          action: .forward(
            service: policy.services[chosen.service].name, subset: chosen.subset, plan: plan, path: http.path)),
        forward: .init(service: chosen.service, http: http))
    }
  }

  /// The branch by the draw alone: a sticky key's hash is the other implementation's affair, and its branch is compared only in that
  /// it is one of the plan.
  private func branch(of split: [WeightedDestination], draw: Int) -> Destination {
    var remaining = draw
    for entry in split {
      if remaining < entry.weight { return entry.destination }
      remaining -= entry.weight
    }
    return split[split.count - 1].destination
  }

  private func rewritten(
    _ http: CanonicalHTTP, _ action: RouteAction, _ reader: AttributeReader
  ) throws(Rejected) -> CanonicalHTTP {
    var result = http
    if let template = action.rewritePath {
      let target = try reader.expand(template)
      let mode: PathMode = policy.mesh?.mergesAndDecodesPaths == true ? .mergeAndDecode : .strict
      let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
      guard let path = parts.first,
        case .success(let canonical) = Canonical.path(Array(path.utf8), mode: mode)
      else { throw Rejected("rewrite_not_canonical") }
      result.path = String(decoding: canonical, as: UTF8.self)
    }
    if let host = action.rewriteHost { result.host = host }
    for change in action.headerChanges where change.side == .request {
      switch change.operation {
      case .remove: result.headers.removeAll { $0.name == change.header }
      case .set(let value):
        result.headers.removeAll { $0.name == change.header }
        if let text = reader.text(value) { result.headers.append(.init(change.header, text)) }
      case .add(let value):
        if let text = reader.text(value) { result.headers.append(.init(change.header, text)) }
      }
    }
    return result
  }
}

extension AttributeReader {
  /// What is captured stays one value in the query of a template: it ends no parameter and begins none.
  func expand(_ template: Template) throws(Rejected) -> String {
    var text = ""
    var isInQuery = false
    func add(_ piece: String) {
      guard isInQuery else {
        text += piece
        return
      }
      for scalar in piece.unicodeScalars {
        switch scalar {
        case "&": text += "%26"
        case "=": text += "%3D"
        case "+": text += "%2B"
        case "#": text += "%23"
        default: text.unicodeScalars.append(scalar)
        }
      }
    }
    for part in template.parts {
      switch part {
      case .text(let literal):
        text += literal
        isInQuery = isInQuery || literal.utf8.contains(UInt8(ascii: "?"))
      case .wholePath: add(String(http?.path.dropFirst() ?? ""))
      case .capture(let name, let bindings):
        guard case .known(.scalar(.string(let piece))) = read(.capture(name: name, bindings)) else {
          throw Rejected("rewrite_not_canonical")
        }
        add(piece)
      }
    }
    return text
  }

  /// The text of a header value; `nil` when the attribute is absent or cannot be supplied.
  func text(_ value: HeaderChange.Value) -> String? {
    switch value {
    case .text(let text): text
    case .attribute(let attribute): scalarText(read(attribute))
    }
  }

  /// The bucket that a request is charged to; `nil` is the shared one.
  func key(_ attribute: Attribute, _ limit: Limit) -> String? {
    guard case .known(.scalar(.ip(let address))) = read(attribute) else { return scalarText(read(attribute)) }
    guard let length = address.isIPv4 ? limit.ipv4Prefix.map({ $0 + 96 }) : limit.ipv6Prefix else {
      return address.description
    }
    return Network(base: address, prefixLength: length).description
  }

  private func scalarText(_ fact: Fact<AttributeValue>) -> String? {
    guard case .known(.scalar(let value)) = fact else { return nil }
    switch value {
    case .string(let text): return text
    case .int(let number): return String(number)
    case .ip(let address): return address.description
    }
  }
}
