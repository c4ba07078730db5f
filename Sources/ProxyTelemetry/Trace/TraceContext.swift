import ProxyTransport

/// The `traceparent` of a request (W3C Trace Context, level 1): which trace it belongs to, and the span that called.
public struct TraceContext: BitwiseCopyable, Hashable, Sendable {
  /// Bytes of the text.
  public static let byteCount = 55

  /// Trace id, 128 bits, never zero.
  public let traceHigh: UInt64
  public let traceLow: UInt64
  /// Parent id, never zero.
  public let parent: UInt64
  public let flags: UInt8

  public var isSampled: Bool { flags & 1 == 1 }

  /// Begins a trace. Nobody has asked to record it: it is not sampled.
  public init(random: inout RandomSource) {
    traceHigh = random.next()
    traceLow = max(random.next(), 1)
    parent = max(random.next(), 1)
    flags = 0
  }

  /// Reads the value of a `traceparent` field.
  ///
  /// A later version is read as version 00, as section 3.2.4 of the recommendation asks.
  ///
  /// - Returns: `nil` for what the recommendation calls invalid; then `tracestate` is dropped too and a new trace begins.
  public init?(_ text: Span<UInt8>) {
    guard text.count >= Self.byteCount, text[2] == Self.dash, text[35] == Self.dash, text[52] == Self.dash,
      let version = hex(text, 0..<2), version != 0xFF, let high = hex(text, 3..<19), let low = hex(text, 19..<35),
      let parent = hex(text, 36..<52), let flags = hex(text, 53..<55), high | low != 0, parent != 0,
      text.count == Self.byteCount || (version > 0 && text[Self.byteCount] == Self.dash)
    else { return nil }
    traceHigh = high
    traceLow = low
    self.parent = parent
    self.flags = UInt8(truncatingIfNeeded: flags)
  }

  /// Writes the text of version 00: `byteCount` bytes.
  public func write(to memory: inout Memory, at start: UInt32) {
    memory.store("00-", at: start)
    memory.store(hexadecimal: traceHigh, at: start + 3)
    memory.store(hexadecimal: traceLow, at: start + 19)
    memory[start + 35] = Self.dash
    memory.store(hexadecimal: parent, at: start + 36)
    memory.store(isSampled ? "-01" : "-00", at: start + 52)
  }

  private static let dash = UInt8(ascii: "-")
}

/// The `x-request-id` of a request: a version 4 UUID (RFC 9562 section 5.4).
public struct RequestID: BitwiseCopyable, Hashable, Sendable {
  /// Bytes of the text.
  public static let byteCount = 36

  public let high: UInt64
  public let low: UInt64

  public init(random: inout RandomSource) {
    high = random.next() & ~0xF000 | 0x4000
    low = random.next() & ~(0b11 << 62) | 0b10 << 62
  }

  /// Writes the text: `byteCount` bytes.
  public func write(to memory: inout Memory, at start: UInt32) {
    let middle = Digits.hexadecimal(UInt32(truncatingIfNeeded: high))
    let other = Digits.hexadecimal(UInt32(truncatingIfNeeded: low >> 32))
    memory.store(word: Digits.hexadecimal(UInt32(truncatingIfNeeded: high >> 32)), at: start)
    memory.store(half: middle, at: start + 9)
    memory.store(half: middle >> 32, at: start + 14)
    memory.store(half: other, at: start + 19)
    memory.store(half: other >> 32, at: start + 24)
    memory.store(word: Digits.hexadecimal(UInt32(truncatingIfNeeded: low)), at: start + 28)
    let dashes: InlineArray<4, UInt32> = [8, 13, 18, 23]
    for index in dashes.indices { memory[start + dashes[index]] = UInt8(ascii: "-") }
  }
}

/// Lower-case hexadecimal digits, as the recommendation demands; `nil` for any other byte.
private func hex(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
  var number: UInt64 = 0
  for index in range {
    let digit: UInt8
    switch text[index] {
    case 0x30...0x39: digit = text[index] - 0x30
    case 0x61...0x66: digit = text[index] - 0x57
    default: return nil
    }
    number = number << 4 | UInt64(digit)
  }
  return number
}
