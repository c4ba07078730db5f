import WeirISA
import WeirPolicy
import WeirRegex

/// Writes the sections of a program.
struct ImageWriter {
  private let builder: ProgramBuilder
  private var pools: Pools
  private let features: [FeatureUse]
  private var sections: [SectionKind: [UInt8]] = [:]

  init(_ builder: ProgramBuilder, features: [FeatureUse]) {
    self.builder = builder
    self.features = features
    pools = builder.compiler.pools
  }

  mutating func write() throws(CodegenError) -> ProgramImage {
    let compiler = builder.compiler
    try writeAutomata(compiler.automata)
    writeMergedAutomata()
    writeFeatures()
    writeSourceMap()
    writeDataSets()
    // Names of scopes and rules are the last strings: from here on the pool does not grow.
    let names = builder.scopes.map { scope in
      (UInt32(pools.string(scope.name)), scope.rules.map { UInt32(pools.string($0.name)) })
    }
    let files = builder.policy.files.map { UInt32(pools.string($0)) }
    let unknownFile = UInt32(pools.string(""))

    let seed = try writeStrings()
    let padding = [UInt8](repeating: 0, count: TextWords.padding)
    let hashes = pools.strings.values.map { string in
      TextWords.hash((string.bytes + padding).span, 0..<string.bytes.count, seed: seed)
    }
    let classifiers = try writeDecisions(hashes, firstAutomaton: compiler.automata.count)
    let probes = try writeHashSets(hashes)
    writePools()
    append(compiler.slots.slots, to: .slots)
    append(compiler.slots.zones, to: .zones)
    append(compiler.captures, to: .captures)
    let code = finalCode()
    append(words: code.map(\.rawValue), to: .code)
    append(words: builder.conditions.map(\.count), to: .conditions)
    let costs = CostTable(code: code, conditions: builder.conditions, compiler: compiler, probes: probes)
    try writeScopes(names, costs, classifiers) { position in
      files.indices.contains(position.file) ? files[position.file] : unknownFile
    }
    let program = ProgramRecord(
      hashSeed: seed, temporaryCount: UInt32(compiler.temporaryCount),
      authzScopeCount: UInt32(builder.policy.authz.count), routeScopeCount: UInt32(builder.policy.routeTables.count),
      limitScopeCount: UInt32(builder.policy.limits.count), retryScopeCount: UInt32(builder.policy.retries.count))
    append([program], to: .program)

    var set = FeatureSet()
    for use in features { set.insert(use.feature) }
    return ProgramImage(
      sections: SectionKind.programSections.map { ProgramSection(kind: $0, bytes: sections[$0] ?? []) },
      features: set)
  }

  private mutating func append<Record: TableRecord>(_ records: [Record], to kind: SectionKind) {
    var words = [UInt32](repeating: 0, count: Record.wordCount)
    for record in records {
      record.write(to: &words)
      append(words: words, to: kind)
    }
  }

  private mutating func append<Word: FixedWidthInteger>(word: Word, to kind: SectionKind) {
    word.appendLittleEndian(to: &sections[kind, default: []])
  }

  /// Looks the section up once for all words.
  private mutating func append<Word: FixedWidthInteger>(words: [Word], to kind: SectionKind) {
    words.appendLittleEndian(to: &sections[kind, default: []])
  }

  private mutating func file(_ position: Position) -> UInt32 {
    let files = builder.policy.files
    return UInt32(pools.string(files.indices.contains(position.file) ? files[position.file] : ""))
  }

  private mutating func writeFeatures() {
    for use in features {
      let record = FeatureRecord(
        feature: use.feature, file: file(use.position), line: UInt32(clamping: use.position.line),
        column: UInt32(clamping: use.position.column))
      append([record], to: .features)
    }
  }

  private mutating func writeSourceMap() {
    // Mostly the file is that of the source before.
    var latest: (file: Int, string: UInt32)?
    var records: [SourceRecord] = []
    records.reserveCapacity(builder.sources.count)
    for source in builder.sources {
      let place = source.position.file
      let file = latest?.file == place ? latest?.string ?? 0 : file(source.position)
      latest = (place, file)
      records.append(
        SourceRecord(
          word: UInt32(source.word), file: file, line: UInt32(clamping: source.position.line),
          column: UInt32(clamping: source.position.column)))
    }
    append(records, to: .sourceMap)
  }

  private mutating func writeDataSets() {
    for set in builder.policy.dataSets {
      let record = DataSetRecord(
        name: UInt32(pools.string("\(set.module).\(set.name)")), member: ValueType(set.member).element,
        membersMax: UInt32(clamping: set.membersMax))
      append([record], to: .dataSets)
    }
  }

  /// Writes the pool of strings and returns the seed of the program's hashes, taken from its contents.
  private mutating func writeStrings() throws(CodegenError) -> UInt64 {
    var bytes: [UInt8] = []
    for string in pools.strings.values {
      guard bytes.count + string.bytes.count <= UInt32.max else {
        throw .tooMany("bytes of strings", limit: Int(UInt32.max))
      }
      append(word: UInt32(string.bytes.count), to: .strings)
      bytes.append(contentsOf: string.bytes)
    }
    sections[.bytes] = bytes
    return xxh3(bytes, seed: UInt64(ProgramRecord.currentVersion))
  }

  private mutating func writeHashSets(_ hashes: [UInt64]) throws(CodegenError) -> [Int] {
    var firstBucket = 0
    var probes: [Int] = []
    for members in pools.hashSets.values {
      let table = try HashTable(members: members, hashes: hashes)
      let record = HashSetRecord(
        firstBucket: UInt32(firstBucket), bucketCount: UInt32(table.bucketCount), memberCount: UInt32(members.count),
        probesMax: UInt32(table.probesMax))
      append([record], to: .hashSets)
      append(words: members.map { UInt32($0) }, to: .hashMembers)
      firstBucket += table.bucketCount
      probes.append(table.probesMax)
    }
    return probes
  }

  private mutating func writePools() {
    for integer in pools.integers.values { append(word: integer, to: .integers) }
    for address in pools.addresses.values { append(address, to: .addresses) }
    var first = 0
    for ranges in pools.rangeSets.values {
      append([RangeSetRecord(first: UInt32(first), count: UInt32(ranges.count))], to: .rangeSets)
      first += ranges.count
      for range in ranges {
        append(word: range.lowerBound, to: .rangeBounds)
        append(word: range.upperBound, to: .rangeBounds)
      }
    }
    first = 0
    for ranges in pools.networkSets.values {
      append([RangeSetRecord(first: UInt32(first), count: UInt32(ranges.count))], to: .networkSets)
      first += ranges.count
      for range in ranges {
        append(range.first, to: .networkBounds)
        append(range.last, to: .networkBounds)
      }
    }
    first = 0
    for pattern in pools.patterns.values {
      let record = PatternRecord(
        prefix: UInt32(pattern.prefix), firstSegment: UInt32(first), segmentCount: UInt32(pattern.segments.count),
        hasRest: pattern.hasRest)
      append([record], to: .patterns)
      append(pattern.segments.map { SegmentRecord(literal: $0.map { UInt32($0) }) }, to: .segments)
      first += pattern.segments.count
    }
    first = 0
    for group in pools.groups.values {
      let record = PatternGroupRecord(
        hashSet: UInt32(group.hashSet), firstMember: UInt32(first), memberCount: UInt32(group.patterns.count))
      append([record], to: .patternGroups)
      for pattern in group.patterns { append(word: UInt32(pattern), to: .groupMembers) }
      first += group.patterns.count
    }
  }

  private mutating func append(_ address: IPAddress, to kind: SectionKind) {
    append(word: address.high, to: kind)
    append(word: address.low, to: kind)
  }

  /// Renumbers the states of each automaton: 0 is dead, the accepting ones come last.
  private mutating func writeAutomata(_ automata: [RegexAutomaton]) throws(CodegenError) {
    var first = 0
    var written: [DFA: AutomatonRecord] = [:]
    for regex in automata {
      let automaton = regex.remainder
      let prefix = UInt32(pools.string(regex.prefix))
      if var record = written[automaton] {
        record.prefix = prefix
        append([record], to: .automata)
        continue
      }
      let states = Array(0..<automaton.stateCount)
      let isDead = states.map { state in
        !automaton.accepting[state]
          && (0..<automaton.classCount).allSatisfy {
            Int(automaton.transitions[state * automaton.classCount + $0]) == state
          }
      }
      // The automaton is minimal, so it has one dead state at most.
      let living = states.filter { !isDead[$0] }
      let order = living.filter { !automaton.accepting[$0] } + living.filter { automaton.accepting[$0] }
      var numbers = [Int](repeating: 0, count: states.count)
      for (index, state) in order.enumerated() { numbers[state] = index + 1 }
      guard order.count < UInt16.max else { throw .tooMany("states of a regex", limit: Int(UInt16.max)) }
      let record = AutomatonRecord(
        prefix: prefix, byteClasses: UInt32(pools.string(automaton.byteClasses)),
        classCount: UInt32(automaton.classCount), stateCount: UInt32(order.count + 1), firstTransition: UInt32(first),
        start: UInt32(numbers[Int(automaton.start)]),
        firstAccepting: UInt32(living.count { !automaton.accepting[$0] } + 1))
      written[automaton] = record
      append([record], to: .automata)
      var transitions = [UInt16](repeating: 0, count: automaton.classCount)
      for state in order {
        for byteClass in 0..<automaton.classCount {
          let next = Int(automaton.transitions[state * automaton.classCount + byteClass])
          transitions.append(UInt16(numbers[next]))
        }
      }
      append(words: transitions, to: .transitions)
      first += (order.count + 1) * automaton.classCount
    }
  }

  private mutating func writeMergedAutomata() {
    var first = sections[.transitions, default: []].count / SectionKind.transitions.elementBytes
    for automaton in builder.automata.values {
      let record = AutomatonRecord(
        prefix: UInt32(pools.string("")), byteClasses: UInt32(pools.string(automaton.byteClasses)),
        classCount: UInt32(automaton.classCount), stateCount: UInt32(automaton.stateCount),
        firstTransition: UInt32(first), start: UInt32(automaton.start), firstAccepting: UInt32(automaton.firstAccepting)
      )
      append([record], to: .automata)
      append(words: automaton.transitions, to: .transitions)
      first += automaton.transitions.count
    }
  }

  /// What one look at the value of a classifier's slot costs.
  private struct ClassifierCost {
    var slot: Int
    var constant: UInt64
    var perByte: UInt64
  }

  private mutating func writeDecisions(
    _ hashes: [UInt64], firstAutomaton: Int
  ) throws(CodegenError) -> [ClassifierCost] {
    let writer = ClassifierWriter(hashes: hashes, firstAutomaton: firstAutomaton)
    let decisions = builder.scopes.compactMap(\.decision)
    guard !decisions.isEmpty else { return [] }
    append(word: UInt32(builder.classifiers.count), to: .decisions)
    append(word: UInt32(decisions.count), to: .decisions)
    var costs: [ClassifierCost] = []
    for plan in builder.classifiers.values {
      let words = try writer.words(plan)
      append(words: words, to: .decisions)
      let cost = ClassifierWriter.cost(words)
      costs.append(
        ClassifierCost(slot: Int(plan.head & 0xFFFF), constant: cost.constant, perByte: cost.perByte))
    }
    for decision in decisions { append(words: decision.words, to: .decisions) }
    return costs
  }

  /// The code with temporaries numbered after the slots.
  private func finalCode() -> [Instruction] {
    let slotCount = builder.compiler.slots.slots.count
    func final(_ register: Int) -> Int {
      register > Instruction.registerMax - ProgramLimits.temporariesMax
        ? slotCount + Instruction.registerMax - register : register
    }
    return builder.code.map { word in
      let instruction = Instruction(rawValue: word)
      guard let opcode = instruction.opcode else { return instruction }
      switch opcode.facts.role {
      case .terminal, .jump:
        return instruction
      case .write, .test, .listTest:
        return Instruction(
          opcode, flags: instruction.flags, jump: instruction.jump, register: final(instruction.register),
          operand: opcode.facts.operand == .register ? final(instruction.operand) : instruction.operand)
      }
    }
  }

  private mutating func writeScopes(
    _ names: [(UInt32, [UInt32])], _ costs: CostTable, _ classifiers: [ClassifierCost], file: (Position) -> UInt32
  ) throws(CodegenError) {
    var firstRule = 0
    var firstOrder = 0
    var firstSlot = 0
    var firstCost = 0
    let slotCount = builder.compiler.slots.slots.count
    for (scope, names) in zip(builder.scopes, names) {
      var cost = CostTable.ConditionCost()
      var denies: [Int] = []
      var allows: [Int] = []
      var records: [RuleRecord] = []
      for (place, (rule, name)) in zip(scope.rules, names.1).enumerated() {
        let one = costs.conditions[rule.condition]
        cost.constant += InstructionCost.perRule + InstructionCost.runsMax * one.constant
        for (register, charge) in one.charges {
          cost.charge(
            register, perByte: InstructionCost.runsMax * charge.perByte,
            perMember: InstructionCost.runsMax * charge.perMember)
        }
        if rule.effect == .deny, !rule.isShadow { denies.append(firstRule + place) }
        if rule.effect == .allow, !rule.isShadow { allows.append(firstRule + place) }
        records.append(
          RuleRecord(
            effect: rule.effect, isShadow: rule.isShadow, name: name, condition: UInt32(rule.condition),
            file: file(rule.position), line: UInt32(clamping: rule.position.line)))
      }
      append(records, to: .rules)
      if let decision = scope.decision { add(decision, to: &cost, costs, classifiers) }
      append(words: (denies + allows).map { UInt32($0) }, to: .ruleOrder)
      let registers = cost.charges.keys.sorted()
      let slots = registers.filter { $0 < slotCount }
      for slot in slots { append(word: UInt32(slot), to: .scopeSlots) }
      var costCount = 0
      for register in registers {
        guard let charge = cost.charges[register], charge.perByte > 0 || charge.perMember > 0 else { continue }
        guard charge.perByte <= UInt32.max, charge.perMember <= UInt32.max else {
          throw .tooMany("units of cost", limit: Int(UInt32.max))
        }
        costCount += 1
        let record = CostRecord(
          register: UInt32(register), perByte: UInt32(charge.perByte), perMember: UInt32(charge.perMember))
        append([record], to: .costs)
      }
      let record = ScopeRecord(
        kind: scope.kind, strategy: scope.decision?.strategy ?? .sequence, name: names.0, firstRule: UInt32(firstRule),
        ruleCount: UInt32(scope.rules.count), firstOrder: UInt32(firstOrder), denyCount: UInt32(denies.count),
        allowCount: UInt32(allows.count), firstSlot: UInt32(firstSlot), slotCount: UInt32(slots.count),
        costConstant: cost.constant, firstCost: UInt32(firstCost), costCount: UInt32(costCount))
      append([record], to: .scopes)
      firstRule += scope.rules.count
      firstOrder += denies.count + allows.count
      firstSlot += slots.count
      firstCost += costCount
    }
  }

  /// What deciding by classes may cost beside asking every rule.
  private func add(
    _ decision: DecisionPlan, to cost: inout CostTable.ConditionCost, _ costs: CostTable,
    _ classifiers: [ClassifierCost]
  ) {
    cost.constant += decision.costConstant
    for number in decision.classifiers {
      let classifier = classifiers[number]
      cost.constant += DecisionCost.looksMax * classifier.constant
      cost.charge(classifier.slot, perByte: DecisionCost.looksMax * classifier.perByte, perMember: 0)
    }
    let looks = DecisionCost.looksMax * InstructionCost.runsMax
    for condition in decision.variables {
      let one = costs.conditions[condition]
      cost.constant += looks * one.constant
      for (register, charge) in one.charges {
        cost.charge(register, perByte: looks * charge.perByte, perMember: looks * charge.perMember)
      }
    }
  }
}

extension Array where Element: FixedWidthInteger {
  fileprivate func appendLittleEndian(to bytes: inout [UInt8]) {
    for word in self { word.appendLittleEndian(to: &bytes) }
  }
}
