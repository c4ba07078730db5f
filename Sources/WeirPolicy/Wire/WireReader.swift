/// Reads values from bytes that nobody vouches for.
public struct WireReader: Sendable {
  /// Conditions nest by recursion; sources nest far less.
  public static let depthMax = 256

  private let bytes: [UInt8]
  private var offset = 0
  private var depth = 0
  private var strings: [String] = []
  private let memoryMax: Int
  /// Bytes that what was read takes, by and large.
  public private(set) var memory = 0
  /// The position that was read last.
  var lastPosition = Position(file: 0, line: 0, column: 0)

  /// Reads the string table at the front of `bytes`.
  ///
  /// - Parameter memoryMax: what the strings and the elements of arrays may take, in bytes.
  public init(_ bytes: [UInt8], memoryMax: Int = .max) throws(WireError) {
    self.bytes = bytes
    self.memoryMax = memoryMax
    let count = try readCount()
    try charge(count, of: MemoryLayout<String>.stride)
    for _ in 0..<count {
      let length = try readCount()
      try charge(1, of: length)
      do throws(UTF8.ValidationError) {
        strings.append(String(copying: try UTF8Span(validating: bytes.span.extracting(offset..<offset + length))))
      } catch { throw .malformedText }
      offset += length
    }
  }

  /// Reads a value of the type that is asked for.
  public mutating func read<Value: WireCodable>() throws(WireError) -> Value { try Value(from: &self) }

  /// Refuses what follows the last value.
  public func finish() throws(WireError) {
    guard offset == bytes.count else { throw .trailingBytes }
  }

  mutating func readByte() throws(WireError) -> UInt8 {
    guard offset < bytes.count else { throw .truncated }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// Reads a number in its shortest form.
  mutating func readNumber() throws(WireError) -> UInt64 {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try readByte()
      let bits = UInt64(byte & 0x7F)
      guard shift < 63 || bits <= 1 else { throw .malformedNumber }
      number |= bits << shift
      if byte < 0x80 {
        guard byte != 0 || shift == 0 else { throw .malformedNumber }
        return number
      }
      guard shift < 63 else { throw .malformedNumber }
      shift += 7
    }
  }

  /// Reads how many elements follow; each takes at least one of the bytes that are left.
  mutating func readCount() throws(WireError) -> Int {
    guard let count = Int(exactly: try readNumber()), count <= bytes.count - offset else { throw .truncated }
    return count
  }

  /// Counts what elements take that are about to be read.
  mutating func charge(_ count: Int, of size: Int) throws(WireError) {
    // Fewer than there are bytes, times what a value takes.
    memory += count * size
    guard memory <= memoryMax else { throw .tooLarge }
  }

  mutating func readString() throws(WireError) -> String {
    guard let index = Int(exactly: try readNumber()), index < strings.count else { throw .unknownString }
    return strings[index]
  }

  /// Counts one level of nesting; every call has its `leave()`, unless an error ends the reading.
  mutating func enter() throws(WireError) {
    guard depth < Self.depthMax else { throw .tooDeep }
    depth += 1
  }

  mutating func leave() { depth -= 1 }
}
