/// A hash table from names to `KnownField`, filled once from `KnownField.name`: one probe and three comparisons of words
/// for a name, whatever its case.
struct KnownNames: ~Copyable {
  /// The longest name in the table.
  static let nameBytesMax = 24

  struct Entry: BitwiseCopyable {
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0
    var count = 0
    var known = KnownField.other
  }

  /// Four times as many slots as names: most names that are not known end at an empty slot.
  private var slots = FixedTable<UInt8>(repeating: 0, count: 256)
  private var entries = FixedTable(repeating: Entry(), count: KnownField.allCases.count)

  init() {
    for known in KnownField.allCases where known.name.utf8CodeUnitCount > 0 {
      let name = known.name.bytes
      let entry = Self.entry(name, 0..<name.count, known)
      entries[Int(known.rawValue)] = entry
      var slot = Self.slot(entry.first, entry.second, name.count)
      while slots[slot] != 0 { slot = (slot + 1) & 255 }
      slots[slot] = known.rawValue
    }
  }

  /// The field of this name. `range` holds a token.
  @inline(__always)
  func field(_ bytes: Span<UInt8>, _ range: Range<Int>) -> KnownField {
    guard range.count <= Self.nameBytesMax else {
      return Self.isForwarded(Self.entry(bytes, range.prefix(Self.nameBytesMax), .other)) ? .xForwardedOther : .other
    }
    let name = Self.entry(bytes, range, .other)
    var slot = Self.slot(name.first, name.second, name.count)
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot])]
      if entry.first == name.first, entry.second == name.second, entry.third == name.third, entry.count == name.count {
        return entry.known
      }
      slot = (slot &+ 1) & 255
    }
    return Self.isForwarded(name) ? .xForwardedOther : .other
  }

  /// Whether a name begins with `x-forwarded-`.
  @inline(__always)
  private static func isForwarded(_ name: Entry) -> Bool {
    name.first == 0x7261_7772_6F66_2D78 && UInt32(truncatingIfNeeded: name.second) == 0x2D64_6564
  }

  /// Whether the name becomes that of a field which may not be mimicked when `_` is read as `-`.
  func mimics(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
    // Of names that are longer than any in the table, the beginning may tell.
    let name = name.count <= Self.nameBytesMax ? name : name.prefix(12)
    var dashed = InlineArray<24, UInt8>(repeating: 0)
    var hasUnderscore = false
    for index in 0..<name.count {
      let byte = bytes[name.lowerBound &+ index]
      hasUnderscore = hasUnderscore || byte == UInt8(ascii: "_")
      dashed[index] = byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte
    }
    return hasUnderscore && field(dashed.span, 0..<name.count).mayNotBeMimicked
  }

  @inline(__always)
  private static func entry(_ bytes: Span<UInt8>, _ range: Range<Int>, _ known: KnownField) -> Entry {
    let start = range.lowerBound
    return Entry(
      first: ByteScan.foldedWord(bytes, from: start, count: range.count),
      second: range.count > 8 ? ByteScan.foldedWord(bytes, from: start &+ 8, count: range.count &- 8) : 0,
      third: range.count > 16 ? ByteScan.foldedWord(bytes, from: start &+ 16, count: range.count &- 16) : 0,
      count: range.count, known: known)
  }

  @inline(__always)
  private static func slot(_ first: UInt64, _ second: UInt64, _ count: Int) -> Int {
    Int(truncatingIfNeeded: ((first ^ second &* 3 ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15) >> 56)
  }
}
