import ProxyTransport
import Testing

@testable import HTTPWire

@Suite struct FieldsTests {
  /// Every byte at every place of names of up to 20 bytes: letters become small, everything else stays.
  @Test func namesAreSentInLowerCase() throws {
    guard var memory = Memory(capacity: 1 << 20) else { throw SystemError.outOfMemory }
    let source = memory.reserve(64)
    var fields = HTTP2Fields(text: memory.reserve(64))
    for count in 1...20 {
      for place in 0..<count {
        for byte in UInt8.min ... .max {
          var name = [UInt8](repeating: UInt8(ascii: "Q"), count: count)
          name[place] = byte
          memory.store(name.span, at: source.start)
          fields.removeAll()
          fields.append(lowercasing: source.prefix(count), value: .empty, in: &memory)
          let entry = fields.entries[0]
          let found = (0..<UInt32(entry.name_count)).map { memory[entry.name_start + $0] }
          try #require(found == name.map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 }, "\(byte) at \(place) of \(count)")
        }
      }
    }
    let isOverflown = fields.isOverflown
    #expect(!isOverflown)
  }
}
