import CNghttp2
import ProxyTransport

/// A header list to be sent. A worker has one for all its sessions.
///
/// Entries are places in the worker's memory; what is not written there yet goes to the text, a region of the list's own. They are
/// copied when the list is submitted.
public struct HTTP2Fields: ~Copyable {
  /// Fields that fit.
  public static var fieldsMax: Int { 128 }

  private(set) var entries: FixedTable<weir_h2_field>
  /// How many fields there are.
  public private(set) var count = 0
  /// A field did not fit: the list must not be sent.
  public private(set) var isOverflown = false
  private let text: ByteRange
  private var textUsed = 0

  /// An empty list with a region that nobody else writes.
  public init(text: ByteRange) {
    self.text = text
    entries = FixedTable(repeating: weir_h2_field(), count: HTTP2Fields.fieldsMax)
  }

  public mutating func removeAll() {
    count = 0
    textUsed = 0
    isOverflown = false
  }

  /// Appends a field whose bytes are written already, the name in lower case.
  public mutating func append(_ field: HTTP2Field) {
    guard count < HTTP2Fields.fieldsMax, let nameCount = UInt16(exactly: field.name.count) else {
      isOverflown = true
      return
    }
    entries[count] = weir_h2_field(
      name_start: field.name.start, value_start: field.value.start, value_count: field.value.count,
      name_count: nameCount, flags: field.isNeverIndexed ? WEIR_H2_NEVER_INDEX : 0)
    count += 1
  }

  /// Appends a field whose name may have capital letters; seven bytes behind it belong to the memory as well.
  public mutating func append(lowercasing name: ByteRange, value: ByteRange, in memory: inout Memory) {
    // Written in words: up to seven bytes behind the name are written as well.
    guard let room = takeText(Int(name.count) + 7) else { return }
    var offset: UInt32 = 0
    while offset < name.count {
      memory.store(word: ByteScan.lowercased(memory.word(at: name.start + offset)), at: room.start + offset)
      offset += 8
    }
    append(HTTP2Field(name: room.prefix(Int(name.count)), value: value))
  }

  /// Appends a field with a name of the program, in lower case.
  public mutating func append(_ name: StaticString, value: ByteRange, in memory: inout Memory) {
    guard let place = write(name, in: &memory) else { return }
    append(HTTP2Field(name: place, value: value))
  }

  /// Appends a field of the program.
  public mutating func append(_ name: StaticString, _ value: StaticString, in memory: inout Memory) {
    guard let place = write(name, in: &memory), let value = write(value, in: &memory) else { return }
    append(HTTP2Field(name: place, value: value))
  }

  /// Appends a field whose value is a number, perhaps with a letter behind it.
  public mutating func append(
    _ name: StaticString, decimal: UInt64, unit: Unicode.Scalar? = nil, in memory: inout Memory
  ) {
    guard let place = write(name, in: &memory), let room = takeText(21) else { return }
    var rest = decimal
    var start = room.end
    if let unit {
      start -= 1
      memory[start] = UInt8(truncatingIfNeeded: unit.value)
    }
    repeat {
      start -= 1
      memory[start] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
      rest /= 10
    } while rest > 0
    append(HTTP2Field(name: place, value: ByteRange(start: start, count: room.end - start)))
  }

  private mutating func write(_ text: StaticString, in memory: inout Memory) -> ByteRange? {
    guard let room = takeText(text.utf8CodeUnitCount) else { return nil }
    memory.store(text, at: room.start)
    return room
  }

  private mutating func takeText(_ byteCount: Int) -> ByteRange? {
    guard byteCount <= Int(text.count) - textUsed else {
      isOverflown = true
      return nil
    }
    defer { textUsed += byteCount }
    return text.slice(textUsed..<(textUsed + byteCount))
  }
}

extension weir_h2_field {
  /// The end of whatever lies further back.
  var endOffset: Int {
    max(Int(name_start) + Int(name_count), Int(value_start) + Int(value_count))
  }
}
