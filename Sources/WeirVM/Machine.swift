import WeirISA

/// What one run of a condition found.
struct Run {
  var holds = false
  /// Something unavailable was looked at.
  var sawDoubt = false
  /// The last test before the end: when the condition does not hold, the first that failed it.
  var lastTest = -1
}

extension VerifiedProgram {
  /// The value of a condition in Kleene's logic.
  ///
  /// `not` has been pushed down to the tests, so the condition is true for every completion of what is unavailable exactly when it is true
  /// with doubt counted against it, and false for every completion exactly when it is false with doubt counted for it.
  @inline(__always)
  func evaluate(_ condition: Int, _ frame: inout Frame, _ data: borrowing DataSets) -> Truth {
    let strict = run(condition, &frame, data, doubtHolds: false)
    if strict.holds { return .yes }
    guard strict.sawDoubt else { return .no }
    return run(condition, &frame, data, doubtHolds: true).holds ? .undetermined : .no
  }

  /// Runs the code of a condition. Every step goes forward, so it ends.
  func run(_ condition: Int, _ frame: inout Frame, _ data: borrowing DataSets, doubtHolds: Bool) -> Run {
    var word = Int(tables.conditions[condition].firstWord)
    var run = Run()
    while true {
      let step = steps[word]
      let truth: Truth
      switch step.opcode {
      case .accept:
        run.holds = true
        return run
      case .reject:
        return run
      case .jump:
        word += 1 + Int(step.operand)
        continue
      case .capture:
        frame.registers[Int(step.register)] = capture(Int(step.operand), frame)
        word += 1
        continue
      case .captureElse:
        if frame.registers[Int(step.register)].state == .absent {
          frame.registers[Int(step.register)] = capture(Int(step.operand), frame)
        }
        word += 1
        continue
      case .isPresent:
        truth = inverted(
          presence(of: frame.registers[Int(step.register)]), step.isNegated)
      case .hasBytes, .hasInteger, .hasAddress:
        truth = listTest(step, frame)
      case .equalsRegister, .isInRegister:
        truth = comparison(step, frame, data)
      case .equalsBytes, .equalsInteger, .equalsAddress, .isInSet, .isInRanges, .isInNetworks, .isUnder,
        .matchesPattern,
        .matchesGroup, .matchesRegex, .isInData:
        let value = frame.registers[Int(step.register)]
        switch value.state {
        case .absent:
          truth = step.isTrueIfAbsent ? .yes : .no
        case .unavailable:
          truth = .undetermined
        case .list:
          truth = quantified(step, value, .absent, frame, data)
        case .bytes, .integer, .address:
          truth = inverted(
            predicate(step, value, frame, data), step.isNegated)
        }
      }
      run.lastTest = word
      let holds: Bool
      switch truth {
      case .yes: holds = true
      case .no: holds = false
      case .undetermined:
        run.sawDoubt = true
        holds = doubtHolds != step.isInverted
      }
      word += 1
      if holds == step.jumpsIfTrue { word += Int(step.jump) }
    }
  }

  @inline(__always)
  private func presence(of value: SlotValue) -> Truth {
    switch value.state {
    case .absent: .no
    case .unavailable: .undetermined
    case .bytes, .integer, .address, .list: .yes
    }
  }

  @inline(__always)
  private func inverted(_ truth: Truth, _ isInverted: Bool) -> Truth {
    guard isInverted else { return truth }
    switch truth {
    case .no: return .yes
    case .undetermined: return .undetermined
    case .yes: return .no
    }
  }

  /// `any` or `all` over the members of a list; `other` is what a comparison compares with.
  private func quantified(
    _ step: Step, _ list: SlotValue, _ other: SlotValue, _ frame: borrowing Frame,
    _ data: borrowing DataSets
  ) -> Truth {
    guard let members = frame.range(ofMembers: list) else { return .undetermined }
    if members.isEmpty { return step.isTrueIfAbsent ? .yes : .no }
    let isAll = step.isAll
    var result: Truth = isAll ? .yes : .no
    for index in members {
      let member = frame.members[index]
      let found =
        switch step.opcode {
        case .equalsRegister: areSame(member, other, frame)
        case .isInRegister: contains(other, member, frame)
        case .accept, .reject, .jump, .capture, .captureElse, .isPresent, .equalsBytes, .equalsInteger, .equalsAddress,
          .isInSet, .isInRanges, .isInNetworks, .isUnder, .matchesPattern, .matchesGroup, .matchesRegex, .isInData,
          .hasBytes, .hasInteger, .hasAddress:
          predicate(step, member, frame, data)
        }
      switch (inverted(found, step.isNegated), isAll) {
      case (.yes, false): return .yes
      case (.no, true): return .no
      case (.undetermined, _): result = .undetermined
      case (.yes, true), (.no, false): break
      }
    }
    return result
  }

  /// A test of a value against another register. Absent is decided before unavailable.
  private func comparison(
    _ step: Step, _ frame: borrowing Frame, _ data: borrowing DataSets
  ) -> Truth {
    let value = frame.registers[Int(step.register)]
    let other = frame.registers[Int(step.operand)]
    let isEmpty = value.state == .list && value.count == 0
    if value.state == .absent || other.state == .absent || isEmpty {
      return step.isTrueIfAbsent ? .yes : .no
    }
    if value.state == .unavailable || other.state == .unavailable { return .undetermined }
    if value.state == .list { return quantified(step, value, other, frame, data) }
    let found = step.opcode == .equalsRegister ? areSame(value, other, frame) : contains(other, value, frame)
    return inverted(found, step.isNegated)
  }

  /// A test of a list as a whole: an empty one has nothing.
  private func listTest(_ step: Step, _ frame: borrowing Frame) -> Truth {
    let list = frame.registers[Int(step.register)]
    if list.state == .absent { return step.isTrueIfAbsent ? .yes : .no }
    guard let members = frame.range(ofMembers: list) else { return .undetermined }
    var found: Truth = .no
    for index in members {
      switch memberEquals(step.opcode, Int(step.operand), frame.members[index], frame) {
      case .yes: return inverted(.yes, step.isNegated)
      case .undetermined: found = .undetermined
      case .no: break
      }
    }
    return inverted(found, step.isNegated)
  }
}
