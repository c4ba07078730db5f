extension JSONValue {
  /// Reads one JSON text (RFC 8259) with white space around it and nothing else.
  ///
  /// Stricter than the RFC asks: a name that occurs twice in an object, half a surrogate pair, invalid UTF-8, nesting
  /// beyond 64 levels and numbers beyond a 64-bit float are refused, so that no two readers can see two different values.
  /// - Throws: the first thing that is wrong, with its offset.
  /// - Complexity: O(bytes).
  public init(parsing text: [UInt8]) throws(JSONError) {
    var parser = JSONParser(text: text)
    parser.skipSpace()
    self = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.index == text.count else { throw JSONError(.trailingBytes, at: parser.index) }
  }
}

/// A cursor over the bytes of one text.
struct JSONParser {
  static let depthMax = 64

  let text: [UInt8]
  var index = 0

  init(text: [UInt8]) { self.text = text }

  private var byte: UInt8? { index < text.count ? text[index] : nil }

  mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard let byte else { throw JSONError(.unexpectedEnd, at: index) }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), 0x30...0x39: return try number()
    default: throw JSONError(.unexpectedByte, at: index)
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for expected in word.description.utf8 {
      guard let byte else { throw JSONError(.unexpectedEnd, at: index) }
      guard byte == expected else { throw JSONError(.unexpectedByte, at: index) }
      index += 1
    }
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Self.depthMax else { throw JSONError(.tooDeep, at: index) }
    index += 1
    var elements: [JSONValue] = []
    skipSpace()
    if consume(UInt8(ascii: "]")) { return .array([]) }
    while true {
      skipSpace()
      elements.append(try value(depth: depth))
      skipSpace()
      if consume(UInt8(ascii: "]")) { return .array(elements) }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Self.depthMax else { throw JSONError(.tooDeep, at: index) }
    index += 1
    var members: [JSONValue.Member] = []
    var names: Set<[UInt8]> = []
    skipSpace()
    if consume(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipSpace()
      let start = index
      guard byte == UInt8(ascii: "\"") else {
        throw JSONError(byte == nil ? .unexpectedEnd : .unexpectedByte, at: index)
      }
      let name = try string()
      guard isNew(name, in: members, &names) else { throw JSONError(.duplicateName, at: start) }
      skipSpace()
      try expect(UInt8(ascii: ":"))
      skipSpace()
      members.append(JSONValue.Member(name, try value(depth: depth)))
      skipSpace()
      if consume(UInt8(ascii: "}")) { return .object(members) }
      try expect(UInt8(ascii: ","))
    }
  }

  /// Small objects are searched; a set keeps large ones linear. Names are the same when their bytes are.
  private func isNew(_ name: String, in members: [JSONValue.Member], _ names: inout Set<[UInt8]>) -> Bool {
    let searchedMax = 16
    if members.count < searchedMax { return !members.contains { $0.name.utf8.elementsEqual(name.utf8) } }
    if names.isEmpty { names = Set(members.map { Array($0.name.utf8) }) }
    return names.insert(Array(name.utf8)).inserted
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = index
    if byte == UInt8(ascii: "-") { index += 1 }
    let firstDigit = index
    try digits()
    if text[firstDigit] == UInt8(ascii: "0"), index - firstDigit > 1 { throw JSONError(.invalidNumber, at: firstDigit) }
    var isInteger = true
    if byte == UInt8(ascii: ".") {
      isInteger = false
      index += 1
      try digits()
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      isInteger = false
      index += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { index += 1 }
      try digits()
    }
    let digits = String(decoding: text[start..<index], as: UTF8.self)
    if isInteger, let integer = Int64(digits) { return .int(integer) }
    guard let double = Double(digits), double.isFinite else { throw JSONError(.numberTooLarge, at: start) }
    return .double(double)
  }

  private mutating func digits() throws(JSONError) {
    let start = index
    while let byte, 0x30...0x39 ~= byte { index += 1 }
    guard index > start else { throw JSONError(byte == nil ? .unexpectedEnd : .invalidNumber, at: index) }
  }

  mutating func consume(_ wanted: UInt8) -> Bool {
    guard byte == wanted else { return false }
    index += 1
    return true
  }

  mutating func expect(_ wanted: UInt8) throws(JSONError) {
    guard consume(wanted) else { throw JSONError(byte == nil ? .unexpectedEnd : .unexpectedByte, at: index) }
  }
}
