import HTTPWire
import ProxyTransport
import WeirEnforcement
import WeirPolicy

/// Writes a head into a region of the worker's memory: a place and what is left of it.
///
/// What does not fit is not written and remembered in `isOverflowing`; nobody sends a head that overflowed.
struct MemoryWriter {
  private(set) var written: ByteRange
  private let limit: UInt32
  private(set) var isOverflowing = false

  init(_ room: ByteRange) {
    written = ByteRange(start: room.start, count: 0)
    limit = room.start + room.count
  }

  @inline(__always)
  mutating func append(_ bytes: Span<UInt8>, to memory: inout Memory) {
    guard bytes.count <= Int(limit - written.end) else {
      isOverflowing = true
      return
    }
    memory.store(bytes, at: written.end)
    written.count += UInt32(bytes.count)
  }

  @inline(__always)
  mutating func append(_ text: StaticString, to memory: inout Memory) {
    guard text.utf8CodeUnitCount <= Int(limit - written.end) else {
      isOverflowing = true
      return
    }
    memory.store(text, at: written.end)
    written.count += UInt32(text.utf8CodeUnitCount)
  }

  @inline(__always)
  mutating func append(_ byte: UInt8, to memory: inout Memory) {
    guard written.end < limit else {
      isOverflowing = true
      return
    }
    memory[written.end] = byte
    written.count += 1
  }

  @inline(__always)
  mutating func append(bytes: Span<UInt8>, _ place: Place, to memory: inout Memory) {
    append(bytes.extracting(place.range), to: &memory)
  }

  /// A text that is none of the hot path.
  mutating func append(text: String, to memory: inout Memory) {
    for byte in text.utf8 { append(byte, to: &memory) }
  }

  /// `10.1.2.3` or `2001:db8::1`.
  mutating func append(address: IPAddress, to memory: inout Memory) {
    guard address.isIPv4 else {
      // Rare enough for a text of its own.
      append(text: address.description, to: &memory)
      return
    }
    for byte in 0..<4 {
      if byte > 0 { append(UInt8(ascii: "."), to: &memory) }
      let number = UInt8(truncatingIfNeeded: address.low >> UInt64(24 - 8 * byte))
      if number >= 100 { append(0x30 + number / 100, to: &memory) }
      if number >= 10 { append(0x30 + number / 10 % 10, to: &memory) }
      append(0x30 + number % 10, to: &memory)
    }
  }

  /// Bytes that lie in the same memory.
  @inline(__always)
  mutating func copy(_ bytes: ByteRange, in memory: inout Memory) {
    guard bytes.count <= limit - written.end else {
      isOverflowing = true
      return
    }
    memory.copy(bytes, to: written.end)
    written.count += bytes.count
  }

  mutating func append(decimal number: UInt64, to memory: inout Memory) {
    var digits: UInt32 = 1
    var rest = number
    while rest >= 10 {
      digits += 1
      rest /= 10
    }
    guard digits <= limit - written.end else {
      isOverflowing = true
      return
    }
    written.count += digits
    var place = written.end
    rest = number
    repeat {
      place -= 1
      memory[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  mutating func append(hexadecimal number: UInt64, digits count: Int, to memory: inout Memory) {
    for place in 0..<count {
      let digit = UInt8(truncatingIfNeeded: number >> UInt64(4 * (count - 1 - place))) & 0xF
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10, to: &memory)
    }
  }
}

extension MemoryWriter {
  /// What a response says of the connection: that it ends, or, to those who would end it, that it goes on.
  mutating func append(connectionOf flags: Exchange.Flags, to memory: inout Memory) {
    if !flags.contains(.keepsAlive) {
      append("connection: close\r\n", to: &memory)
    } else if flags.contains(.isOldClient) {
      append("connection: keep-alive\r\n", to: &memory)
    }
  }

  /// Bytes that `append(reference:)` adds.
  static let referenceBytes = 18

  /// What follows the reason in the body of an answer: the number by which the log has it.
  mutating func append(reference: UInt64, to memory: inout Memory) {
    append(UInt8(ascii: " "), to: &memory)
    append(hexadecimal: reference, digits: 16, to: &memory)
    append(UInt8(ascii: "\n"), to: &memory)
  }

  /// `HTTP/1.1 404 Not Found` and the end of the line.
  mutating func append(statusLineOf status: UInt16, to memory: inout Memory) {
    if status == 200 {
      append("HTTP/1.1 200 OK\r\n", to: &memory)
      return
    }
    append("HTTP/1.1 ", to: &memory)
    append(decimal: UInt64(status), to: &memory)
    append(" ", to: &memory)
    if let phrase = reasonPhrase(status) { append(phrase, to: &memory) }
    append("\r\n", to: &memory)
  }
}
