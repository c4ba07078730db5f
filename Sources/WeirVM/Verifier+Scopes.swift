import WeirISA

extension Verifier {
  /// More steps than any sensible program of this size takes: rules that share long conditions many times over.
  ///
  /// Rules that read 255 registers each are within it, however many share a condition; it grows no faster than the file.
  private var workMax: Int {
    let elements =
      tables.code.count + tables.scopes.count + tables.rules.count + tables.scopeSlots.count + tables.costs.count
      + tables.decisions.count
    return min(1 << 27, (1 << 20) + 256 * elements)
  }

  func checkScopes() throws(Rejection) {
    try checkCounts()
    let workAllowed = workMax
    var work = 0
    var ruleEnd = 0
    var orderEnd = 0
    var slotEnd = 0
    var costEnd = 0
    // By register, for one scope at a time.
    var perByte = [UInt64](repeating: 0, count: tables.slots.count + Int(tables.program.temporaryCount))
    var perMember = perByte
    var isListed = [Bool](repeating: false, count: perByte.count)
    for (index, scope) in tables.scopes.enumerated() {
      guard Int(scope.firstRule) == ruleEnd, Int(scope.ruleCount) <= tables.rules.count - ruleEnd,
        Int(scope.firstOrder) == orderEnd,
        Int(scope.denyCount) + Int(scope.allowCount) <= tables.ruleOrder.count - orderEnd,
        Int(scope.firstSlot) == slotEnd, Int(scope.slotCount) <= tables.scopeSlots.count - slotEnd,
        Int(scope.firstCost) == costEnd, Int(scope.costCount) <= tables.costs.count - costEnd
      else { throw .malformedRecord(.scopes, index: index) }
      try checkText(scope.name, .scopes, index)
      ruleEnd += Int(scope.ruleCount)
      orderEnd += Int(scope.denyCount) + Int(scope.allowCount)
      slotEnd += Int(scope.slotCount)
      costEnd += Int(scope.costCount)
      try checkRules(of: scope)
      try checkOrder(of: scope, index)

      let slots = tables.scopeSlots[Int(scope.firstSlot)..<slotEnd]
      var last = -1
      for slot in slots {
        guard Int(slot) > last, Int(slot) < tables.slots.count else { throw .malformedRecord(.scopes, index: index) }
        last = Int(slot)
        isListed[Int(slot)] = true
      }
      // Temporaries belong to the condition that writes them.
      for register in tables.slots.count..<perByte.count { isListed[register] = true }
      var constant: UInt64 = 0
      for rule in tables.rules[Int(scope.firstRule)..<ruleEnd] {
        let facts = conditionFacts[Int(rule.condition)]
        work += 1 + facts.charges.count
        guard work <= workAllowed else { throw .tooMuchWork }
        let runs = facts.constant.multiplied(saturating: InstructionCost.runsMax)
        constant = constant.adding(saturating: InstructionCost.perRule).adding(saturating: runs)
        for charge in charges[facts.charges] {
          guard isListed[charge.register] else { throw .unlistedSlot(scope: index) }
          let bytes = charge.perByte.multiplied(saturating: InstructionCost.runsMax)
          let members = charge.perMember.multiplied(saturating: InstructionCost.runsMax)
          perByte[charge.register] = perByte[charge.register].adding(saturating: bytes)
          perMember[charge.register] = perMember[charge.register].adding(saturating: members)
        }
      }
      if decisionOf[index] >= 0 {
        // Deciding by classes, and asking every rule where that cannot tell.
        let decision = decisions[decisionOf[index]]
        constant = constant.adding(saturating: decision.costConstant)
        for place in decision.slots..<(decision.slots + decision.slotCount) {
          let classifier = classifiers[Int(tables.decisions[place])]
          guard isListed[classifier.slot] else { throw .unlistedSlot(scope: index) }
          constant = constant.adding(saturating: DecisionCost.looksMax * classifier.cost.constant)
          let bytes = DecisionCost.looksMax * classifier.cost.perByte
          perByte[classifier.slot] = perByte[classifier.slot].adding(saturating: bytes)
        }
        let looks = DecisionCost.looksMax * InstructionCost.runsMax
        for place in decision.variables..<(decision.variables + decision.variableCount) {
          let facts = conditionFacts[Int(tables.decisions[place])]
          work += 1 + facts.charges.count
          guard work <= workAllowed else { throw .tooMuchWork }
          constant = constant.adding(saturating: facts.constant.multiplied(saturating: looks))
          for charge in charges[facts.charges] {
            guard isListed[charge.register] else { throw .unlistedSlot(scope: index) }
            let bytes = charge.perByte.multiplied(saturating: looks)
            let members = charge.perMember.multiplied(saturating: looks)
            perByte[charge.register] = perByte[charge.register].adding(saturating: bytes)
            perMember[charge.register] = perMember[charge.register].adding(saturating: members)
          }
        }
      }
      try checkCertificate(of: scope, index, constant, perByte, perMember)
      for slot in slots { clear(Int(slot), &perByte, &perMember, &isListed) }
      for register in tables.slots.count..<perByte.count { clear(register, &perByte, &perMember, &isListed) }
    }
    guard ruleEnd == tables.rules.count, orderEnd == tables.ruleOrder.count, slotEnd == tables.scopeSlots.count,
      costEnd == tables.costs.count
    else { throw .malformedSection(.scopes) }
  }

  private func clear(
    _ register: Int, _ perByte: inout [UInt64], _ perMember: inout [UInt64], _ isListed: inout [Bool]
  ) {
    perByte[register] = 0
    perMember[register] = 0
    isListed[register] = false
  }

  /// Scopes come by kind, as many of each as the program says.
  private func checkCounts() throws(Rejection) {
    let counts = [
      tables.program.authzScopeCount, tables.program.routeScopeCount, tables.program.limitScopeCount,
      tables.program.retryScopeCount,
    ]
    var index = 0
    for (kind, count) in zip(ScopeKind.allCases, counts) {
      guard Int(count) <= tables.scopes.count - index else { throw .malformedSection(.scopes) }
      for scope in index..<(index + Int(count)) where tables.scopes[scope].kind != kind {
        throw .malformedRecord(.scopes, index: scope)
      }
      index += Int(count)
    }
    guard index == tables.scopes.count else { throw .malformedSection(.scopes) }
  }

  private func checkRules(of scope: ScopeRecord) throws(Rejection) {
    let rules = Int(scope.firstRule)..<(Int(scope.firstRule) + Int(scope.ruleCount))
    for index in rules {
      let rule = tables.rules[index]
      let fits =
        switch (scope.kind, rule.effect) {
        case (.authz, .allow), (.authz, .deny), (.authz, .audit): true
        case (.routes, .route): !rule.isShadow
        case (.limit, .limit), (.retry, .retry): !rule.isShadow && rules.count == 1
        case (.authz, _), (.routes, _), (.limit, _), (.retry, _): false
        }
      guard fits, Int(rule.condition) < tables.conditions.count else { throw .malformedRecord(.rules, index: index) }
      try checkText(rule.name, .rules, index)
      try checkText(rule.file, .rules, index)
    }
    guard !rules.isEmpty || scope.kind == .authz || scope.kind == .routes else {
      throw .malformedSection(.rules)
    }
  }

  /// Every enforced deny, then every enforced allow, each in the order of the rules.
  private func checkOrder(of scope: ScopeRecord, _ index: Int) throws(Rejection) {
    var place = Int(scope.firstOrder)
    let end = place + Int(scope.denyCount) + Int(scope.allowCount)
    for (effect, count) in [(RuleEffect.deny, scope.denyCount), (RuleEffect.allow, scope.allowCount)] {
      let part = place + Int(count)
      for rule in Int(scope.firstRule)..<(Int(scope.firstRule) + Int(scope.ruleCount)) {
        guard tables.rules[rule].effect == effect, !tables.rules[rule].isShadow else { continue }
        guard place < part, Int(tables.ruleOrder[place]) == rule else { throw .malformedRecord(.scopes, index: index) }
        place += 1
      }
      guard place == part else { throw .malformedRecord(.scopes, index: index) }
    }
    guard place == end else { throw .malformedRecord(.scopes, index: index) }
  }

  /// The certificate says exactly what the code costs, and that is within the host's means.
  private func checkCertificate(
    of scope: ScopeRecord, _ index: Int, _ constant: UInt64, _ perByte: [UInt64], _ perMember: [UInt64]
  ) throws(Rejection) {
    guard scope.costConstant == constant else { throw .costMismatch(scope: index) }
    var place = Int(scope.firstCost)
    let end = place + Int(scope.costCount)
    var dearestByte: UInt64 = 0
    var dearestMember: UInt64 = 0
    let slots = tables.scopeSlots[Int(scope.firstSlot)..<(Int(scope.firstSlot) + Int(scope.slotCount))]
    for register in slots.map(Int.init) + Array(tables.slots.count..<perByte.count) {
      let bytes = perByte[register]
      let members = perMember[register]
      guard bytes > 0 || members > 0 else { continue }
      guard place < end, Int(tables.costs[place].register) == register, UInt64(tables.costs[place].perByte) == bytes,
        UInt64(tables.costs[place].perMember) == members
      else { throw .costMismatch(scope: index) }
      place += 1
      dearestByte = max(dearestByte, bytes)
      dearestMember = max(dearestMember, members)
    }
    guard place == end else { throw .costMismatch(scope: index) }
    // All bytes and members of a request may lie where they cost most.
    let units =
      constant
      .adding(saturating: dearestByte.multiplied(saturating: budget.bytesMax))
      .adding(saturating: dearestMember.multiplied(saturating: budget.membersMax))
    guard units <= budget.unitsMax, units < .max else { throw .overBudget(scope: index) }
  }
}
