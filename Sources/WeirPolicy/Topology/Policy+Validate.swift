extension Policy {
  /// Checks every index of a policy that did not come from the checker.
  ///
  /// - Throws: `WireError.outOfRange` with the name of the field. Complexity: O(size).
  public func validate() throws(WireError) {
    let topology = Topology(self)
    try topology.validate()
    let indices = PolicyIndices(topology)
    for scope in authz { for rule in scope.rules { try indices.check(rule.condition) } }
    for table in routeTables { for route in table.routes { try indices.check(route.condition) } }
    for limit in limits { try indices.check(limit.condition) }
    for retry in retries { if let condition = retry.condition { try indices.check(condition) } }
    for principal in principals { try indices.check(principal.position) }
    for suite in tests { try indices.check(suite) }
    for proof in proofs {
      try indices.check(proof.position)
      for claim in proof.claims {
        try indices.check(claim.position)
        try check(claim.statement, indices)
      }
    }
  }

  private func check(_ statement: Proof.Statement, _ indices: PolicyIndices) throws(WireError) {
    switch statement {
    case .never(let outcome), .always(let outcome): try check(outcome, indices)
    case .equivalent(let left, let right, let condition):
      guard authz.indices.contains(left), authz.indices.contains(right) else { throw .outOfRange("proof.authz") }
      try indices.check(condition)
    }
  }

  private func check(_ outcome: Proof.Outcome, _ indices: PolicyIndices) throws(WireError) {
    switch outcome {
    case .allow(let scope, let condition), .deny(let scope, let condition):
      guard authz.indices.contains(scope) else { throw .outOfRange("proof.authz") }
      try indices.check(condition)
    case .route(let table, let destination, let condition):
      guard routeTables.indices.contains(table) else { throw .outOfRange("proof.table") }
      try indices.check(destination)
      try indices.check(condition)
    }
  }
}

extension PolicyIndices {
  func check(_ condition: Condition) throws(WireError) {
    switch condition {
    case .constant: return
    case .and(let operands), .or(let operands): for operand in operands { try check(operand) }
    case .not(let operand): try check(operand)
    case .test(let test):
      try check(test.position)
      try check(test.attribute)
      switch test.predicate {
      case .equalsAttribute(let other), .isInAttribute(let other), .hasAttribute(let other): try check(other)
      case .isInData(let index): try check(data: index)
      case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex, .has:
        return
      }
    }
  }

  func check(_ suite: TestSuite) throws(WireError) {
    try check(suite.position)
    switch suite.target {
    case .service(let service, let port): try check(service: service, port: port)
    case .gateway(let gateway): try check(gateway: gateway)
    }
    for item in suite.cases {
      try check(item.position)
      guard (0...9_999).contains(item.draw ?? 0) else { throw .outOfRange("draw") }
      for fact in item.facts {
        switch fact.subject {
        case .attribute(let attribute): try check(attribute)
        case .data(let index): try check(data: index)
        }
      }
      for case .to(let plan) in item.expectations { for entry in plan { try check(entry.destination) } }
    }
  }
}
