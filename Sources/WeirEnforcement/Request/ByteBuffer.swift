import HTTPCanonical
import WeirPolicy

/// Bytes in one block, which grows to what requests need and is kept for the next ones.
///
/// The block is filled in front of `count`, so that appending moves bytes in one piece and nothing else.
struct ByteBuffer: ~Copyable {
  private var storage: [UInt8]
  private(set) var count = 0

  init(capacity: Int) { storage = Array(repeating: 0, count: capacity) }

  var span: Span<UInt8> {
    @_lifetime(borrow self) get { storage.span.extracting(0..<count) }
  }

  subscript(index: Int) -> UInt8 { storage[index] }

  @_lifetime(borrow self)
  func extracting(_ range: Range<Int>) -> Span<UInt8> { storage.span.extracting(range) }

  func text(_ range: Range<Int>) -> String { String(decoding: storage[range], as: UTF8.self) }

  mutating func removeAll() { count = 0 }

  /// Makes room for that many more bytes.
  @inline(__always)
  mutating func reserve(_ byteCount: Int) {
    if storage.count - count < byteCount { grow(byteCount) }
  }

  @inline(never)
  private mutating func grow(_ byteCount: Int) {
    storage.append(contentsOf: repeatElement(0, count: max(byteCount, storage.count)))
  }

  mutating func append(_ byte: UInt8) {
    reserve(1)
    storage[count] = byte
    count += 1
  }

  mutating func append(_ text: Span<UInt8>) -> Range<Int> {
    reserve(text.count)
    let start = count
    var block = storage.mutableSpan
    for index in text.indices { block[start + index] = text[index] }
    count = start + text.count
    return start..<count
  }

  /// Appends the front of a scratch.
  mutating func append(_ scratch: [UInt8], _ byteCount: Int) -> Range<Int> {
    append(scratch.span.extracting(0..<byteCount))
  }

  mutating func append(_ text: some Sequence<UInt8>) -> Range<Int> {
    let start = count
    for byte in text { append(byte) }
    return start..<count
  }

  /// Appends a number in two bytes, the most significant first.
  mutating func append(big number: UInt16) {
    append(UInt8(truncatingIfNeeded: number >> 8))
    append(UInt8(truncatingIfNeeded: number))
  }

  /// Appends a number in decimal.
  mutating func append(decimal number: Int64) -> Range<Int> {
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var first = 20
    var rest = number.magnitude
    repeat {
      first -= 1
      digits[first] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    let start = count
    if number < 0 { append(UInt8(ascii: "-")) }
    _ = append(digits.span.extracting(first..<20))
    return start..<count
  }

  /// Appends an address as `IPAddress.description` has it.
  mutating func append(_ address: IPAddress) -> Range<Int> {
    reserve(IPAddress.textBytesMax)
    let start = count
    var block = storage.mutableSpan
    var room = block._mutatingExtracting(start..<(start + IPAddress.textBytesMax))
    let written = address.write(to: &room)
    count = start + written
    return start..<count
  }

  /// Copies a piece to the end.
  mutating func copy(_ range: Range<Int>) -> Range<Int> {
    reserve(range.count)
    let start = count
    var block = storage.mutableSpan
    for offset in 0..<range.count { block[start + offset] = block[range.lowerBound + offset] }
    count = start + range.count
    return start..<count
  }

  /// Appends a field as a line of HTTP/1: name in lower case, value trimmed.
  mutating func appendLine(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(RejectReason) -> FieldPlaces {
    reserve(name.count + value.count + 4)
    let start = count
    var block = storage.mutableSpan
    var room = block._mutatingExtracting(start..<(start + name.count))
    let written = try CanonicalHeader.writeName(name, into: &room)
    let trimmed = value.extracting(try CanonicalHeader.trimValue(value))
    let nameEnd = start + written
    block[nameEnd] = UInt8(ascii: ":")
    block[nameEnd + 1] = UInt8(ascii: " ")
    let valueStart = nameEnd + 2
    for index in trimmed.indices { block[valueStart + index] = trimmed[index] }
    let valueEnd = valueStart + trimmed.count
    block[valueEnd] = UInt8(ascii: "\r")
    block[valueEnd + 1] = UInt8(ascii: "\n")
    count = valueEnd + 2
    return FieldPlaces(name: Place(start..<nameEnd), value: Place(valueStart..<valueEnd))
  }

  /// As `appendLine`, of a canonical name and a value that lies in here already.
  mutating func copyLine(_ name: Span<UInt8>, value: Range<Int>) -> FieldPlaces {
    let name = append(name)
    _ = append(": ".utf8)
    let value = copy(value)
    _ = append("\r\n".utf8)
    return FieldPlaces(name: Place(name), value: Place(value))
  }

  mutating func appendPath(
    of target: Span<UInt8>, _ parts: RequestTarget, mode: PathMode
  ) throws(RejectReason) -> Range<Int> {
    let byteCount = max(target.count, 1)
    reserve(byteCount)
    let start = count
    var block = storage.mutableSpan
    var room = block._mutatingExtracting(start..<(start + byteCount))
    let written = try parts.writePath(of: target, mode: mode, into: &room)
    count = start + written
    return start..<count
  }

  mutating func appendHost(_ authority: Span<UInt8>) throws(RejectReason) -> (name: Range<Int>, written: CanonicalHost)
  {
    reserve(CanonicalLimits.hostScratchBytes)
    let start = count
    var block = storage.mutableSpan
    var room = block._mutatingExtracting(start..<(start + CanonicalLimits.hostScratchBytes))
    let written = try CanonicalHost.write(authority, into: &room)
    count = start + written.byteCount
    return (start..<count, written)
  }

  /// Appends a path as a scope sees it that takes some paths for one.
  mutating func copyPath(_ path: Range<Int>, ignoringCase: Bool, ignoringTrailingSlash: Bool) -> Range<Int> {
    let place = copy(path)
    var block = storage.mutableSpan
    var room = block._mutatingExtracting(place)
    let written = CanonicalPath.applyView(
      to: &room, ignoringCase: ignoringCase, ignoringTrailingSlash: ignoringTrailingSlash)
    count = place.lowerBound + written
    return place.lowerBound..<count
  }

}
