extension IPAddress {
  /// Bytes of the longest text.
  public static let textBytesMax = 39

  /// Writes the address as text and returns its length: `10.1.2.3` for IPv4, the text of RFC 5952 for IPv6.
  ///
  /// - Parameter room: at least `textBytesMax` bytes.
  /// - Complexity: constant, no allocation.
  public func write(to room: inout MutableSpan<UInt8>) -> Int {
    var length = 0
    if isIPv4 {
      for part in 0..<4 {
        if part > 0 { put(UInt8(ascii: "."), &room, &length) }
        let number = UInt8(truncatingIfNeeded: low >> UInt64(24 - 8 * part))
        if number >= 100 { put(0x30 + number / 100, &room, &length) }
        if number >= 10 { put(0x30 + number / 10 % 10, &room, &length) }
        put(0x30 + number % 10, &room, &length)
      }
      return length
    }
    let zeros = longestZeroRun
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound, !zeros.isEmpty {
        put(UInt8(ascii: ":"), &room, &length)
        put(UInt8(ascii: ":"), &room, &length)
        index = zeros.upperBound
        continue
      }
      if index > 0, index != zeros.upperBound { put(UInt8(ascii: ":"), &room, &length) }
      let value = group(index)
      var shift: UInt16 = value > 0xFFF ? 12 : value > 0xFF ? 8 : value > 0xF ? 4 : 0
      while true {
        let digit = UInt8(truncatingIfNeeded: value >> shift & 0xF)
        put(digit < 10 ? 0x30 + digit : 0x57 + digit, &room, &length)
        if shift == 0 { break }
        shift -= 4
      }
      index += 1
    }
    return length
  }

  /// One of the eight groups of 16 bits.
  private func group(_ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)))
  }

  /// The first longest run of two or more zero groups, which becomes `::`.
  private var longestZeroRun: Range<Int> {
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, group(end) == 0 { end += 1 }
      if end - start >= 2, end - start > best.count { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }
}

private func put(_ byte: UInt8, _ room: inout MutableSpan<UInt8>, _ length: inout Int) {
  room[length] = byte
  length += 1
}
