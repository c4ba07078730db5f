import WeirISA

/// The sections of a program as arrays: decoded once, indices not yet checked.
struct ProgramTables: Sendable {
  var program: ProgramRecord
  /// The bytes of strings, then `TextWords.padding` zeros.
  var bytes: [UInt8] = []
  var strings: [StringRecord] = []
  var slots: [SlotRecord] = []
  var integers: [Int64] = []
  var addresses: [Address] = []
  var rangeSets: [RangeSetRecord] = []
  /// Lower, upper, lower, upper …
  var rangeBounds: [Int64] = []
  var networkSets: [RangeSetRecord] = []
  /// First, last, first, last …
  var networkBounds: [Address] = []
  var hashSets: [HashSetRecord] = []
  /// Numbers of strings.
  var hashMembers: [UInt32] = []
  var patterns: [PatternRecord] = []
  var segments: [SegmentRecord] = []
  var patternGroups: [PatternGroupRecord] = []
  var groupMembers: [UInt32] = []
  var automata: [AutomatonRecord] = []
  var transitions: [UInt16] = []
  var captures: [CaptureRecord] = []
  var zones: [ZoneRecord] = []
  var dataSets: [DataSetRecord] = []
  var code: [Instruction] = []
  var conditions: [ConditionRecord] = []
  var scopes: [ScopeRecord] = []
  var rules: [RuleRecord] = []
  var ruleOrder: [UInt32] = []
  var scopeSlots: [UInt32] = []
  var costs: [CostRecord] = []
  var sourceMap: [SourceRecord] = []
  var features: [FeatureRecord] = []
  var decisions: [UInt32] = []

  /// - Parameter memory: what the tables take is taken from there.
  init(_ unverified: UnverifiedProgram, within memory: inout MemoryBudget) throws(Rejection) {
    var reader = try SectionReader(unverified, memory)
    let programs: [ProgramRecord] = try reader.records(.program)
    guard programs.count == 1 else { throw .malformedSection(.program) }
    program = programs[0]
    guard program.version == ProgramRecord.currentVersion else { throw .unsupportedVersion(program.version) }
    bytes = try reader.paddedBytes(.bytes)
    strings = try reader.pieces(.strings, StringRecord.pieces)
    slots = try reader.records(.slots)
    integers = try reader.longWords(.integers).map { Int64(bitPattern: $0) }
    addresses = try reader.addresses(.addresses)
    rangeSets = try reader.records(.rangeSets)
    rangeBounds = try reader.longWords(.rangeBounds).map { Int64(bitPattern: $0) }
    networkSets = try reader.records(.networkSets)
    networkBounds = try reader.addresses(.networkBounds)
    hashSets = try reader.records(.hashSets)
    hashMembers = try reader.words(.hashMembers)
    patterns = try reader.records(.patterns)
    segments = try reader.records(.segments)
    patternGroups = try reader.records(.patternGroups)
    groupMembers = try reader.words(.groupMembers)
    automata = try reader.records(.automata)
    transitions = try reader.plainWords(.transitions)
    captures = try reader.records(.captures)
    zones = try reader.records(.zones)
    dataSets = try reader.records(.dataSets)
    code = try reader.pieces(.code, Instruction.halves)
    conditions = try reader.pieces(.conditions, ConditionRecord.pieces)
    scopes = try reader.records(.scopes)
    rules = try reader.records(.rules)
    ruleOrder = try reader.words(.ruleOrder)
    scopeSlots = try reader.words(.scopeSlots)
    costs = try reader.records(.costs)
    sourceMap = try reader.records(.sourceMap)
    features = try reader.records(.features)
    decisions = try reader.words(.decisions)
    memory = reader.memory
  }
}

extension Instruction {
  /// Two words each: the low half comes first.
  fileprivate static func halves(_ words: [UInt32]) -> [Instruction] {
    var result = [Instruction](repeating: Instruction(rawValue: 0), count: words.count / 2)
    var code = result.mutableSpan
    let words = words.span
    for place in code.indices {
      code[place] = Instruction(rawValue: UInt64(words[2 * place]) | UInt64(words[2 * place + 1]) << 32)
    }
    return result
  }
}

/// Reads sections of an image; the constructor has checked that each is there once, and holds whole elements unless it is
/// packed.
private struct SectionReader {
  /// By raw value of the kind.
  private var sections: [UnverifiedProgram.Section]
  private(set) var memory: MemoryBudget

  init(_ program: UnverifiedProgram, _ memory: MemoryBudget) throws(Rejection) {
    self.memory = memory
    var found: [UnverifiedProgram.Section?] = Array(repeating: nil, count: 32)
    for section in program.sections where section.kind.isProgram {
      let number = Int(section.kind.rawValue)
      guard found[number] == nil else { throw .repeatedSection(section.kind) }
      let isWhole = section.isPacked || section.bytes.count % section.kind.elementBytes == 0
      guard isWhole, section.bytes.count <= Int(UInt32.max), !section.isPacked || section.kind.storage == .packed
      else { throw .malformedSection(section.kind) }
      found[number] = section
    }
    sections = Array(repeating: UnverifiedProgram.Section(kind: .program, bytes: []), count: 32)
    for kind in SectionKind.allCases where kind.isProgram {
      guard let section = found[Int(kind.rawValue)] else { throw .missingSection(kind) }
      sections[Int(kind.rawValue)] = section
    }
  }

  private func section(_ kind: SectionKind) -> UnverifiedProgram.Section { sections[Int(kind.rawValue)] }

  private mutating func take(_ count: Int, of byteCount: Int) throws(Rejection) {
    guard memory.take(count, of: byteCount) else { throw .tooMuchMemory }
  }

  mutating func paddedBytes(_ kind: SectionKind) throws(Rejection) -> [UInt8] {
    let section = section(kind)
    try take(section.bytes.count + TextWords.padding, of: 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(section.bytes.count + TextWords.padding)
    bytes.append(contentsOf: section.bytes)
    bytes.append(contentsOf: repeatElement(0, count: TextWords.padding))
    return bytes
  }

  /// The words of a section of whole elements, none of which is smaller than a word.
  mutating func words(_ kind: SectionKind) throws(Rejection) -> [UInt32] {
    guard section(kind).isPacked else { return try plainWords(kind) }
    try take(PackedWords.wordCount(section(kind).bytes.span) ?? 0, of: MemoryLayout<UInt32>.stride)
    guard let words = PackedWords.unpack(section(kind).bytes.span),
      words.count % (kind.elementBytes / 4) == 0
    else { throw .malformedSection(kind) }
    return words
  }

  /// The same, two words as one: the low half comes first.
  mutating func longWords(_ kind: SectionKind) throws(Rejection) -> [UInt64] {
    let halves = try words(kind)
    let words = halves.span
    try take(words.count, of: MemoryLayout<UInt32>.stride)
    var result: [UInt64] = []
    result.reserveCapacity(words.count / 2)
    for place in 0..<(words.count / 2) {
      result.append(UInt64(words[2 * place]) | UInt64(words[2 * place + 1]) << 32)
    }
    return result
  }

  /// The words of a section that is not packed.
  mutating func plainWords<Word: FixedWidthInteger>(_ kind: SectionKind) throws(Rejection) -> [Word] {
    let section = section(kind)
    let size = Word.bitWidth / 8
    try take(section.bytes.count, of: 1)
    let bytes = section.bytes.span
    var words: [Word] = []
    words.reserveCapacity(bytes.count / size)
    for index in 0..<(bytes.count / size) {
      // One check of bounds a word.
      let piece = bytes.extracting((size * index)..<(size * index + size))
      var word: Word = 0
      for byte in 0..<size { word |= Word(truncatingIfNeeded: piece[byte]) << Word(8 * byte) }
      words.append(word)
    }
    return words
  }

  /// What the section has the counts of, one after another.
  mutating func pieces<Piece>(
    _ kind: SectionKind, _ pieces: ([UInt32]) -> [Piece]
  ) throws(Rejection) -> [Piece] {
    let counts = try words(kind)
    try take(counts.count, of: MemoryLayout<Piece>.stride)
    return pieces(counts)
  }

  mutating func addresses(_ kind: SectionKind) throws(Rejection) -> [Address] {
    let halves = try longWords(kind)
    return stride(from: 0, to: halves.count, by: 2).map { Address(high: halves[$0], low: halves[$0 + 1]) }
  }

  mutating func records<Record: TableRecord>(_ kind: SectionKind) throws(Rejection) -> [Record] {
    let all = try words(kind)
    try take(all.count / Record.wordCount, of: MemoryLayout<Record>.stride)
    var records: [Record] = []
    records.reserveCapacity(all.count / Record.wordCount)
    let span = all.span
    for offset in stride(from: 0, to: all.count, by: Record.wordCount) {
      guard let record = Record(span.extracting(offset..<(offset + Record.wordCount))) else {
        throw .malformedRecord(kind, index: records.count)
      }
      records.append(record)
    }
    return records
  }
}
