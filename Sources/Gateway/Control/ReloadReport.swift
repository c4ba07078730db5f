import WeirJSON

/// What became of a reload.
public enum ReloadOutcome: Sendable, Equatable {
  case adopted(generation: UInt64, identity: String, [ReloadChange])
  /// The same bundle and files as before.
  case unchanged
  case refused(GatewayFailure)
}

/// What is other than before a reload: what it was read from.
public enum ReloadChange: String, CaseIterable, Sendable {
  case bundle, configuration
  /// The roots of trust domains: who may come and who is gone to.
  case trustDomains = "trust_domains"
  /// Roots of services with `tls`.
  case roots
  /// Own certificates, or their keys.
  case certificates
  /// The keys of session tickets, which grow old.
  case ticketKeys = "ticket_keys"
}

/// What became of a reload, and what of the configuration's file it did not put in force.
public struct ReloadReport: Sendable, Equatable {
  public var outcome: ReloadOutcome
  /// The configuration has mistakes: nothing but certificates was adopted, under the one in force.
  public var refusedConfiguration: GatewayFailure?
  /// Of the file.
  public var pending: [PendingKey] = []

  public init(_ outcome: ReloadOutcome, refusedConfiguration: GatewayFailure? = nil, pending: [PendingKey] = []) {
    self.outcome = outcome
    self.refusedConfiguration = refusedConfiguration
    self.pending = pending
  }

  /// Whether everything that was read is in force.
  var isComplete: Bool {
    if case .refused = outcome { return false }
    return refusedConfiguration == nil && pending.isEmpty
  }

  /// For people: lines of the log.
  var lines: [String] {
    let first =
      switch outcome {
      case .adopted(let generation, let identity, let changes):
        "adopted generation \(generation), sha256 \(identity); changed: "
          + changes.map(\.rawValue).joined(separator: ", ")
      case .unchanged: "nothing has changed"
      case .refused(let failure): "reload refused, everything stays as it is: \(failure.text)"
      }
    let refusal = refusedConfiguration.map {
      "the configuration is refused, the one in force stays, and a new bundle waits until it is mended: \($0.text)"
    }
    return [first] + [refusal].compactMap(\.self) + pending.map { "\($0) [\(StartCode.needsRestart.rawValue)]" }
  }
}

extension ReloadReport {
  /// What `weir admin reload` answers.
  var reply: ControlReply {
    var members: [JSONValue.Member]
    var status: UInt16 = 200
    switch outcome {
    case .adopted(let generation, let identity, let changes):
      members = [
        .init("outcome", .string("adopted")), .init("generation", .int(Int64(clamping: generation))),
        .init("bundle", .string(identity)), .init("changed", .array(changes.map { .string($0.rawValue) })),
      ]
    case .unchanged: members = [.init("outcome", .string("unchanged"))]
    case .refused(let failure):
      status = 409
      members = [.init("outcome", .string("refused")), .init("error", failure.json)]
    }
    if let refusedConfiguration {
      status = 409
      members.append(.init("configuration", .object([.init("error", refusedConfiguration.json)])))
    }
    if !pending.isEmpty { members.append(.init("pending", .array(pending.map(\.json)))) }
    return .json(status, .object(members))
  }
}

extension GatewayFailure {
  var json: JSONValue { .object([.init("code", .string(code)), .init("message", .string(text))]) }
}

extension PendingKey {
  var json: JSONValue {
    .object([
      .init("key", .string(key)), .init("place", .string("\(place)")), .init("in_force", .string(inForce)),
      .init("written", .string(written)),
    ])
  }
}
