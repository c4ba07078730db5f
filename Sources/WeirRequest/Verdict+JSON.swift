import WeirJSON

extension Verdict {
  /// The answer of `eval`: the order of the keys is part of the contract.
  public var json: JSONValue { .object(members) }

  /// The members of `json`, for callers that add to them.
  public var members: [JSONValue.Member] {
    [
      .init("outcome", .string(outcome.rawValue)),
      .init("by", .string(orNull: by)),
      .init("reason", .string(orNull: reason)),
      .init("matched", .array(matched.map(JSONValue.string))),
      .init("shadow", .array(shadow.map(JSONValue.string))),
      .init("audit", .array(audit.map(JSONValue.string))),
      .init("shadow_outcome", .string(shadowOutcome.rawValue)),
      .init("limits", .array(limits.map(\.json))),
      .init("route", route?.json ?? .null),
      .init("canonical", canonical?.json ?? .null),
    ]
  }
}

extension Verdict.Charge {
  var json: JSONValue { .object([.init("name", .string(limit)), .init("key", .string(orNull: key))]) }
}

extension Verdict.Canonical {
  var json: JSONValue {
    .object([
      .init("host", .string(orNull: host)), .init("path", .string(path)), .init("query", .string(orNull: query)),
    ])
  }
}

extension Verdict.PlanEntry {
  /// `["payments.canary",5]`; the weight in percent.
  var json: JSONValue {
    let percent: JSONValue = weight % 100 == 0 ? .int(Int64(weight / 100)) : .double(Double(weight) / 100)
    return .array([.string(destination), percent])
  }
}

extension Verdict.Route {
  var json: JSONValue {
    switch action {
    case .forward(let service, let subset, let plan, let path):
      .object([
        .init("name", .string(name)), .init("action", .string("forward")), .init("destination", .string(service)),
        .init("subset", .string(orNull: subset)), .init("plan", .array(plan.map(\.json))), .init("path", .string(path)),
      ])
    case .redirect(let status, let location):
      .object([
        .init("name", .string(name)), .init("action", .string("redirect")), .init("status", .int(Int64(status))),
        .init("location", .string(location)),
      ])
    case .respond(let status):
      .object([
        .init("name", .string(name)), .init("action", .string("respond")), .init("status", .int(Int64(status))),
      ])
    }
  }
}
