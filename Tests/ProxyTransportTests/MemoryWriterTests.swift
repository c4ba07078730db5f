import ProxyTransport
import Testing
import WeirPolicy

@Suite struct MemoryWriterTests {
  /// A memory with a room to write in, and bytes to copy from.
  private struct Desk: ~Copyable {
    private var memory: Memory
    private let room: ByteRange
    private let source: ByteRange

    init() throws {
      guard var memory = Memory(capacity: 1 << 20) else { throw SystemError.outOfMemory }
      room = memory.reserve(200)
      source = memory.reserve(100)
      self.memory = memory
    }

    /// What is written into so many bytes of the room; `nil` when it overflows.
    mutating func text(room count: Int = 120, _ write: (inout MemoryWriter, inout Memory) -> Void) -> String? {
      var writer = MemoryWriter(room.prefix(count))
      write(&writer, &memory)
      let bytes = (writer.written.start..<writer.written.end).map { memory[$0] }
      #expect(bytes.count <= count)
      return writer.isOverflowing ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// As `text`, of the inside of a JSON string.
    mutating func escaped(_ bytes: [UInt8]) -> String? {
      memory.store(bytes.span, at: source.start)
      let source = source.prefix(bytes.count)
      return text { $0.append(escaped: source, in: &$1) }
    }
  }

  @Test func decimalNumbersAreAsSwiftHasThem() throws {
    var desk = try Desk()
    var random = RandomSource(seed: 7)
    var numbers: [UInt64] = [0, 9, 10, 99, 100, 99_999_999, 100_000_000, 100_000_001, .max, .max - 1]
    for bits in 0..<64 { numbers += [1 << UInt64(bits), (1 << UInt64(bits)) - 1, random.next() >> UInt64(bits)] }
    for number in numbers {
      #expect(desk.text { $0.append(decimal: number, to: &$1) } == "\(number)")
      let padded = String(repeating: "0", count: max(0, 4 - "\(number)".count)) + "\(number)"
      #expect(desk.text { $0.append(decimal: number, digits: 4, to: &$1) } == padded)
    }
  }

  @Test func hexadecimalNumbersHaveSixteenDigits() throws {
    var desk = try Desk()
    var random = RandomSource(seed: 8)
    for number in [0, 1, .max, 0x0123_4567_89AB_CDEF] + (0..<100).map({ _ in random.next() }) {
      let digits = String(number, radix: 16)
      let padded = String(repeating: "0", count: 16 - digits.count) + digits
      #expect(desk.text { $0.append(hexadecimal: number, to: &$1) } == padded)
    }
  }

  /// Every byte at every place of strings up to 20 bytes, among plain ones.
  @Test func jsonIsEscapedWhereverASpecialByteStands() throws {
    var desk = try Desk()
    for count in 1...20 {
      for place in 0..<count {
        for byte in UInt8.min ... .max {
          var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: count)
          bytes[place] = byte
          let escaped =
            switch byte {
            case UInt8(ascii: "\""): "\\\""
            case UInt8(ascii: "\\"): "\\\\"
            case 0..<0x20, 0x7F...: "\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            default: String(UnicodeScalar(byte))
            }
          let x = { (count: Int) in String(repeating: "x", count: count) }
          let found = desk.escaped(bytes)
          try #require(found == x(place) + escaped + x(count - 1 - place), "\(byte) at \(place) of \(count)")
        }
      }
    }
  }

  @Test func piecesOfATableAreCopiedExactly() throws {
    var desk = try Desk()
    let table = Array("The quick brown fox jumps over the lazy dog, and then over another one.".utf8)
    for start in table.indices {
      for end in start...table.count {
        let piece = ByteRange(start: UInt32(start), count: UInt32(end - start))
        let found = desk.text(room: 40) { $0.append(table.span, piece, to: &$1) }
        #expect(found == (end - start <= 40 ? String(decoding: table[start..<end], as: UTF8.self) : nil))
      }
    }
  }

  @Test(arguments: 0..<44)
  func nothingIsWrittenBehindTheRoom(room: Int) throws {
    var desk = try Desk()
    let address = IPAddress(high: 0x2001_0DB8_1111_2222, low: 0x3333_4444_5555_6666)
    #expect(
      desk.text(room: room) { $0.append(address, to: &$1) }
        == (room < address.description.utf8.count ? nil : address.description))
    #expect(
      desk.text(room: room) { $0.append(decimal: 1_234_567_890_123, to: &$1) } == (room < 13 ? nil : "1234567890123"))
    #expect(desk.text(room: room) { $0.append(hexadecimal: 1, to: &$1) } == (room < 16 ? nil : "0000000000000001"))
    #expect(
      desk.text(room: room) { $0.append("twenty bytes of text", to: &$1) } == (room < 20 ? nil : "twenty bytes of text")
    )
  }
}
