import WeirISA
import WeirPolicy
import WeirVM

extension LoadedBundle {
  /// Program and topology come from one compilation, but nothing in a bundle is believed: rules must be the same in number and
  /// effect, or one would name what the other decides.
  static func check(_ program: borrowing VerifiedProgram, against topology: Topology) throws(LoadError) {
    for (index, scope) in topology.scopes.enumerated() {
      guard let id = program.scope(.authz, index), program.ruleCount(of: id) == scope.rules.count else {
        throw .inconsistent("rules of \(topology.name(of: scope.target))")
      }
      for (place, rule) in scope.rules.enumerated() {
        let compiled = program.rule(place, of: id)
        guard compiled.effect == RuleEffect(rule.effect), compiled.isShadow == rule.isShadow else {
          throw .inconsistent("rule \(rule.name)")
        }
      }
    }
    for (index, table) in topology.tables.enumerated() {
      guard let id = program.scope(.routes, index), program.ruleCount(of: id) == table.routes.count else {
        throw .inconsistent("routes of \(topology.name(of: table.owner))")
      }
    }
    for (index, limit) in topology.limits.enumerated() {
      guard let id = program.scope(.limit, index), program.ruleCount(of: id) == 1 else {
        throw .inconsistent("limit \(limit.name)")
      }
    }
    for (index, retry) in topology.retries.enumerated() {
      guard let id = program.scope(.retry, index), program.ruleCount(of: id) == 1 else {
        throw .inconsistent("retry \(retry.name)")
      }
    }
    guard program.scope(.authz, topology.scopes.count) == nil, program.scope(.routes, topology.tables.count) == nil,
      program.scope(.limit, topology.limits.count) == nil, program.scope(.retry, topology.retries.count) == nil
    else { throw .inconsistent("number of scopes") }
    guard program.dataSetCount == topology.dataSets.count else { throw .inconsistent("number of data sets") }
    for (index, set) in topology.dataSets.enumerated() {
      guard program.dataSet(index).member == set.member.valueType else { throw .inconsistent("data set \(set.name)") }
    }
  }
}

extension RuleEffect {
  init(_ effect: Rule.Effect) {
    switch effect {
    case .allow: self = .allow
    case .deny: self = .deny
    case .audit: self = .audit
    }
  }
}

extension ScalarType {
  /// What a register holds of this type.
  var valueType: ValueType {
    switch self {
    case .string, .identity, .host, .path: .bytes
    case .int, .bool, .time: .integer
    case .ip: .address
    case .stringSet: .bytesList
    }
  }
}
