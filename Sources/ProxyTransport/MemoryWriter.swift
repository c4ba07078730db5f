import WeirPolicy

/// Writes text into a region of a worker's memory: a place and what is left of it.
///
/// What does not fit is not written and remembered in `isOverflowing`; nobody uses a text that overflowed.
@frozen
public struct MemoryWriter: BitwiseCopyable {
  @usableFromInline var place: ByteRange
  @usableFromInline let limit: UInt32
  @usableFromInline var hasOverflowed = false

  /// The text so far.
  @inlinable public var written: ByteRange { place }
  @inlinable public var isOverflowing: Bool { hasOverflowed }

  @inlinable
  public init(_ room: ByteRange) {
    place = ByteRange(start: room.start, count: 0)
    limit = room.end
  }

  /// Takes that much of the room, and says where it begins; `nil` when it has overflowed.
  @inlinable
  @inline(__always)
  mutating func take(_ count: Int) -> UInt32? {
    guard count <= Int(limit - written.end) else {
      hasOverflowed = true
      return nil
    }
    defer { place.count &+= UInt32(truncatingIfNeeded: count) }
    return written.end
  }

  @inlinable
  @inline(__always)
  public mutating func append(_ bytes: Span<UInt8>, to memory: inout Memory) {
    if let place = take(bytes.count) { memory.store(bytes, at: place) }
  }

  /// A piece of a table of texts.
  @inlinable
  @inline(__always)
  public mutating func append(_ bytes: Span<UInt8>, _ piece: ByteRange, to memory: inout Memory) {
    let first = Int(piece.start)
    if piece.count <= 32, limit - written.end >= 32, bytes.count - first >= 32 {
      memory.store32(bytes, from: first, at: written.end)
      place.count &+= piece.count
    } else {
      append(bytes.extracting(first..<Int(piece.end)), to: &memory)
    }
  }

  @inlinable
  @inline(__always)
  public mutating func append(_ text: StaticString, to memory: inout Memory) {
    if let place = take(text.utf8CodeUnitCount) { memory.store(text, at: place) }
  }

  @inlinable
  @inline(__always)
  public mutating func append(_ byte: UInt8, to memory: inout Memory) {
    if let place = take(1) { memory[place] = byte }
  }

  /// A text that is none of the hot path.
  public mutating func append(text: String, to memory: inout Memory) {
    for byte in text.utf8 { append(byte, to: &memory) }
  }

  /// Bytes that lie in the same memory.
  @inlinable
  @inline(__always)
  public mutating func copy(_ bytes: ByteRange, in memory: inout Memory) {
    if let place = take(Int(bytes.count)) { memory.copy(bytes, to: place) }
  }

  /// `10.1.2.3` or `2001:db8::1`.
  public mutating func append(_ address: IPAddress, to memory: inout Memory) {
    let room = Int(limit - written.end)
    guard room >= IPAddress.textBytesMax else {
      append(text: address.description, to: &memory)
      return
    }
    var text = memory.mutableSpan(ByteRange(start: written.end, count: UInt32(IPAddress.textBytesMax)))
    place.count += UInt32(truncatingIfNeeded: address.write(to: &text))
  }
}

// MARK: Numbers

extension MemoryWriter {
  /// In decimal.
  ///
  /// - Parameter minimum: 1 to 8; zeros stand in front where it has fewer digits.
  public mutating func append(decimal number: UInt64, digits minimum: Int = 1, to memory: inout Memory) {
    var dropped = 8 - minimum
    var rest = number
    if number >= 100_000_000 {
      append(decimal: number / 100_000_000, to: &memory)
      rest = number % 100_000_000
      dropped = 0
    }
    let digits = Digits.decimal(rest)
    dropped = min(dropped, Digits.leadingZeros(digits))
    append(digits >> UInt64(8 * dropped), count: 8 - dropped, to: &memory)
  }

  /// Sixteen digits in lower case.
  public mutating func append(hexadecimal number: UInt64, to memory: inout Memory) {
    if let place = take(16) { memory.store(hexadecimal: number, at: place) }
  }

  /// The lowest bytes of a word.
  @inline(__always)
  private mutating func append(_ word: UInt64, count: Int, to memory: inout Memory) {
    if limit - written.end >= 8 {
      memory.store(word: word, at: written.end)
      place.count &+= UInt32(truncatingIfNeeded: count)
    } else {
      for index in 0..<count { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index)), to: &memory) }
    }
  }
}

// MARK: JSON

extension MemoryWriter {
  /// The inside of a JSON string (RFC 8259 section 7), of bytes that lie in the same memory: quotes, backslashes and controls escaped.
  /// What is no ASCII is told as Latin-1, so that the text is valid UTF-8 whatever it was made of.
  public mutating func append(escaped bytes: ByteRange, in memory: inout Memory) {
    var index = bytes.start
    while bytes.end - index >= 8, !hasSpecial(memory.word(at: index)) { index += 8 }
    // The last bytes as a word whose other bytes are letters.
    if bytes.end - index < 8, Int(index) + 8 <= memory.capacity {
      let foreign = UInt64.max << UInt64(8 * (bytes.end - index))
      if !hasSpecial(memory.word(at: index) & ~foreign | 0x6161_6161_6161_6161 & foreign) { index = bytes.end }
    }
    while index < bytes.end, !isSpecial(memory[index]) { index += 1 }
    copy(bytes.prefix(Int(index - bytes.start)), in: &memory)
    while index < bytes.end {
      append(escaped: memory[index], to: &memory)
      index += 1
    }
  }

  private mutating func append(escaped byte: UInt8, to memory: inout Memory) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      append(UInt8(ascii: "\\"), to: &memory)
      append(byte, to: &memory)
    case 0..<0x20, 0x7F...:
      append("\\u", to: &memory)
      append(Digits.hexadecimal(UInt32(byte)) >> 32, count: 4, to: &memory)
    default: append(byte, to: &memory)
    }
  }
}

/// Whether a byte does not stand for itself in a JSON string.
private func isSpecial(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte &- 0x20 >= 0x7F - 0x20
}

/// Whether one of eight bytes is special. Exact: a borrow only marks bytes above one that is special itself.
@inline(__always)
private func hasSpecial(_ word: UInt64) -> Bool {
  let ones: UInt64 = 0x0101_0101_0101_0101
  func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
  let controls = (word &- ones &* 0x20) & ~word
  let marks = word | controls | zeros(word ^ ones &* 0x22) | zeros(word ^ ones &* 0x5C) | zeros(word ^ ones &* 0x7F)
  return marks & ones &* 0x80 != 0
}
