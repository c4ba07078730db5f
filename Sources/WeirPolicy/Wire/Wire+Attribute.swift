extension Attribute.TimePart: WireCodable {}

extension Attribute: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .method: writer.writeByte(0)
    case .scheme: writer.writeByte(1)
    case .host: writer.writeByte(2)
    case .port: writer.writeByte(3)
    case .path: writer.writeByte(4)
    case .clientIP: writer.writeByte(5)
    case .query(let name): writer.write(tag: 6, name)
    case .header(let name): writer.write(tag: 7, name)
    case .cookie(let name): writer.write(tag: 8, name)
    case .sourceIP: writer.writeByte(9)
    case .sourcePort: writer.writeByte(10)
    case .sni: writer.writeByte(11)
    case .caller: writer.writeByte(12)
    case .callerTrustDomain: writer.writeByte(13)
    case .callerNamespace: writer.writeByte(14)
    case .callerAccount: writer.writeByte(15)
    case .claim(let token, let name):
      writer.write(tag: 16, token)
      writer.write(name)
    case .token(let token): writer.write(tag: 17, token)
    case .capture(let name, let bindings):
      writer.write(tag: 18, name)
      writer.write(bindings)
    case .time(let part, let zone):
      writer.write(tag: 19, part)
      writer.write(zone)
    case .responseStatus: writer.writeByte(20)
    case .responseHeader(let name): writer.write(tag: 21, name)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .method
    case 1: self = .scheme
    case 2: self = .host
    case 3: self = .port
    case 4: self = .path
    case 5: self = .clientIP
    case 6: self = .query(try reader.read())
    case 7: self = .header(try reader.read())
    case 8: self = .cookie(try reader.read())
    case 9: self = .sourceIP
    case 10: self = .sourcePort
    case 11: self = .sni
    case 12: self = .caller
    case 13: self = .callerTrustDomain
    case 14: self = .callerNamespace
    case 15: self = .callerAccount
    case 16: self = .claim(token: try reader.read(), name: try reader.read())
    case 17: self = .token(try reader.read())
    case 18: self = .capture(name: try reader.read(), try reader.read())
    case 19: self = .time(try reader.read(), zone: try reader.read())
    case 20: self = .responseStatus
    case 21: self = .responseHeader(try reader.read())
    default: throw .unknownTag("Attribute")
    }
  }
}

extension WireWriter {
  /// Appends an enum's tag and its first payload.
  mutating func write(tag: UInt8, _ payload: some WireCodable) {
    writeByte(tag)
    write(payload)
  }
}

extension TimeZoneRule.Transition: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(month)
    writer.write(week)
    writer.write(weekday)
    writer.write(seconds)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(month: reader.read(), week: reader.read(), weekday: reader.read(), seconds: reader.read())
    guard (1...12).contains(month) else { throw .outOfRange("month") }
    guard (1...5).contains(week) else { throw .outOfRange("week") }
    guard (0...6).contains(weekday) else { throw .outOfRange("weekday") }
    // RFC 8536 section 3.3.1 extends POSIX to a week either way.
    guard (-604_800...604_800).contains(seconds) else { throw .outOfRange("seconds") }
  }
}

extension TimeZoneRule.Daylight: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(offset)
    writer.write(begin)
    writer.write(end)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(offset: reader.read(), begin: reader.read(), end: reader.read())
    try TimeZoneRule.checkOffset(offset)
  }
}

extension TimeZoneRule: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(standardOffset)
    writer.write(daylight)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(name: reader.read(), standardOffset: reader.read(), daylight: reader.read())
    try Self.checkOffset(standardOffset)
  }

  /// POSIX TZ: at most 24:59:59 either way.
  static func checkOffset(_ seconds: Int) throws(WireError) {
    guard (-90_000...90_000).contains(seconds) else { throw .outOfRange("offset") }
  }
}
