import Testing
import WeirISA
import WeirVM

/// Programs made by hand to ask for much work or for sums that are too large: parts that are shared many times over.
struct SharingTests {
  /// Rules that all share a condition, whose tests all share a group, whose members all share a pattern.
  private struct Shared {
    var members: Int
    var segments: Int
    var words: Int
    var rules: Int

    /// The units of one test, were there no bound to what a number can say.
    private var steps: UInt64 { UInt64(members) * UInt64(1 + segments) }
    /// What the certificate has to say.
    var constant: UInt64 {
      let condition = UInt64(words) * (UInt64(Opcode.matchesGroup.facts.cost) + steps) + 1
      return UInt64(rules) * (InstructionCost.perRule + InstructionCost.runsMax * condition)
    }
    var perByte: UInt64 {
      let test = UInt64(Opcode.matchesGroup.facts.costPerByte) + steps
      return UInt64(rules) * InstructionCost.runsMax * UInt64(words) * test
    }

    func image(constant: UInt64, perByte: UInt32) -> ProgramImage {
      let cost = CostRecord(register: 0, perByte: perByte, perMember: 0)
      var image = HandmadeImage(rules: rules, constant: constant, slots: 1, costs: [cost])
      image.append(SlotRecord(kind: .path, type: .bytes), to: .slots)
      image.append(HashSetRecord(firstBucket: 0, bucketCount: 1, memberCount: 0, probesMax: 0), to: .hashSets)
      let pattern = PatternRecord(prefix: 0, firstSegment: 0, segmentCount: UInt32(segments), hasRest: false)
      image.append(pattern, to: .patterns)
      for _ in 0..<segments { image.append(SegmentRecord.free, to: .segments) }
      let group = PatternGroupRecord(hashSet: 0, firstMember: 0, memberCount: UInt32(members))
      image.append(group, to: .patternGroups)
      for _ in 0..<members { image.append(word: UInt32(0), to: .groupMembers) }
      image.setCode(Array(repeating: Instruction(.matchesGroup), count: words) + [Instruction(.accept)])
      image.append(FeatureRecord(feature: .segmentPatterns, file: 0, line: 1, column: 1), to: .features)
      return image.image
    }
  }

  @Test func sharedGroupsCostWhatTheyCost() throws {
    let small = Shared(members: 3, segments: 2, words: 4, rules: 2)
    let program = try verify(UnverifiedProgram(small.image(constant: small.constant, perByte: UInt32(small.perByte))))
    let id = try scope(of: program)
    let ruleCount = program.ruleCount(of: id)
    #expect(ruleCount == 2)
    expectRejection(small.image(constant: small.constant + 1, perByte: UInt32(small.perByte)), .costMismatch(scope: 0))
    expectRejection(small.image(constant: small.constant, perByte: UInt32(small.perByte) + 1), .costMismatch(scope: 0))
  }

  /// 2 MB that took 2 · 10¹⁰ steps when each word added up its group.
  @Test func sharedGroupsAreAddedUpOnce() {
    let large = Shared(members: 200_000, segments: 1, words: 100_000, rules: 1)
    expectRejection(large.image(constant: 0, perByte: 0), .costMismatch(scope: 0))
  }

  /// 2¹⁷ members times 2¹⁶ segments times 2¹⁵ words times 2¹⁵ rules, twice: more than 64 bits hold.
  @Test func sumsDoNotOverflow() {
    let huge = Shared(members: 1 << 17, segments: 1 << 16, words: 1 << 15, rules: 1 << 15)
    expectRejection(huge.image(constant: 0, perByte: 0), .costMismatch(scope: 0))
    // The constant is saturated; what a byte costs does not fit into a record.
    expectRejection(huge.image(constant: .max, perByte: .max), .costMismatch(scope: 0))
  }

  /// The limit on work goes by the size of the program: 3,000,000 steps are more than a program of 100 KB may take.
  @Test func sharedConditionsAreBounded() throws {
    func image(slots: Int, rules: Int) -> ProgramImage {
      let condition = UInt64(slots) * UInt64(Opcode.isPresent.facts.cost) + 1
      let constant = UInt64(rules) * (InstructionCost.perRule + InstructionCost.runsMax * condition)
      var image = HandmadeImage(rules: rules, constant: constant, slots: slots, costs: [])
      for _ in 0..<slots { image.append(SlotRecord(kind: .header, type: .bytes, name: 0), to: .slots) }
      image.setCode((0..<slots).map { Instruction(.isPresent, register: $0) } + [Instruction(.accept)])
      return image.image
    }
    let program = try verify(UnverifiedProgram(image(slots: 40, rules: 400)))
    let slotCount = program.slotCount
    #expect(slotCount == 40)
    expectRejection(image(slots: 1_000, rules: 3_000), .tooMuchWork)
  }

  /// Buckets are made when a program is loaded: no more than its keys need, and each key is a string of its own.
  @Test func bucketsAreBoundedByKeys() throws {
    func image(buckets: Int, members: Int) -> ProgramImage {
      var image = Self.trivialImage
      let set = HashSetRecord(
        firstBucket: 0, bucketCount: UInt32(buckets), memberCount: UInt32(members),
        probesMax: UInt32(min(members, ProgramLimits.probesMax)))
      image.append(set, to: .hashSets)
      for _ in 0..<members { image.append(word: 0, to: .hashMembers) }
      return image.image
    }
    for buckets in [1, 8] { _ = try verify(UnverifiedProgram(image(buckets: buckets, members: 1))) }
    _ = try verify(UnverifiedProgram(image(buckets: 1, members: 0)))
    let expected = Rejection.malformedRecord(.hashSets, index: 0)
    expectRejection(image(buckets: 2, members: 0), expected)
    expectRejection(image(buckets: 16, members: 1), expected)
    // Nothing is made for members that are fewer strings than they say.
    expectRejection(image(buckets: 1 << 20, members: 1 << 17), expected)
  }

  @Test func bucketsOfClassifiersAreBoundedByKeys() throws {
    func image(buckets: UInt32, probes: UInt32, texts: UInt32) -> ProgramImage {
      var image = Self.trivialImage
      let head = TextClassifierHead(
        lead: .none, texts: texts, textBuckets: buckets, textProbesMax: probes, states: 0, edges: 0, edgeBuckets: 0,
        edgeProbesMax: 0, start: DecisionFormat.settledBit, patternResults: 1, pairs: 0,
        automaton: DecisionFormat.noAutomaton, acceptingStates: 0)
      // One classifier and no decision; then the head's tables: texts, and what the one result of patterns is.
      for word in [1, 0, ClassifierHead(kind: .texts, canBeAbsent: false, slot: 0).word, 1] {
        image.append(word: word, to: .decisions)
      }
      image.append(head, to: .decisions)
      for word in [UInt32](repeating: 0, count: Int(texts) * DecisionFormat.textWords + 1) {
        image.append(word: word, to: .decisions)
      }
      return image.image
    }
    _ = try verify(UnverifiedProgram(image(buckets: 4, probes: 1, texts: 1)))
    _ = try verify(UnverifiedProgram(image(buckets: 0, probes: 0, texts: 0)))
    let expected = Rejection.malformedRecord(.decisions, index: 0)
    expectRejection(image(buckets: 5, probes: 1, texts: 1), expected)
    expectRejection(image(buckets: 1, probes: 2, texts: 1), expected)
    expectRejection(image(buckets: 0, probes: 64, texts: 0), expected)
    expectRejection(image(buckets: 2, probes: 2, texts: 2), expected)
  }

  private static var trivialImage: HandmadeImage {
    let constant = InstructionCost.perRule + InstructionCost.runsMax
    var image = HandmadeImage(rules: 1, constant: constant, slots: 1, costs: [])
    image.append(SlotRecord(kind: .path, type: .bytes), to: .slots)
    image.setCode([Instruction(.accept)])
    return image
  }

  private func scope(of program: borrowing VerifiedProgram) throws -> ScopeID {
    let scope = program.scope(.authz, 0)
    return try #require(scope)
  }

  private func expectRejection(_ image: ProgramImage, _ expected: Rejection) {
    do {
      let program = try verify(UnverifiedProgram(image))
      Issue.record("accepted: \(program.scopeCount) scopes")
    } catch {
      #expect(error == expected)
    }
  }
}

/// An image with one scope of rules that allow, which share the only condition. The only string is empty.
private struct HandmadeImage {
  private var sections: [SectionKind: [UInt8]] = [:]

  init(rules: Int, constant: UInt64, slots: Int, costs: [CostRecord]) {
    let program = ProgramRecord(
      hashSeed: 0, temporaryCount: 0, authzScopeCount: 1, routeScopeCount: 0, limitScopeCount: 0, retryScopeCount: 0)
    append(program, to: .program)
    append(word: 0, to: .strings)
    let scope = ScopeRecord(
      kind: .authz, strategy: .sequence, name: 0, firstRule: 0, ruleCount: UInt32(rules), firstOrder: 0, denyCount: 0,
      allowCount: UInt32(rules), firstSlot: 0, slotCount: UInt32(slots), costConstant: constant, firstCost: 0,
      costCount: UInt32(costs.count))
    append(scope, to: .scopes)
    let rule = RuleRecord(effect: .allow, isShadow: false, name: 0, condition: 0, file: 0, line: 1)
    for number in 0..<rules {
      append(rule, to: .rules)
      append(word: UInt32(number), to: .ruleOrder)
    }
    for slot in 0..<slots { append(word: UInt32(slot), to: .scopeSlots) }
    for cost in costs { append(cost, to: .costs) }
  }

  mutating func append(_ record: some TableRecord, to kind: SectionKind) {
    record.append(to: &sections[kind, default: []])
  }

  mutating func append(word: UInt32, to kind: SectionKind) {
    word.appendLittleEndian(to: &sections[kind, default: []])
  }

  mutating func setCode(_ code: [Instruction]) {
    for word in code { word.rawValue.appendLittleEndian(to: &sections[.code, default: []]) }
    append(word: UInt32(code.count), to: .conditions)
  }

  var image: ProgramImage {
    ProgramImage(
      sections: SectionKind.programSections.map { ProgramSection(kind: $0, bytes: sections[$0] ?? []) },
      features: FeatureSet())
  }
}
