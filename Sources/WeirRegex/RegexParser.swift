/// Reads the source of a regex.
///
/// ```
/// regex      = branch { "|" branch }
/// branch     = piece { piece }
/// piece      = atom [ "*" | "+" | "?" | "{" m "}" | "{" m ",}" | "{" m "," n "}" ]
/// atom       = "(" regex ")" | "(?:" regex ")" | "." | class | escape | any other character
/// class      = "[" [ "^" ] { character [ "-" character ] | escape } "]"
/// escape     = "\" ( punctuation | d | w | s | D | W | S )
/// ```
/// A regex works on bytes: `.` is any one byte, a negated class any one byte outside it. A character beyond ASCII is
/// its UTF-8 bytes and is repeated as a whole. `\d \w \s` are ASCII.
struct RegexParser {
  private let source: [UInt8]
  private var position = 0
  private var depth = 0

  /// - Throws: `RegexError` with the offset of the first fault.
  static func parse(_ source: [UInt8]) throws(RegexError) -> RegexNode {
    guard source.count <= RegexLimits.sourceBytesMax else {
      throw RegexError(kind: .sourceTooLong, offset: RegexLimits.sourceBytesMax)
    }
    guard !source.isEmpty else { throw RegexError(kind: .empty, offset: 0) }
    var parser = RegexParser(source: source)
    let node = try parser.choice()
    guard parser.peek == nil else { throw RegexError(kind: .unopenedGroup, offset: parser.position) }
    return node
  }

  private init(source: [UInt8]) { self.source = source }

  private var peek: UInt8? { position < source.count ? source[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private func starts(with text: String) -> Bool { source[position...].starts(with: text.utf8) }

  private mutating func choice() throws(RegexError) -> RegexNode {
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(RegexError) -> RegexNode {
    var pieces: [RegexNode] = []
    while let byte = peek, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
      pieces.append(try quantified(try atom()))
    }
    guard !pieces.isEmpty else { throw RegexError(kind: .emptyAlternative, offset: position) }
    return pieces.count == 1 ? pieces[0] : .sequence(pieces)
  }

  private mutating func atom() throws(RegexError) -> RegexNode {
    let start = position
    let byte = source[position]
    position += 1
    switch byte {
    case UInt8(ascii: "("): return try group(from: start)
    case UInt8(ascii: "["): return .bytes(try byteClass(from: start))
    case UInt8(ascii: "."): return .bytes(.all)
    case UInt8(ascii: "\\"): return .bytes(try escape(from: start))
    case UInt8(ascii: "^"), UInt8(ascii: "$"): throw RegexError(kind: .anchor(byte), offset: start)
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
      throw RegexError(kind: .nothingToRepeat, offset: start)
    case UInt8(ascii: "]"), UInt8(ascii: "}"): throw RegexError(kind: .unescaped(byte), offset: start)
    default:
      var bytes = [RegexNode.bytes(ByteSet(byte...byte))]
      while byte >= 0xC0, let next = peek, (0x80...0xBF).contains(next) {
        bytes.append(.bytes(ByteSet(next...next)))
        position += 1
      }
      return bytes.count == 1 ? bytes[0] : .sequence(bytes)
    }
  }

  private mutating func group(from start: Int) throws(RegexError) -> RegexNode {
    if starts(with: "?") {
      guard starts(with: "?:") else { throw RegexError(kind: unsupportedGroup(), offset: start) }
      position += 2
    }
    guard peek != UInt8(ascii: ")") else { throw RegexError(kind: .emptyGroup, offset: start) }
    guard peek != nil else { throw RegexError(kind: .unclosedGroup, offset: start) }
    guard depth < RegexLimits.nestingMax else { throw RegexError(kind: .nestingTooDeep, offset: start) }
    depth += 1
    let node = try choice()
    depth -= 1
    guard take(")") else { throw RegexError(kind: .unclosedGroup, offset: start) }
    return node
  }

  private func unsupportedGroup() -> RegexError.Kind {
    for prefix in ["?=", "?!", "?<=", "?<!"] where starts(with: prefix) { return .lookaround }
    for prefix in ["?<", "?P", "?'"] where starts(with: prefix) { return .namedGroup }
    return .unsupportedGroup
  }

  /// The bytes that an escape stands for; the backslash has been read.
  private mutating func escape(from start: Int) throws(RegexError) -> ByteSet {
    guard let byte = peek else { throw RegexError(kind: .trailingBackslash, offset: start) }
    position += 1
    switch byte {
    case UInt8(ascii: "d"): return .digits
    case UInt8(ascii: "w"): return .wordBytes
    case UInt8(ascii: "s"): return .spaces
    case UInt8(ascii: "D"): return ByteSet.digits.inverted
    case UInt8(ascii: "W"): return ByteSet.wordBytes.inverted
    case UInt8(ascii: "S"): return ByteSet.spaces.inverted
    case 0x31...0x39, UInt8(ascii: "k"), UInt8(ascii: "g"): throw RegexError(kind: .backreference, offset: start)
    case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "A"), UInt8(ascii: "Z"), UInt8(ascii: "z"):
      throw RegexError(kind: .anchorEscape(byte), offset: start)
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return ByteSet(byte...byte)
    default: throw RegexError(kind: .unknownEscape(byte < 0x80 ? byte : 0x3F), offset: start)
    }
  }
}

// Classes and quantifiers.
extension RegexParser {
  /// A class; its `[` has been read.
  private mutating func byteClass(from start: Int) throws(RegexError) -> ByteSet {
    let isNegated = take("^")
    var set = ByteSet()
    guard peek != UInt8(ascii: "]") else { throw RegexError(kind: .emptyClass, offset: start) }
    while !take("]") {
      let itemStart = position
      let item = try classItem(classStart: start)
      guard peek == UInt8(ascii: "-"), position + 1 < source.count, source[position + 1] != UInt8(ascii: "]") else {
        set = set.union(item.set)
        continue
      }
      position += 1
      let last = try classItem(classStart: start)
      guard let low = item.byte, let high = last.byte else {
        throw RegexError(kind: .classAsRangeEnd, offset: itemStart)
      }
      guard low <= high else { throw RegexError(kind: .reversedRange, offset: itemStart) }
      set = set.union(ByteSet(low...high))
    }
    let result = isNegated ? set.inverted : set
    guard !result.isEmpty else { throw RegexError(kind: .emptyClass, offset: start) }
    return result
  }

  /// One character or escape of a class; `byte` is nil for the escapes that stand for several bytes.
  private mutating func classItem(classStart: Int) throws(RegexError) -> (set: ByteSet, byte: UInt8?) {
    guard let byte = peek else { throw RegexError(kind: .unclosedClass, offset: classStart) }
    let start = position
    position += 1
    switch byte {
    case UInt8(ascii: "\\"):
      let set = try escape(from: start)
      let escaped = source[position - 1]
      return (set, set == ByteSet(escaped...escaped) ? escaped : nil)
    case UInt8(ascii: "["): throw RegexError(kind: .bracketInClass, offset: start)
    case 0x80...: throw RegexError(kind: .nonASCIIInClass, offset: start)
    default: return (ByteSet(byte...byte), byte)
    }
  }

  private mutating func quantified(_ node: RegexNode) throws(RegexError) -> RegexNode {
    let start = position
    let result: RegexNode
    if take("*") {
      result = .repetition(node, least: 0, most: nil)
    } else if take("+") {
      result = .repetition(node, least: 1, most: nil)
    } else if take("?") {
      result = .repetition(node, least: 0, most: 1)
    } else if take("{") {
      result = try counted(node, from: start)
    } else {
      return node
    }
    switch peek {
    case UInt8(ascii: "?"): throw RegexError(kind: .lazyQuantifier, offset: position)
    case UInt8(ascii: "+"): throw RegexError(kind: .possessiveQuantifier, offset: position)
    case UInt8(ascii: "*"), UInt8(ascii: "{"): throw RegexError(kind: .repeatedQuantifier, offset: position)
    default: return result
    }
  }

  private mutating func counted(_ node: RegexNode, from start: Int) throws(RegexError) -> RegexNode {
    guard let least = try number() else { throw RegexError(kind: .badRepetition, offset: start) }
    var most: Int? = least
    if take(",") { most = try number() }
    guard take("}") else { throw RegexError(kind: .badRepetition, offset: start) }
    // Nothing repeated no times adds no state, so nested in other repetitions no limit would stop it.
    guard most != 0 else { throw RegexError(kind: .repetitionZero, offset: start) }
    if let most, most < least { throw RegexError(kind: .repetitionReversed, offset: start) }
    return .repetition(node, least: least, most: most)
  }

  private mutating func number() throws(RegexError) -> Int? {
    let start = position
    var value: Int?
    while let byte = peek, (0x30...0x39).contains(byte) {
      value = (value ?? 0) * 10 + Int(byte - 0x30)
      position += 1
      if let value, value > RegexLimits.repetitionMax {
        throw RegexError(kind: .repetitionTooLarge(value), offset: start)
      }
    }
    return value
  }
}
