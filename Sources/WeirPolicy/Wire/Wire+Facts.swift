extension Limit: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(module)
    writer.write(service)
    writer.write(port)
    writer.write(tokens)
    writer.write(count)
    writer.write(perNanoseconds)
    writer.write(burst)
    writer.write(key)
    writer.write(ipv4Prefix)
    writer.write(ipv6Prefix)
    writer.write(condition)
    writer.write(keysMax)
    writer.write(pathView)
    writer.write(singleReads)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), module: reader.read(), service: reader.read(), port: reader.read(), tokens: reader.read(),
      count: reader.read(), perNanoseconds: reader.read(), burst: reader.read(), key: reader.read(),
      ipv4Prefix: reader.read(), ipv6Prefix: reader.read(), condition: reader.read(), keysMax: reader.read(),
      pathView: reader.read(), singleReads: reader.read(), position: reader.read())
  }
}

extension ScalarType: WireCodable {}
extension TokenIssuer.Algorithm: WireCodable {}

extension TokenIssuer.Keys: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .url(let text): writer.write(tag: 0, text)
    case .file(let text): writer.write(tag: 1, text)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .url(try reader.read())
    case 1: self = .file(try reader.read())
    default: throw .unknownTag("Keys")
    }
  }
}

extension TokenIssuer.Claim: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(type)
    writer.write(isOptional)
    writer.write(path)
    writer.write(separator)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), type: reader.read(), isOptional: reader.read(), path: reader.read(),
      separator: reader.read())
  }
}

extension TokenIssuer: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(module)
    writer.write(issuer)
    writer.write(audiences)
    writer.write(keys)
    writer.write(algorithms)
    writer.write(claims)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), module: reader.read(), issuer: reader.read(), audiences: reader.read(),
      keys: reader.read(), algorithms: reader.read(), claims: reader.read(), position: reader.read())
  }
}

extension HeaderType: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(type)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(name: reader.read(), type: reader.read())
  }
}

extension DataSet: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(module)
    writer.write(member)
    writer.write(membersMax)
    writer.write(staleNanoseconds)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), module: reader.read(), member: reader.read(), membersMax: reader.read(),
      staleNanoseconds: reader.read(), position: reader.read())
  }
}
