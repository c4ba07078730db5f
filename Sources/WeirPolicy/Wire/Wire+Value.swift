extension IPAddress: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.writeNumber(high)
    writer.writeNumber(low)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    self.init(high: try reader.readNumber(), low: try reader.readNumber())
  }
}

extension Network: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(base)
    writer.write(prefixLength)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    let base: IPAddress = try reader.read()
    let length: Int = try reader.read()
    guard (0...128).contains(length) else { throw .outOfRange("prefixLength") }
    self.init(base: base, prefixLength: length)
    guard self.base == base else { throw .outOfRange("base") }
  }
}

extension Value: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .string(let text):
      writer.writeByte(0)
      writer.write(text)
    case .int(let number):
      writer.writeByte(1)
      writer.write(number)
    case .ip(let address):
      writer.writeByte(2)
      writer.write(address)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .string(try reader.read())
    case 1: self = .int(try reader.read())
    case 2: self = .ip(try reader.read())
    default: throw .unknownTag("Value")
    }
  }
}

extension SegmentPattern.Segment: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .literal(let text):
      writer.writeByte(0)
      writer.write(text)
    case .capture(let name):
      writer.writeByte(1)
      writer.write(name)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .literal(try reader.read())
    case 1: self = .capture(try reader.read())
    default: throw .unknownTag("Segment")
    }
  }
}

extension SegmentPattern.Rest: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .none: writer.writeByte(0)
    case .any(let name):
      writer.writeByte(1)
      writer.write(name)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .none
    case 1: self = .any(name: try reader.read())
    default: throw .unknownTag("Rest")
    }
  }
}

extension SegmentPattern: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(prefix)
    writer.write(segments)
    writer.write(rest)
    writer.write(text)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(prefix: reader.read(), segments: reader.read(), rest: reader.read(), text: reader.read())
  }
}

extension CaptureBinding.Source: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .path: writer.writeByte(0)
    case .caller: writer.writeByte(1)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .path
    case 1: self = .caller
    default: throw .unknownTag("Source")
    }
  }
}

extension CaptureBinding: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(source)
    writer.write(pattern)
    switch piece {
    case .rest: writer.writeByte(0)
    case .segment(let index):
      writer.writeByte(1)
      writer.write(index)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    let source: Source = try reader.read()
    let pattern: SegmentPattern = try reader.read()
    switch try reader.readByte() {
    case 0: self.init(source: source, pattern: pattern, piece: .rest)
    case 1:
      let index: Int = try reader.read()
      guard pattern.segments.indices.contains(index) else { throw .outOfRange("segment") }
      self.init(source: source, pattern: pattern, piece: .segment(index))
    default: throw .unknownTag("Piece")
    }
  }
}
