/// A value with one compact binary form: the same value gives the same bytes on every machine.
///
/// Fields follow each other in the order of their declaration, without names or padding; an enum begins with a tag of one byte.
/// Every value takes at least one byte, which bounds what a hostile count can make a reader allocate.
public protocol WireCodable {
  /// Appends the value.
  func encode(into writer: inout WireWriter)

  /// Reads what `encode(into:)` wrote.
  ///
  /// - Throws: `WireError` for anything else; never traps, whatever the bytes.
  init(from reader: inout WireReader) throws(WireError)
}

extension WireCodable {
  /// The bytes of this value alone, with the table of its strings. Complexity: O(size).
  public var wireBytes: [UInt8] {
    var writer = WireWriter()
    writer.write(self)
    return writer.finish()
  }

  /// The value that `wireBytes` was made of.
  ///
  /// - Parameter memoryMax: bytes that it may take.
  /// - Throws: `WireError`; nothing may follow the value.
  public init(wireBytes bytes: [UInt8], memoryMax: Int = .max) throws(WireError) {
    var reader = try WireReader(bytes, memoryMax: memoryMax)
    self = try reader.read()
    try reader.finish()
  }
}

extension WireCodable where Self: RawRepresentable, RawValue == UInt8 {
  public func encode(into writer: inout WireWriter) { writer.writeByte(rawValue) }

  public init(from reader: inout WireReader) throws(WireError) {
    guard let value = Self(rawValue: try reader.readByte()) else { throw .unknownTag("\(Self.self)") }
    self = value
  }
}

extension WireCodable where Self: RawRepresentable, RawValue == String {
  public func encode(into writer: inout WireWriter) { writer.write(rawValue) }

  public init(from reader: inout WireReader) throws(WireError) {
    guard let value = Self(rawValue: try reader.read()) else { throw .unknownTag("\(Self.self)") }
    self = value
  }
}

extension Bool: WireCodable {
  public func encode(into writer: inout WireWriter) { writer.writeByte(self ? 1 : 0) }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = false
    case 1: self = true
    default: throw .unknownTag("Bool")
    }
  }
}

extension UInt8: WireCodable {
  public func encode(into writer: inout WireWriter) { writer.writeByte(self) }
  public init(from reader: inout WireReader) throws(WireError) { self = try reader.readByte() }
}

extension Int64: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.writeNumber(UInt64(bitPattern: (self << 1) ^ (self >> 63)))
  }

  public init(from reader: inout WireReader) throws(WireError) {
    let zigzag = try reader.readNumber()
    self = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
  }
}

extension Int: WireCodable {
  public func encode(into writer: inout WireWriter) { writer.write(Int64(self)) }

  public init(from reader: inout WireReader) throws(WireError) {
    guard let value = Int(exactly: try reader.read() as Int64) else { throw .malformedNumber }
    self = value
  }
}

extension String: WireCodable {
  public func encode(into writer: inout WireWriter) { writer.writeString(self) }
  public init(from reader: inout WireReader) throws(WireError) { self = try reader.readString() }
}

extension Optional: WireCodable where Wrapped: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .none: writer.writeByte(0)
    case .some(let value):
      writer.writeByte(1)
      writer.write(value)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .none
    case 1: self = .some(try reader.read())
    default: throw .unknownTag("Optional")
    }
  }
}

extension Array: WireCodable where Element: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.writeNumber(UInt64(count))
    for element in self { writer.write(element) }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    let count = try reader.readCount()
    try reader.charge(count, of: MemoryLayout<Element>.stride)
    // Grown as elements are read, not reserved: a count is a promise of the sender.
    self = []
    for _ in 0..<count { append(try reader.read()) }
  }
}

extension ClosedRange: WireCodable where Bound == Int64 {
  public func encode(into writer: inout WireWriter) {
    writer.write(lowerBound)
    writer.write(upperBound)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    let lower: Int64 = try reader.read()
    let upper: Int64 = try reader.read()
    guard lower <= upper else { throw .outOfRange("range") }
    self = lower...upper
  }
}
