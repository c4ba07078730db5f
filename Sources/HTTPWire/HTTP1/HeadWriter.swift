/// Writes heads and chunk headers into bytes that somebody else owns.
///
/// What does not fit is left out and `hasOverflowed` is set: check once, at the end.
public struct HeadWriter: ~Copyable, ~Escapable {
  private var bytes: MutableSpan<UInt8>
  private let end: Int
  /// Where the next byte goes; counts from the beginning of the span.
  public private(set) var position: Int
  /// Whether something did not fit. What was written before is not a head then.
  public private(set) var hasOverflowed = false

  /// Writes to `bytes[range]`, all of it where no range is given.
  @_lifetime(copy bytes)
  @inlinable
  public init(_ bytes: consuming MutableSpan<UInt8>, in range: Range<Int>? = nil) {
    let range = range ?? 0..<bytes.count
    self.init(bytes, from: range.lowerBound, to: range.upperBound)
  }

  @_lifetime(copy bytes)
  @usableFromInline
  init(_ bytes: consuming MutableSpan<UInt8>, from start: Int, to end: Int) {
    precondition(start >= 0 && start <= end && end <= bytes.count)
    self.bytes = bytes
    self.end = end
    position = start
  }

  /// Whether `count` bytes fit; remembers when they do not.
  @inline(__always)
  @_lifetime(self: copy self)
  private mutating func hasRoom(_ count: Int) -> Bool {
    if !hasOverflowed, count <= end &- position { return true }
    hasOverflowed = true
    return false
  }

  @_lifetime(self: copy self)
  public mutating func append(_ source: Span<UInt8>) {
    guard hasRoom(source.count) else { return }
    bytes.copy(source, to: position)
    position &+= source.count
  }

  @_lifetime(self: copy self)
  public mutating func append(_ text: StaticString) { append(text.bytes) }

  /// Bytes that lie elsewhere in the same span.
  @_lifetime(self: copy self)
  public mutating func append(copying source: Range<Int>) {
    guard hasRoom(source.count) else { return }
    bytes.move(source, to: position)
    position &+= source.count
  }

  @_lifetime(self: copy self)
  public mutating func append(byte: UInt8) {
    guard hasRoom(1) else { return }
    bytes[position] = byte
    position &+= 1
  }

  /// In decimal.
  @_lifetime(self: copy self)
  public mutating func append(_ number: UInt64) { append(number, base: 10) }

  /// In hexadecimal, lower case.
  @_lifetime(self: copy self)
  public mutating func append(hexadecimal number: UInt64) { append(number, base: 16) }

  @_lifetime(self: copy self)
  private mutating func append(_ number: UInt64, base: UInt64) {
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var first = digits.count
    var rest = number
    repeat {
      first -= 1
      let digit = UInt8(truncatingIfNeeded: rest % base)
      digits[first] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
      rest /= base
    } while rest > 0
    append(digits.span.extracting(first..<digits.count))
  }
}

extension HeadWriter {
  /// `HTTP/1.1 200 OK` and the end of the line; without words for a status that has no registered ones.
  @_lifetime(self: copy self)
  public mutating func appendStatusLine(_ status: UInt16) {
    append("HTTP/1.1 ")
    append(UInt64(status))
    append(byte: 0x20)
    if let phrase = reasonPhrase(status) { append(phrase) }
    appendLineEnd()
  }

  /// CR LF: the end of a line, and of a head after its last line.
  @_lifetime(self: copy self)
  public mutating func appendLineEnd() { append("\r\n") }

  /// `name: value` and the end of the line.
  @_lifetime(self: copy self)
  public mutating func appendField(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    append(name)
    append(": ")
    append(value)
    appendLineEnd()
  }

  /// `name: value` and the end of the line.
  @_lifetime(self: copy self)
  public mutating func appendField(_ name: StaticString, _ value: Span<UInt8>) { appendField(name.bytes, value) }

  /// `name: value` and the end of the line.
  @_lifetime(self: copy self)
  public mutating func appendField(_ name: StaticString, _ value: StaticString) {
    appendField(name.bytes, value.bytes)
  }

  /// `content-length: count` and the end of the line.
  @_lifetime(self: copy self)
  public mutating func appendContentLength(_ count: UInt64) {
    append("content-length: ")
    append(count)
    appendLineEnd()
  }

  /// The line before a chunk of `count` bytes, at least one (RFC 9112 section 7.1). CR LF follows the chunk.
  @_lifetime(self: copy self)
  public mutating func appendChunkHeader(_ count: Int) {
    append(hexadecimal: UInt64(truncatingIfNeeded: count))
    appendLineEnd()
  }

  /// The end of a chunked body without trailers. With trailers: `0` and CR LF, the field lines, CR LF.
  @_lifetime(self: copy self)
  public mutating func appendLastChunk() { append("0\r\n\r\n") }
}
