extension Position: WireCodable {
  public func encode(into writer: inout WireWriter) {
    // Places follow each other closely: what one differs by from the one before is mostly small.
    let last = writer.lastPosition
    writer.write(file &- last.file)
    writer.write(line &- last.line)
    writer.write(column &- last.column)
    writer.lastPosition = self
  }

  public init(from reader: inout WireReader) throws(WireError) {
    let last = reader.lastPosition
    try self.init(
      file: last.file &+ reader.read(), line: last.line &+ reader.read(), column: last.column &+ reader.read())
    reader.lastPosition = self
  }
}

extension Predicate: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .isPresent: writer.writeByte(0)
    case .equals(let value): writer.write(tag: 1, value)
    case .isIn(let values): writer.write(tag: 2, values)
    case .isInRanges(let ranges): writer.write(tag: 3, ranges)
    case .isInNetworks(let networks): writer.write(tag: 4, networks)
    case .isUnder(let path): writer.write(tag: 5, path)
    case .matches(let pattern): writer.write(tag: 6, pattern)
    case .matchesAny(let patterns, let values):
      writer.write(tag: 7, patterns)
      writer.write(values)
    case .matchesRegex(let text): writer.write(tag: 8, text)
    case .equalsAttribute(let attribute): writer.write(tag: 9, attribute)
    case .isInAttribute(let attribute): writer.write(tag: 10, attribute)
    case .isInData(let index): writer.write(tag: 11, index)
    case .has(let value): writer.write(tag: 12, value)
    case .hasAttribute(let attribute): writer.write(tag: 13, attribute)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .isPresent
    case 1: self = .equals(try reader.read())
    case 2: self = .isIn(try reader.read())
    case 3: self = .isInRanges(try reader.read())
    case 4: self = .isInNetworks(try reader.read())
    case 5: self = .isUnder(try reader.read())
    case 6: self = .matches(try reader.read())
    case 7: self = .matchesAny(patterns: try reader.read(), values: try reader.read())
    case 8: self = .matchesRegex(try reader.read())
    case 9: self = .equalsAttribute(try reader.read())
    case 10: self = .isInAttribute(try reader.read())
    case 11: self = .isInData(try reader.read())
    case 12: self = .has(try reader.read())
    case 13: self = .hasAttribute(try reader.read())
    default: throw .unknownTag("Predicate")
    }
  }
}

extension Test.Quantifier: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .any: writer.writeByte(0)
    case .all: writer.writeByte(1)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .any
    case 1: self = .all
    default: throw .unknownTag("Quantifier")
    }
  }
}

extension Test: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(attribute)
    writer.write(quantifier)
    writer.write(predicate)
    writer.write(isNegated)
    writer.write(whenAbsent)
    writer.write(hasExplicitElse)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      attribute: reader.read(), quantifier: reader.read(), predicate: reader.read(), isNegated: reader.read(),
      whenAbsent: reader.read(), hasExplicitElse: reader.read(), position: reader.read())
  }
}

extension Condition: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .constant(let value): writer.write(tag: 0, value)
    case .and(let operands): writer.write(tag: 1, operands)
    case .or(let operands): writer.write(tag: 2, operands)
    case .not(let operand): writer.write(tag: 3, operand)
    case .test(let test): writer.write(tag: 4, test)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try reader.enter()
    switch try reader.readByte() {
    case 0: self = .constant(try reader.read())
    case 1: self = .and(try reader.read())
    case 2: self = .or(try reader.read())
    case 3: self = .not(try reader.read())
    case 4: self = .test(try reader.read())
    default: throw .unknownTag("Condition")
    }
    reader.leave()
  }
}
