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

  init(_ unverified: UnverifiedProgram) throws(Rejection) {
    let reader = try SectionReader(unverified)
    let programs: [ProgramRecord] = try reader.records(.program)
    guard programs.count == 1 else { throw .malformedSection(.program) }
    program = programs[0]
    guard program.version == ProgramRecord.currentVersion else { throw .unsupportedVersion(program.version) }
    bytes = reader.paddedBytes(.bytes)
    strings = StringRecord.pieces(try reader.words(.strings))
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
    transitions = reader.plainWords(.transitions)
    captures = try reader.records(.captures)
    zones = try reader.records(.zones)
    dataSets = try reader.records(.dataSets)
    code = try reader.longWords(.code).map { Instruction(rawValue: $0) }
    conditions = ConditionRecord.pieces(try reader.words(.conditions))
    scopes = try reader.records(.scopes)
    rules = try reader.records(.rules)
    ruleOrder = try reader.words(.ruleOrder)
    scopeSlots = try reader.words(.scopeSlots)
    costs = try reader.records(.costs)
    sourceMap = try reader.records(.sourceMap)
    features = try reader.records(.features)
    decisions = try reader.words(.decisions)
  }
}

/// Reads sections of an image; the constructor has checked that each is there once, and holds whole elements unless it is
/// packed.
private struct SectionReader {
  /// By raw value of the kind.
  private var sections: [UnverifiedProgram.Section]

  init(_ program: UnverifiedProgram) throws(Rejection) {
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

  func paddedBytes(_ kind: SectionKind) -> [UInt8] {
    let section = section(kind)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(section.bytes.count + TextWords.padding)
    bytes.append(contentsOf: section.bytes)
    bytes.append(contentsOf: repeatElement(0, count: TextWords.padding))
    return bytes
  }

  /// The words of a section of whole elements, none of which is smaller than a word.
  func words(_ kind: SectionKind) throws(Rejection) -> [UInt32] {
    guard section(kind).isPacked else { return plainWords(kind) }
    guard let words = PackedWords.unpack(section(kind).bytes.span),
      words.count % (kind.elementBytes / 4) == 0
    else { throw .malformedSection(kind) }
    return words
  }

  /// The same, two words as one: the low half comes first.
  func longWords(_ kind: SectionKind) throws(Rejection) -> [UInt64] {
    let halves = try words(kind)
    let words = halves.span
    var result: [UInt64] = []
    result.reserveCapacity(words.count / 2)
    for place in 0..<(words.count / 2) {
      result.append(UInt64(words[2 * place]) | UInt64(words[2 * place + 1]) << 32)
    }
    return result
  }

  /// The words of a section that is not packed.
  func plainWords<Word: FixedWidthInteger>(_ kind: SectionKind) -> [Word] {
    let section = section(kind)
    let size = Word.bitWidth / 8
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

  func addresses(_ kind: SectionKind) throws(Rejection) -> [Address] {
    let halves = try longWords(kind)
    return stride(from: 0, to: halves.count, by: 2).map { Address(high: halves[$0], low: halves[$0 + 1]) }
  }

  func records<Record: TableRecord>(_ kind: SectionKind) throws(Rejection) -> [Record] {
    let all = try words(kind)
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
