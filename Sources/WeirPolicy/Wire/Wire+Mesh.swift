extension Mesh: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(module)
    writer.write(trustDomain)
    writer.write(mergesAndDecodesPaths)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), module: reader.read(), trustDomain: reader.read(), mergesAndDecodesPaths: reader.read(),
      position: reader.read())
  }
}

extension HostPattern: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(isWildcard)
    writer.write(name)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(isWildcard: reader.read(), name: reader.read())
  }
}

extension Gateway: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(module)
    writer.write(identity)
    writer.write(hosts)
    writer.write(authz)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), module: reader.read(), identity: reader.read(), hosts: reader.read(), authz: reader.read(),
      position: reader.read())
  }
}

extension Principal: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(module)
    writer.write(identities)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(name: reader.read(), module: reader.read(), identities: reader.read(), position: reader.read())
  }
}
