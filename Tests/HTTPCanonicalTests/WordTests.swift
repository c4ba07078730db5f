import Testing

@testable import HTTPCanonical

/// Names and values are read eight bytes at a time: every byte at every place must mean what it means alone.
@Suite struct WordTests {
  @Test(arguments: 1...20)
  func everyByteOfANameMeansTheSameAtEveryPlace(length: Int) {
    for place in 0..<length {
      for byte in UInt8.min...UInt8.max {
        var name = [UInt8](repeating: UInt8(ascii: "X"), count: length)
        name[place] = byte
        var expected = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        expected[place] = byte.asciiLowercased
        for slack in [0, 8] {
          var storage = [UInt8](repeating: 0, count: length + slack)
          var scratch = storage.mutableSpan
          let count = try? CanonicalHeader.writeName(name.span, into: &scratch)
          #expect((count == length) == byte.isTokenByte, "byte \(byte) at \(place) of \(length)")
          if count != nil { #expect(Array(storage[..<length]) == expected) }
        }
      }
    }
  }

  @Test(arguments: 1...20)
  func everyByteOfAValueMeansTheSameAtEveryPlace(length: Int) {
    for place in 0..<length {
      for byte in UInt8.min...UInt8.max {
        var value = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        value[place] = byte
        let isAllowed = byte == 0x09 || !byte.isControl
        #expect(((try? CanonicalHeader.trimValue(value.span)) != nil) == isAllowed, "byte \(byte) at \(place)")
      }
    }
  }
}
