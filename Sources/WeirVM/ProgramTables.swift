import WeirISA

/// The sections of a program as arrays: decoded once, indices not yet checked.
struct ProgramTables: Sendable {
  var program: ProgramRecord
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
  var hashBuckets: [HashBucket] = []
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
    bytes = reader.bytes(.bytes)
    strings = StringRecord.pieces(reader.words(.strings))
    slots = try reader.records(.slots)
    integers = reader.words(.integers)
    addresses = reader.addresses(.addresses)
    rangeSets = try reader.records(.rangeSets)
    rangeBounds = reader.words(.rangeBounds)
    networkSets = try reader.records(.networkSets)
    networkBounds = reader.addresses(.networkBounds)
    hashSets = try reader.records(.hashSets)
    hashBuckets = try reader.records(.hashBuckets)
    patterns = try reader.records(.patterns)
    segments = try reader.records(.segments)
    patternGroups = try reader.records(.patternGroups)
    groupMembers = reader.words(.groupMembers)
    automata = try reader.records(.automata)
    transitions = reader.words(.transitions)
    captures = try reader.records(.captures)
    zones = try reader.records(.zones)
    dataSets = try reader.records(.dataSets)
    let words: [UInt64] = reader.words(.code)
    code = words.map { Instruction(rawValue: $0) }
    conditions = ConditionRecord.pieces(reader.words(.conditions))
    scopes = try reader.records(.scopes)
    rules = try reader.records(.rules)
    ruleOrder = reader.words(.ruleOrder)
    scopeSlots = reader.words(.scopeSlots)
    costs = try reader.records(.costs)
    sourceMap = try reader.records(.sourceMap)
    features = try reader.records(.features)
    decisions = reader.words(.decisions)
  }
}

/// Reads sections of an image; the constructor has checked that each is there once, in bounds, with whole elements.
private struct SectionReader {
  private let data: [UInt8]
  /// By raw value of the kind.
  private var ranges: [Range<Int>]

  init(_ program: UnverifiedProgram) throws(Rejection) {
    data = program.bytes
    var found: [Range<Int>?] = Array(repeating: nil, count: 32)
    for section in program.sections where section.kind.isProgram {
      let number = Int(section.kind.rawValue)
      guard found[number] == nil else { throw .repeatedSection(section.kind) }
      guard section.range.lowerBound >= 0, section.range.upperBound <= data.count,
        section.range.count % section.kind.elementBytes == 0, section.range.count <= Int(UInt32.max)
      else { throw .malformedSection(section.kind) }
      found[number] = section.range
    }
    ranges = Array(repeating: 0..<0, count: 32)
    for kind in SectionKind.allCases where kind.isProgram {
      guard let range = found[Int(kind.rawValue)] else { throw .missingSection(kind) }
      ranges[Int(kind.rawValue)] = range
    }
  }

  private func range(_ kind: SectionKind) -> Range<Int> { ranges[Int(kind.rawValue)] }

  func bytes(_ kind: SectionKind) -> [UInt8] { Array(data[range(kind)]) }

  func words<Word: FixedWidthInteger>(_ kind: SectionKind) -> [Word] {
    let range = range(kind)
    let size = Word.bitWidth / 8
    let bytes = data.span.extracting(range)
    var words: [Word] = []
    words.reserveCapacity(range.count / size)
    for index in 0..<(range.count / size) {
      // One check of bounds a word.
      let piece = bytes.extracting((size * index)..<(size * index + size))
      var word: Word = 0
      for byte in 0..<size { word |= Word(truncatingIfNeeded: piece[byte]) << Word(8 * byte) }
      words.append(word)
    }
    return words
  }

  func addresses(_ kind: SectionKind) -> [Address] {
    let halves: [UInt64] = words(kind)
    return stride(from: 0, to: halves.count, by: 2).map { Address(high: halves[$0], low: halves[$0 + 1]) }
  }

  func records<Record: TableRecord>(_ kind: SectionKind) throws(Rejection) -> [Record] {
    let all: [UInt32] = words(kind)
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
