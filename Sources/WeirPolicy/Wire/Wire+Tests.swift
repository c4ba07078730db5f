extension TestSuite.Target: WireCodable {
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
    default: throw .unknownTag("TestSuite.Target")
    }
  }
}

extension TestSuite.Fact.Value: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .single(let value): writer.write(tag: 0, value)
    case .several(let values): writer.write(tag: 1, values)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .single(try reader.read())
    case 1: self = .several(try reader.read())
    default: throw .unknownTag("Fact.Value")
    }
  }
}

extension TestSuite.Fact.Subject: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .attribute(let attribute): writer.write(tag: 0, attribute)
    case .data(let index): writer.write(tag: 1, index)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .attribute(try reader.read())
    case 1: self = .data(try reader.read())
    default: throw .unknownTag("Fact.Subject")
    }
  }
}

extension TestSuite.Fact: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(subject)
    writer.write(value)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(subject: reader.read(), value: reader.read())
  }
}

extension TestSuite.Caller: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .unstated: writer.writeByte(0)
    case .nobody: writer.writeByte(1)
    case .identity(let text): writer.write(tag: 2, text)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .unstated
    case 1: self = .nobody
    case 2: self = .identity(try reader.read())
    default: throw .unknownTag("Caller")
    }
  }
}

extension TestSuite.Expectation: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .allow(let rule): writer.write(tag: 0, rule)
    case .denyBy(let rule): writer.write(tag: 1, rule)
    case .denyNoRule: writer.writeByte(2)
    case .denyIndeterminate: writer.writeByte(3)
    case .reject(let code): writer.write(tag: 4, code)
    case .shadow(let allow): writer.write(tag: 5, allow)
    case .audit(let rule): writer.write(tag: 6, rule)
    case .limit(let name): writer.write(tag: 7, name)
    case .route(let name): writer.write(tag: 8, name)
    case .to(let plan): writer.write(tag: 9, plan)
    case .redirect(let status, let location):
      writer.write(tag: 10, status)
      writer.write(location)
    case .respond(let status): writer.write(tag: 11, status)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .allow(by: try reader.read())
    case 1: self = .denyBy(try reader.read())
    case 2: self = .denyNoRule
    case 3: self = .denyIndeterminate
    case 4: self = .reject(try reader.read())
    case 5: self = .shadow(allow: try reader.read())
    case 6: self = .audit(try reader.read())
    case 7: self = .limit(try reader.read())
    case 8: self = .route(try reader.read())
    case 9: self = .to(try reader.read())
    case 10: self = .redirect(status: try reader.read(), location: try reader.read())
    case 11: self = .respond(status: try reader.read())
    default: throw .unknownTag("Expectation")
    }
  }
}

extension TestSuite.Case: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(method)
    writer.write(target)
    writer.write(caller)
    writer.write(facts)
    writer.write(tokenError)
    writer.write(draw)
    writer.write(expectations)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      method: reader.read(), target: reader.read(), caller: reader.read(), facts: reader.read(),
      tokenError: reader.read(), draw: reader.read(), expectations: reader.read(), position: reader.read())
  }
}

extension TestSuite: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(module)
    writer.write(target)
    writer.write(cases)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), module: reader.read(), target: reader.read(), cases: reader.read(),
      position: reader.read())
  }
}
