/// Header fields: names and values, each in its canonical form (RFC 9110 section 5).
public enum CanonicalHeader {
  /// Whether the bytes are a token, as methods and field names are (RFC 9110 sections 5.6.2 and 9.1), and not too long.
  public static func isName(_ name: Span<UInt8>) -> Bool {
    guard name.count > 0, name.count <= CanonicalLimits.headerNameBytesMax else { return false }
    for index in name.indices where !name[index].isTokenByte { return false }
    return true
  }

  /// Writes the name in lower case and returns its length.
  ///
  /// - Parameter scratch: at least `name.count` bytes, otherwise `header_name_too_long`.
  /// - Throws: `header_name_*`. A name is a token; bytes from 0x80 on are refused.
  public static func writeName(
    _ name: Span<UInt8>, into scratch: inout MutableSpan<UInt8>
  ) throws(RejectReason) -> Int {
    guard name.count > 0 else { throw .headerNameEmpty }
    guard name.count <= CanonicalLimits.headerNameBytesMax, name.count <= scratch.count else {
      throw .headerNameTooLong
    }
    var index = 0
    // Words of the usual letters, while a whole word has room.
    while index < name.count, scratch.count - index >= 8 {
      let count = min(8, name.count - index)
      // Bytes that are not of the name are made letters of.
      let padding: UInt64 = count == 8 ? 0 : 0x6161_6161_6161_6161 << UInt64(8 * count)
      guard let lower = lowercasedName(word(name, from: index, count: count) | padding) else { break }
      store(lower, to: &scratch, at: index)
      index += count
    }
    while index < name.count {
      guard name[index].isTokenByte else { throw .headerNameForbiddenByte }
      scratch[index] = name[index].asciiLowercased
      index += 1
    }
    return name.count
  }

  /// The offsets of the value without the whitespace around it; nothing is copied.
  ///
  /// Bytes from 0x80 on are allowed (`obs-text`): real senders write UTF-8 there, and they compare as bytes.
  ///
  /// - Throws: `header_value_*`: line breaks (and so folded lines), NUL and controls other than the tab are refused.
  public static func trimValue(_ value: Span<UInt8>) throws(RejectReason) -> Range<Int> {
    var start = 0
    var end = value.count
    while start < end, value[start].isOptionalWhitespace { start += 1 }
    while end > start, value[end - 1].isOptionalWhitespace { end -= 1 }
    guard end - start <= CanonicalLimits.headerValueBytesMax else { throw .headerValueTooLong }
    var index = start
    while end - index >= 8, !hasControl(word(value, at: index)) { index += 8 }
    // The last bytes once more, together with some before them.
    if end - start >= 8, end - index < 8, !hasControl(word(value, at: end - 8)) { index = end }
    while index < end {
      let byte = value[index]
      index += 1
      guard byte.isControl else { continue }
      switch byte {
      case 0: throw .headerValueNul
      case 0x0A, 0x0D: throw .headerValueLineBreak
      case 0x09: continue
      default: throw .headerValueControl
      }
    }
    return start..<end
  }
}

/// Counts the fields of one request against the limits.
public struct HeaderBudget: Sendable {
  private var fields = 0
  private var bytes = 0

  public init() {}

  /// Takes one field line into account; sizes as received.
  ///
  /// - Throws: `header_too_many_fields` or `header_section_too_large`.
  public mutating func add(nameBytes: Int, valueBytes: Int) throws(RejectReason) {
    guard fields < CanonicalLimits.headerFieldsMax else { throw .headerTooManyFields }
    let room = CanonicalLimits.headerSectionBytesMax - bytes
    guard nameBytes <= room, valueBytes <= room - nameBytes else { throw .headerSectionTooLarge }
    fields += 1
    bytes += nameBytes + valueBytes
  }
}
