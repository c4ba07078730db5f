import WeirISA

extension Verifier {
  /// Walks every condition once. Jumps lead forward alone, so one pass in order sees each word after all words that lead to it.
  mutating func checkCode() throws(Rejection) {
    var end = 0
    // The temporaries that every path to a word of one condition has written.
    var written: [UInt64] = []
    let declared = declared
    undeclared = Self.rows { opcode in opcode.feature.flatMap { declared.contains($0) ? nil : $0 } }
    // A word charges two registers at most.
    try take(tables.code.count, of: MemoryLayout<Step>.stride + 2 * MemoryLayout<Charge>.stride)
    try take(tables.conditions.count, of: MemoryLayout<ConditionFacts>.stride)
    // What is added up by register: here, and for the scopes.
    try take(tables.slots.count, of: 8 * MemoryLayout<UInt64>.stride)
    steps.reserveCapacity(tables.code.count)
    charges.reserveCapacity(tables.code.count)
    conditionFacts.reserveCapacity(tables.conditions.count)
    bill = Bill(registers: tables.slots.count + Int(tables.program.temporaryCount))
    for (index, condition) in tables.conditions.enumerated() {
      guard Int(condition.firstWord) == end, condition.count > 0, Int(condition.count) <= tables.code.count - end else {
        throw .malformedRecord(.conditions, index: index)
      }
      let words = end..<(end + Int(condition.count))
      written.removeAll(keepingCapacity: true)
      written.append(0)
      written.append(contentsOf: repeatElement(.max, count: words.count - 1))
      var constant: UInt64 = 0
      let firstCharge = charges.count
      for word in words {
        let cost = try check(word, in: words, of: index, &written)
        constant = constant.adding(saturating: cost)
      }
      bill.settle(into: &charges)
      conditionFacts.append(ConditionFacts(constant: constant, charges: firstCharge..<charges.count))
      end = words.upperBound
    }
    guard end == tables.code.count else { throw .malformedSection(.code) }
  }

  /// What there is to say of each opcode, by raw value; the first row is that of no opcode and never asked for.
  static func rows<Row>(_ row: (Opcode) -> Row) -> [Row] {
    [row(.accept)] + Opcode.allCases.map(row)
  }

  /// Checks one word and returns its constant cost; what it charges by register is added to the bill.
  private mutating func check(
    _ word: Int, in words: Range<Int>, of condition: Int, _ written: inout [UInt64]
  ) throws(Rejection) -> UInt64 {
    let end = words.upperBound
    let start = words.lowerBound
    let instruction = tables.code[word]
    guard let opcode = instruction.opcode else { throw .unknownOpcode(word: word) }
    steps.append(Step(opcode, instruction))
    if let feature = undeclared[Int(opcode.rawValue)] { throw .undeclaredFeature(feature) }
    let facts = facts[Int(opcode.rawValue)]
    let register = instruction.register
    var known = written[word - start]
    switch facts.role {
    case .terminal:
      guard instruction == Instruction(opcode) else { throw .strayBits(word: word) }
      return UInt64(facts.cost)
    case .jump:
      guard instruction == Instruction(opcode, operand: instruction.operand) else { throw .strayBits(word: word) }
      guard word + 1 + instruction.operand < end else { throw .badJump(word: word) }
      written[word + 1 + instruction.operand - start] &= known
      return UInt64(facts.cost)
    case .write:
      guard instruction == Instruction(opcode, register: register, operand: instruction.operand) else {
        throw .strayBits(word: word)
      }
      guard register >= tables.slots.count, register < tables.slots.count + Int(tables.program.temporaryCount) else {
        throw .badRegister(word: word)
      }
      guard instruction.operand < tables.captures.count else { throw .badOperand(word: word) }
      let bit: UInt64 = 1 << UInt64(register - tables.slots.count)
      if opcode == .captureElse, known & bit == 0 { throw .unwrittenRegister(word: word) }
      known |= bit
      let capture = tables.captures[instruction.operand]
      let pattern = tables.patterns[Int(capture.pattern)]
      bill.add(Charge(register: Int(capture.matched), perByte: UInt64(facts.costPerByte), perMember: 0))
      bill.add(Charge(register: Int(capture.taken), perByte: 0, perMember: 0))
      try Self.fallThrough(from: word, in: words, of: condition, known, &written)
      return UInt64(facts.cost) + UInt64(pattern.segmentCount)
    case .test, .listTest:
      let type = try readType(of: register, at: word, known)
      guard facts.operates.map({ $0 == type.element }) ?? true, facts.role == .test || type.isList else {
        throw .wrongType(word: word)
      }
      let steps = try checkOperand(instruction, facts, type, at: word, known)
      let target = word + 1 + instruction.jump
      guard target < end else { throw .badJump(word: word) }
      written[target - start] &= known
      try Self.fallThrough(from: word, in: words, of: condition, known, &written)
      let cost = InstructionCost(opcode, facts, isList: type.isList, steps: steps)
      bill.add(Charge(register: register, perByte: cost.perByte, perMember: cost.perMember))
      if facts.operand == .register {
        bill.add(
          Charge(register: instruction.operand, perByte: cost.perOperandByte, perMember: cost.perOperandMember))
      }
      return cost.constant
    }
  }

  private static func fallThrough(
    from word: Int, in words: Range<Int>, of condition: Int, _ known: UInt64, _ written: inout [UInt64]
  ) throws(Rejection) {
    guard word + 1 < words.upperBound else { throw .unterminated(condition: condition) }
    written[word + 1 - words.lowerBound] &= known
  }

  // Mutating, as is all that is called for every word: then the verifier itself is handed on, not a copy of it.
  private mutating func readType(of register: Int, at word: Int, _ known: UInt64) throws(Rejection) -> ValueType {
    if register < tables.slots.count { return tables.slots[register].type }
    let temporary = register - tables.slots.count
    guard temporary < Int(tables.program.temporaryCount) else { throw .badRegister(word: word) }
    guard known & (1 << UInt64(temporary)) != 0 else { throw .unwrittenRegister(word: word) }
    return .bytes
  }

  /// Checks that the operand is there and fits the type; returns the steps that searching it takes.
  private mutating func checkOperand(
    _ instruction: Instruction, _ facts: OpcodeFacts, _ type: ValueType, at word: Int, _ known: UInt64
  ) throws(Rejection) -> Int {
    let operand = instruction.operand
    func require(_ count: Int) throws(Rejection) {
      guard operand < count else { throw .badOperand(word: word) }
    }
    switch facts.operand {
    case .none:
      guard operand == 0 else { throw .strayBits(word: word) }
      return 0
    case .distance, .capture:
      throw .badOperand(word: word)
    case .string:
      try require(tables.strings.count)
      return InstructionCost.comparison(with: Int(tables.strings[operand].count))
    case .integer:
      try require(tables.integers.count)
      return 0
    case .address:
      try require(tables.addresses.count)
      return 0
    case .hashSet:
      try require(tables.hashSets.count)
      return Int(tables.hashSets[operand].probesMax)
    case .rangeSet:
      try require(tables.rangeSets.count)
      return InstructionCost.bisections(of: Int(tables.rangeSets[operand].count))
    case .networkSet:
      try require(tables.networkSets.count)
      return InstructionCost.bisections(of: Int(tables.networkSets[operand].count))
    case .pattern:
      try require(tables.patterns.count)
      return Int(tables.patterns[operand].segmentCount)
    case .patternGroup:
      try require(tables.patternGroups.count)
      return groupSteps[operand]
    case .automaton:
      try require(tables.automata.count)
      return 0
    case .register:
      let other = try readType(of: operand, at: word, known)
      guard other.element == type.element, other.isList == (instruction.opcode == .isInRegister) else {
        throw .wrongType(word: word)
      }
      return 0
    case .dataSet:
      try require(tables.dataSets.count)
      guard tables.dataSets[operand].member == type.element else { throw .wrongType(word: word) }
      return ProgramLimits.probesMax
    }
  }
}
