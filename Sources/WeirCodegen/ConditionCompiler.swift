import WeirISA
import WeirPolicy
import WeirRegex

/// Compiles conditions to words; keeps the constants and slots that they use.
struct ConditionCompiler {
  var pools = Pools()
  var slots: SlotTable
  private(set) var captures: [CaptureRecord] = []
  private var captureNumbers: [[UInt32]: Int] = [:]
  private(set) var automata: [RegexAutomaton] = []
  private var automatonNumbers: [[UInt8]: Int] = [:]
  private(set) var temporaryCount = 0

  private var view = PathView.exact
  private var assembler = Assembler()

  init(_ policy: Policy) { slots = SlotTable(policy) }

  /// The register of a temporary until the number of slots is known.
  static func temporary(_ number: Int) -> Int { Instruction.registerMax - number }

  /// - Parameter view: how the condition's scope sees paths.
  mutating func compile(_ condition: Condition, view: PathView) throws(CodegenError) -> AssembledCondition {
    self.view = view
    assembler = Assembler()
    let accept = assembler.label()
    let reject = assembler.label()
    switch condition.folded {
    case .constant(let isTrue):
      return AssembledCondition(words: [Instruction(isTrue ? .accept : .reject).rawValue])
    case let folded:
      try emit(folded, ifTrue: accept, ifFalse: reject, isInverted: false)
      assembler.bind(accept)
      return try assembler.assemble(accept: accept, reject: reject)
    }
  }

  /// Jumps to one of the labels; `not` swaps them, and what doubt counts as.
  private mutating func emit(
    _ condition: Condition, ifTrue: Label, ifFalse: Label, isInverted: Bool
  ) throws(CodegenError) {
    switch condition {
    case .constant(let isTrue):
      assembler.append(.jump(isTrue ? ifTrue : ifFalse))
    case .not(let operand):
      try emit(operand, ifTrue: ifFalse, ifFalse: ifTrue, isInverted: !isInverted)
    case .and(let operands):
      for operand in operands.dropLast() {
        let next = assembler.label()
        try emit(operand, ifTrue: next, ifFalse: ifFalse, isInverted: isInverted)
        assembler.bind(next)
      }
      try emit(operands.last ?? .constant(true), ifTrue: ifTrue, ifFalse: ifFalse, isInverted: isInverted)
    case .or(let operands):
      for operand in operands.dropLast() {
        let next = assembler.label()
        try emit(operand, ifTrue: ifTrue, ifFalse: next, isInverted: isInverted)
        assembler.bind(next)
      }
      try emit(operands.last ?? .constant(false), ifTrue: ifTrue, ifFalse: ifFalse, isInverted: isInverted)
    case .test(let test):
      try emit(test, ifTrue: ifTrue, ifFalse: ifFalse, isInverted: isInverted)
    }
  }

  private mutating func emit(_ test: Test, ifTrue: Label, ifFalse: Label, isInverted: Bool) throws(CodegenError) {
    var attribute = test.attribute
    let opcode: Opcode
    var operand = 0
    let type = try self.type(of: attribute, isRepeated: test.quantifier != nil, test.position)
    switch test.predicate {
    case .isPresent:
      opcode = .isPresent
    case .equals(let value):
      (opcode, operand) = equality(value)
    case .isIn(let values):
      (opcode, operand) = try membership(values, type, test.position)
    case .isInRanges(let ranges):
      (opcode, operand) = (.isInRanges, pools.ranges(ranges))
    case .isInNetworks(let networks):
      (opcode, operand) = (.isInNetworks, pools.networks(networks))
    case .isUnder(let path):
      (opcode, operand) = (.isUnder, pools.string(path))
    case .matches(let pattern):
      (opcode, operand) = (.matchesPattern, pools.pattern(pattern))
    case .matchesAny(let patterns, let values):
      (opcode, operand) = (.matchesGroup, pools.group(patterns, values: try strings(values, test.position)))
    case .matchesRegex(let source):
      (opcode, operand) = (.matchesRegex, try automaton(source, test.position))
    case .equalsAttribute(let other):
      (opcode, operand) = (.equalsRegister, try register(of: other, isRepeated: false, temporary: 1, test.position))
    case .isInAttribute(let other):
      (opcode, operand) = (.isInRegister, try register(of: other, isRepeated: false, temporary: 1, test.position))
    case .hasAttribute(let other):
      // The list has the value when the value is in the list.
      operand = try register(of: attribute, isRepeated: false, temporary: 1, test.position)
      attribute = other
      opcode = .isInRegister
    case .isInData(let set):
      (opcode, operand) = (.isInData, set)
    case .has(let value):
      (opcode, operand) = possession(value)
    }
    let isRepeated = test.quantifier != nil
    let register = try register(of: attribute, isRepeated: isRepeated, temporary: 0, test.position)
    try checkTypes(opcode, attribute, isRepeated, test.position)

    var flags: Instruction.Flags = []
    if test.isNegated { flags.insert(.negated) }
    if opcode == .isPresent ? test.isNegated : test.whenAbsent { flags.insert(.trueIfAbsent) }
    if isInverted { flags.insert(.inverted) }
    if test.quantifier == .all { flags.insert(.all) }
    guard operand <= Instruction.operandMax else { throw .tooMany("constants", limit: Instruction.operandMax) }
    assembler.append(
      .test(
        opcode, flags, register: register, operand: operand, ifTrue: ifTrue, ifFalse: ifFalse, test.position))
  }

  private mutating func type(
    of attribute: Attribute, isRepeated: Bool, _ position: Position
  ) throws(CodegenError) -> ValueType {
    if case .capture = attribute { return .bytes }
    guard let slot = slots.slot(for: attribute, isRepeated: isRepeated, view: view, &pools) else {
      throw .mistyped(position)
    }
    return slots.slots[slot].type
  }

  private mutating func checkTypes(
    _ opcode: Opcode, _ attribute: Attribute, _ isRepeated: Bool, _ position: Position
  ) throws(CodegenError) {
    let type = try type(of: attribute, isRepeated: isRepeated, position)
    let facts = opcode.facts
    guard facts.operates.map({ $0 == type.element }) ?? true, facts.role == .test || type.isList else {
      throw .mistyped(position)
    }
  }

  /// The register that holds an attribute; a capture is cut into a temporary first.
  private mutating func register(
    of attribute: Attribute, isRepeated: Bool, temporary: Int, _ position: Position
  ) throws(CodegenError) -> Int {
    guard case .capture(_, let bindings) = attribute else {
      guard let slot = slots.slot(for: attribute, isRepeated: isRepeated, view: view, &pools) else {
        throw .mistyped(position)
      }
      guard slot < ProgramLimits.registersMax - ProgramLimits.temporariesMax else {
        throw .tooMany("attributes", limit: ProgramLimits.registersMax - ProgramLimits.temporariesMax)
      }
      return slot
    }
    guard !bindings.isEmpty else { throw .mistyped(position) }
    temporaryCount = max(temporaryCount, temporary + 1)
    for (index, binding) in bindings.enumerated() {
      assembler.append(
        .write(
          Instruction(
            index == 0 ? .capture : .captureElse, register: Self.temporary(temporary),
            operand: try capture(binding, position))))
    }
    return Self.temporary(temporary)
  }

  private mutating func capture(_ binding: CaptureBinding, _ position: Position) throws(CodegenError) -> Int {
    let attribute: Attribute =
      switch binding.source {
      case .path: .path
      case .caller: .caller
      }
    guard let matched = slots.slot(for: attribute, isRepeated: false, view: view, &pools),
      let taken = slots.slot(for: attribute, isRepeated: false, view: .exact, &pools)
    else { throw .mistyped(position) }
    let segment: UInt32? =
      switch binding.piece {
      case .segment(let index): UInt32(clamping: index)
      case .rest: nil
      }
    let record = CaptureRecord(
      matched: UInt32(matched), taken: UInt32(taken), pattern: UInt32(pools.pattern(binding.pattern)),
      segment: segment)
    var words = [UInt32](repeating: 0, count: CaptureRecord.wordCount)
    record.write(to: &words)
    if let number = captureNumbers[words] { return number }
    captureNumbers[words] = captures.count
    captures.append(record)
    return captures.count - 1
  }

  private mutating func equality(_ value: Value) -> (Opcode, Int) {
    switch value {
    case .string(let text): (.equalsBytes, pools.string(text))
    case .int(let number): (.equalsInteger, pools.integer(number))
    case .ip(let address): (.equalsAddress, pools.address(address))
    }
  }

  private mutating func possession(_ value: Value) -> (Opcode, Int) {
    switch value {
    case .string(let text): (.hasBytes, pools.string(text))
    case .int(let number): (.hasInteger, pools.integer(number))
    case .ip(let address): (.hasAddress, pools.address(address))
    }
  }

  private mutating func membership(
    _ values: [Value], _ type: ValueType, _ position: Position
  ) throws(CodegenError) -> (Opcode, Int) {
    switch type.element {
    case .bytes, .bytesList:
      return (.isInSet, pools.hashSet(try strings(values, position)))
    case .integer, .integerList:
      var ranges: [ClosedRange<Int64>] = []
      for value in values {
        guard case .int(let number) = value else { throw .mistyped(position) }
        ranges.append(number...number)
      }
      return (.isInRanges, pools.ranges(ranges))
    case .address, .addressList:
      var networks: [Network] = []
      for value in values {
        guard case .ip(let address) = value else { throw .mistyped(position) }
        networks.append(Network(base: address, prefixLength: 128))
      }
      return (.isInNetworks, pools.networks(networks))
    }
  }

  private func strings(_ values: [Value], _ position: Position) throws(CodegenError) -> [String] {
    var strings: [String] = []
    for value in values {
      guard case .string(let text) = value else { throw .mistyped(position) }
      strings.append(text)
    }
    return strings
  }

  private mutating func automaton(_ source: String, _ position: Position) throws(CodegenError) -> Int {
    let key = Array(source.utf8)
    if let number = automatonNumbers[key] { return number }
    do {
      automata.append(RegexAutomaton(try CompiledRegexes.automaton(of: source)))
    } catch {
      throw .regex(error, position)
    }
    automatonNumbers[key] = automata.count - 1
    return automata.count - 1
  }
}

extension Condition {
  /// The same condition without constants inside. Exact in Kleene's logic: false absorbs in `and`, true in `or`, whatever the rest is.
  var folded: Condition {
    switch self {
    case .constant, .test: return self
    case .not(let operand):
      let folded = operand.folded
      if case .constant(let isTrue) = folded { return .constant(!isTrue) }
      return .not(folded)
    case .and(let operands): return Self.fold(operands, neutral: true, Condition.and)
    case .or(let operands): return Self.fold(operands, neutral: false, Condition.or)
    }
  }

  private static func fold(
    _ operands: [Condition], neutral: Bool, _ combine: ([Condition]) -> Condition
  ) -> Condition {
    var kept: [Condition] = []
    for operand in operands {
      let folded = operand.folded
      guard case .constant(let isTrue) = folded else {
        kept.append(folded)
        continue
      }
      if isTrue != neutral { return .constant(isTrue) }
    }
    return kept.isEmpty ? .constant(neutral) : kept.count == 1 ? kept[0] : combine(kept)
  }
}
