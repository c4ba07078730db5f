import WeirISA

/// What conditions read and cost: the same sums that the verifier makes.
struct CostTable {
  struct Charge {
    var perByte: UInt64 = 0
    var perMember: UInt64 = 0

    mutating func add(perByte: UInt64, perMember: UInt64) {
      self.perByte += perByte
      self.perMember += perMember
    }
  }

  struct ConditionCost {
    var constant: UInt64 = 0
    /// By register.
    var charges: [Int: Charge] = [:]

    mutating func charge(_ register: Int, perByte: UInt64, perMember: UInt64) {
      charges[register, default: Charge()].add(perByte: perByte, perMember: perMember)
    }
  }

  private(set) var conditions: [ConditionCost] = []

  /// - Parameters:
  ///   - code: with the final numbers of registers.
  ///   - probes: the longest search of each hash set.
  init(code: [Instruction], conditions records: [ConditionRecord], compiler: ConditionCompiler, probes: [Int]) {
    let slots = compiler.slots.slots
    for record in records {
      var cost = ConditionCost()
      for word in Int(record.firstWord)..<Int(record.firstWord + record.count) {
        let instruction = code[word]
        guard let opcode = instruction.opcode else { continue }
        let facts = opcode.facts
        switch facts.role {
        case .terminal, .jump:
          cost.constant += UInt64(facts.cost)
        case .write:
          let capture = compiler.captures[instruction.operand]
          cost.constant +=
            UInt64(facts.cost) + UInt64(compiler.pools.patterns[Int(capture.pattern)].segments.count)
          cost.charge(Int(capture.matched), perByte: UInt64(facts.costPerByte), perMember: 0)
          cost.charge(Int(capture.taken), perByte: 0, perMember: 0)
        case .test, .listTest:
          let isList = instruction.register < slots.count && slots[instruction.register].type.isList
          let steps = Self.steps(facts.operand, instruction.operand, compiler.pools, probes)
          let one = InstructionCost(opcode, opcode.facts, isList: isList, steps: steps)
          cost.constant += one.constant
          cost.charge(instruction.register, perByte: one.perByte, perMember: one.perMember)
          if facts.operand == .register {
            cost.charge(instruction.operand, perByte: one.perOperandByte, perMember: one.perOperandMember)
          }
        }
      }
      conditions.append(cost)
    }
  }

  private static func steps(_ kind: OperandKind, _ operand: Int, _ pools: Pools, _ probes: [Int]) -> Int {
    switch kind {
    case .none, .distance, .capture, .integer, .address, .automaton, .register: 0
    case .string: InstructionCost.comparison(with: pools.strings[operand].bytes.count)
    case .hashSet: probes[operand]
    case .rangeSet: InstructionCost.bisections(of: pools.rangeSets[operand].count)
    case .networkSet: InstructionCost.bisections(of: pools.networkSets[operand].count)
    case .pattern: pools.patterns[operand].segments.count
    case .patternGroup:
      pools.groups[operand].patterns.reduce(probes[pools.groups[operand].hashSet]) {
        $0 + 1 + pools.patterns[$1].segments.count
      }
    case .dataSet: ProgramLimits.probesMax
    }
  }
}
