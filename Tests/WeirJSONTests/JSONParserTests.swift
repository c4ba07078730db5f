import PropertyTesting
import Testing
import WeirJSON

@Suite struct JSONParserTests {
  @Test(arguments: [
    ("null", "null"), (" true ", "true"), ("\t\r\n[ ]\n", "[]"), ("{}", "{}"),
    ("[1,-2,0,-0]", "[1,-2,0,0]"), ("9223372036854775807", "9223372036854775807"),
    ("1.5", "1.5"), ("1e2", "100.0"), ("12.5e-1", "1.25"), ("-0.25E+2", "-25.0"),
    (#""a\/b\n\u0041\u00e9\ud83d\ude00""#, "\"a/b\\nAé😀\""), (#""\u0000\u007f\"\\""#, #""\u0000\u007f\"\\""#),
    (#"{"a":{"b":[null,false]},"":1}"#, #"{"a":{"b":[null,false]},"":1}"#),
  ])
  func reads(text: String, written: String) throws {
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(value.text == written)
    #expect(try JSONValue(parsing: Array(written.utf8)) == value)
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("nul", .unexpectedEnd, 3), ("nulL", .unexpectedByte, 3),
      ("[1", .unexpectedEnd, 2), ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1),
      ("[1 2]", .unexpectedByte, 3),
      ("{\"a\"}", .unexpectedByte, 4), ("{a:1}", .unexpectedByte, 1), ("{\"a\":1,}", .unexpectedByte, 7),
      ("{\"a\":1,\"a\":2}", .duplicateName, 7), (#"{"a":1,"\u0061":2}"#, .duplicateName, 7),
      ("1 2", .trailingBytes, 2), ("{}{}", .trailingBytes, 2), ("NaN", .unexpectedByte, 0),
      ("-Infinity", .invalidNumber, 1),
      ("01", .invalidNumber, 0), ("-01", .invalidNumber, 1), ("1.", .unexpectedEnd, 2), (".5", .unexpectedByte, 0),
      ("1e", .unexpectedEnd, 2), ("1e+x", .invalidNumber, 3), ("+1", .unexpectedByte, 0), ("1e999", .numberTooLarge, 0),
      ("\"a", .unexpectedEnd, 2), ("\"\n\"", .controlCharacter, 1), ("\"\\n\t\"", .controlCharacter, 3),
      (#""\x""#, .invalidEscape, 1), (#""\u12g4""#, .invalidEscape, 5), (#""\u12"#, .unexpectedEnd, 5),
      (#""\ud800""#, .loneSurrogate, 1), (#""\udc00""#, .loneSurrogate, 1), (#""\ud800\u0041""#, .loneSurrogate, 1),
      (#""\ud800x""#, .loneSurrogate, 1), ("\u{FEFF}null", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0),
      ("/**/1", .unexpectedByte, 0),
    ] as [(String, JSONError.Reason, Int)])
  func refuses(text: String, reason: JSONError.Reason, offset: Int) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    #expect(error?.reason == reason)
    #expect(error?.offset == offset)
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
    ] as [[UInt8]])
  func refusesInvalidUTF8(bytes: [UInt8]) {
    let quote = [UInt8(ascii: "\"")]
    for text in [quote + bytes + quote, quote + Array("\\n".utf8) + bytes + quote] {
      let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
      #expect(error?.reason == .invalidUTF8)
    }
  }

  @Test func limitsDepth() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
    }
    _ = try JSONValue(parsing: nested(64))
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(65)) }
    #expect(error?.reason == .tooDeep)
    // Far beyond: refused without exhausting the stack.
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(1_000_000)) }
  }

  @Test func refusesDuplicatesInLargeObjects() throws {
    let members = (0..<5_000).map { "\"k\($0)\":\($0)" }
    let value = try JSONValue(parsing: Array("{\(members.joined(separator: ","))}".utf8))
    #expect(value["k4999"] == .int(4999))
    for name in ["k0", "k15", "k16", "k4999"] {
      let text = "{\((members + ["\"\(name)\":0"]).joined(separator: ","))}"
      let error = #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
      #expect(error?.reason == .duplicateName)
    }
  }

  /// Two spellings of one letter are two names, in small objects and in large ones.
  @Test(arguments: [0, 20]) func comparesNamesByteForByte(others: Int) throws {
    let members = (0..<others).map { "\"k\($0)\":0" } + [#""\u00e9":1"#, #""e\u0301":2"#]
    let value = try JSONValue(parsing: Array("{\(members.joined(separator: ","))}".utf8))
    #expect(value["\u{E9}"] == .int(1))
    #expect(value["e\u{301}"] == .int(2))
  }

  /// What is written is read back as the same value, and every prefix of it is refused or is another value, never a trap.
  @Test func writesWhatItReads() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SplitMix64(seed: seed)
    for _ in 0..<500 {
      let value = JSONValue.random(depth: 4, using: &generator)
      let text = Array(value.text.utf8)
      let read = try? JSONValue(parsing: text)
      #expect(read == value, "seed \(seed): \(value.text)")
      guard text.count > 1 else { continue }
      let cut = Int.random(in: 0..<text.count, using: &generator)
      var mutated = text
      mutated[cut] = UInt8.random(in: .min ... .max, using: &generator)
      for bytes in [Array(text[..<cut]), mutated] {
        guard let other = try? JSONValue(parsing: bytes) else { continue }
        let again = try JSONValue(parsing: Array(other.text.utf8))
        #expect(again == other, "seed \(seed): \(bytes)")
      }
    }
  }
}

extension JSONValue {
  fileprivate static func random(depth: Int, using generator: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0..<(depth == 0 ? 5 : 7), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .int(Int64.random(in: .min ... .max, using: &generator))
    // Fractions, so that the text keeps its kind.
    case 3: return .double(Double.random(in: -1e9...1e9, using: &generator) + 0.5)
    case 4: return .string(string(using: &generator))
    case 5:
      return .array(
        (0..<Int.random(in: 0..<4, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
    default:
      let names = Set((0..<Int.random(in: 0..<20, using: &generator)).map { _ in string(using: &generator) }).sorted()
      return .object(names.map { Member($0, random(depth: depth - 1, using: &generator)) })
    }
  }

  private static func string(using generator: inout SplitMix64) -> String {
    let scalars: [Unicode.Scalar] = ["\0", "\u{1F}", "\u{7F}", "\"", "\\", "/", "a", "é", "\u{FFFF}", "😀", "\u{2028}"]
    var result = ""
    for _ in 0..<Int.random(in: 0..<6, using: &generator) {
      result.unicodeScalars.append(scalars[Int.random(in: 0..<scalars.count, using: &generator)])
    }
    return result
  }
}
