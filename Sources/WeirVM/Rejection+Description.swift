import WeirISA

/// Only plain text and numbers, no reflection: this has to compile as Embedded Swift.
extension Rejection: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .missingSection(let kind): "\(name(kind)) is missing"
    case .repeatedSection(let kind): "\(name(kind)) is there more than once"
    case .malformedSection(let kind): "\(name(kind)) is malformed"
    case .unsupportedVersion(let version):
      "program version \(version) is not known; this build reads version \(ProgramRecord.currentVersion)"
    case .malformedRecord(let kind, let index): "\(name(kind)) is malformed at entry \(index)"
    case .notText(let string): "string \(string) has to be text and is not UTF-8"
    case .tooMany(let kind): "\(name(kind)) has too many entries"
    case .unknownOpcode(let word): "word \(word) of the code is no instruction"
    case .strayBits(let word): "word \(word) of the code sets bits that its instruction does not use"
    case .badRegister(let word): "word \(word) of the code names a register that it cannot use"
    case .unwrittenRegister(let word): "word \(word) of the code reads a register that may not have been written"
    case .wrongType(let word): "word \(word) of the code tests a value of the wrong type"
    case .badOperand(let word): "word \(word) of the code has an operand that names nothing"
    case .badJump(let word): "word \(word) of the code jumps out of its condition"
    case .unterminated(let condition): "condition \(condition) has no end"
    case .unlistedSlot(let scope): "a rule of scope \(scope) reads a slot that the scope does not list"
    case .costMismatch(let scope): "scope \(scope) does not cost what its certificate says"
    case .overBudget(let scope): "a decision of scope \(scope) may cost more than the host allows"
    case .tooMuchWork: "checking the program takes more steps than a program of its size should"
    case .tooMuchMemory: "the program takes more memory than a bundle of its size may ask for"
    case .undeclaredFeature(let feature): "the program uses \(feature.name.description) without saying so"
    case .unsupportedFeature(let feature, let file, let line):
      "this build cannot honour \(feature.name.description) (\(String(decoding: file, as: UTF8.self)):\(line))"
    }
  }

  private func name(_ kind: SectionKind) -> String {
    switch kind {
    case .program: "the head of the program"
    case .bytes: "the section of constant bytes"
    case .strings: "the table of strings"
    case .slots: "the table of slots"
    case .integers: "the table of integers"
    case .addresses: "the table of addresses"
    case .rangeSets: "the table of range sets"
    case .rangeBounds: "the table of range bounds"
    case .networkSets: "the table of network sets"
    case .networkBounds: "the table of network bounds"
    case .hashSets: "the table of hash sets"
    case .hashMembers: "the table of members of hash sets"
    case .patterns: "the table of patterns"
    case .segments: "the table of segments"
    case .patternGroups: "the table of pattern groups"
    case .groupMembers: "the table of group members"
    case .automata: "the table of automata"
    case .transitions: "the table of transitions"
    case .captures: "the table of captures"
    case .zones: "the table of time zones"
    case .dataSets: "the table of data sets"
    case .code: "the code"
    case .conditions: "the table of conditions"
    case .scopes: "the table of scopes"
    case .rules: "the table of rules"
    case .ruleOrder: "the order of rules"
    case .scopeSlots: "the table of slots by scope"
    case .costs: "the table of costs"
    case .sourceMap: "the source map"
    case .features: "the table of features"
    case .decisions: "the section of decisions"
    case .policy: "the typed policy"
    case .tests: "the section of tests"
    case .manifest: "the manifest"
    case .topology: "the topology"
    case .signatures: "the section of signatures"
    }
  }
}
