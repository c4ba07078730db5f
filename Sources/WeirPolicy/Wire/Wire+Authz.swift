extension PathView: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(ignoresCase)
    writer.write(ignoresTrailingSlash)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(ignoresCase: reader.read(), ignoresTrailingSlash: reader.read())
  }
}

extension Annotations: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(owner)
    writer.write(reason)
    writer.write(ticket)
    writer.write(expires)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(owner: reader.read(), reason: reader.read(), ticket: reader.read(), expires: reader.read())
  }
}

extension Rule.Effect: WireCodable {}

extension Rule: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(effect)
    writer.write(isShadow)
    writer.write(condition)
    writer.write(until)
    writer.write(module)
    writer.write(annotations)
    writer.write(documentation)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), effect: reader.read(), isShadow: reader.read(), condition: reader.read(),
      until: reader.read(), module: reader.read(), annotations: reader.read(), documentation: reader.read(),
      position: reader.read())
  }
}

extension AuthzScope.Target: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .service(let service, let port):
      writer.write(tag: 0, service)
      writer.write(port)
    case .gateway(let gateway): writer.write(tag: 1, gateway)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .service(try reader.read(), port: try reader.read())
    case 1: self = .gateway(try reader.read())
    default: throw .unknownTag("Target")
    }
  }
}

extension AuthzScope: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(target)
    writer.write(tokens)
    writer.write(pathView)
    writer.write(rules)
    writer.write(singleReads)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      target: reader.read(), tokens: reader.read(), pathView: reader.read(), rules: reader.read(),
      singleReads: reader.read(), position: reader.read())
  }
}
