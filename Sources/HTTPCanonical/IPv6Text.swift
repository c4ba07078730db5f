/// Reads and writes the text of IPv6 addresses; one address has one text (RFC 5952).
enum IPv6Text {
  typealias Groups = InlineArray<8, UInt16>

  /// The eight groups of the address in `range`, nil when it is not one (RFC 4291 section 2.2). No zone.
  static func parse(_ text: Span<UInt8>, in range: Range<Int>) -> Groups? {
    var groups = Groups(repeating: 0)
    var count = 0
    var gap: Int?  // index of the group before which `::` stood
    var index = range.lowerBound
    let colon = UInt8(ascii: ":")

    if range.count >= 2, text[index] == colon {
      guard text[index + 1] == colon else { return nil }
      gap = 0
      index += 2
    }
    while index < range.upperBound {
      if count <= 6, CanonicalHost.isIPv4(text, in: index..<range.upperBound) {
        appendIPv4(text, in: index..<range.upperBound, to: &groups, at: count)
        count += 2
        break
      }
      guard count < 8 else { return nil }
      let start = index
      var value: UInt16 = 0
      while index < range.upperBound, index - start < 4, let digit = text[index].hexValue {
        value = value << 4 | UInt16(digit)
        index += 1
      }
      guard index > start else { return nil }
      groups[count] = value
      count += 1
      guard index < range.upperBound else { break }
      guard text[index] == colon, index + 1 < range.upperBound else { return nil }
      index += 1
      if text[index] == colon {
        guard gap == nil else { return nil }
        gap = count
        index += 1
      }
    }
    guard let gap else { return count == 8 ? groups : nil }
    // `::` stands for at least one group.
    guard count < 8 else { return nil }
    let moved = count - gap
    for offset in 0..<moved {
      groups[7 - offset] = groups[count - 1 - offset]
      groups[count - 1 - offset] = 0
    }
    return groups
  }

  private static func appendIPv4(_ text: Span<UInt8>, in range: Range<Int>, to groups: inout Groups, at count: Int) {
    var bytes = InlineArray<4, UInt16>(repeating: 0)
    var part = 0
    for index in range {
      if text[index] == UInt8(ascii: ".") {
        part += 1
      } else {
        bytes[part] = bytes[part] * 10 + UInt16(text[index] - 0x30)
      }
    }
    groups[count] = bytes[0] << 8 | bytes[1]
    groups[count + 1] = bytes[2] << 8 | bytes[3]
  }

  /// Writes the address in brackets and returns the length, at most 41 bytes. The caller gives the room.
  ///
  /// Lower case, no leading zeros, the first longest run of two or more zero groups as `::`. Addresses are written in
  /// hexadecimal throughout: the mixed form would be a second spelling.
  static func write(_ groups: Groups, into scratch: inout MutableSpan<UInt8>) -> Int {
    let zeros = longestZeroRun(groups)
    var length = 0
    func put(_ byte: UInt8, _ scratch: inout MutableSpan<UInt8>) {
      scratch[length] = byte
      length += 1
    }
    put(UInt8(ascii: "["), &scratch)
    var group = 0
    while group < 8 {
      if group == zeros.lowerBound, !zeros.isEmpty {
        put(UInt8(ascii: ":"), &scratch)
        put(UInt8(ascii: ":"), &scratch)
        group = zeros.upperBound
        continue
      }
      if group > 0, group != zeros.upperBound { put(UInt8(ascii: ":"), &scratch) }
      let value = groups[group]
      var shift: UInt16 = value > 0xFFF ? 12 : value > 0xFF ? 8 : value > 0xF ? 4 : 0
      while true {
        put(UInt8.upperHexDigit(UInt8(value >> shift & 0xF)).asciiLowercased, &scratch)
        if shift == 0 { break }
        shift -= 4
      }
      group += 1
    }
    put(UInt8(ascii: "]"), &scratch)
    return length
  }

  private static func longestZeroRun(_ groups: Groups) -> Range<Int> {
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start >= 2, end - start > best.count { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }
}
