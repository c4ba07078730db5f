extension Destination: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(service)
    writer.write(subset)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(service: reader.read(), subset: reader.read())
  }
}

extension WeightedDestination: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(destination)
    writer.write(weight)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(destination: reader.read(), weight: reader.read())
  }
}

extension StickyKey: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .cookie(let name): writer.write(tag: 0, name)
    case .attribute(let attribute): writer.write(tag: 1, attribute)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .cookie(try reader.read())
    case 1: self = .attribute(try reader.read())
    default: throw .unknownTag("StickyKey")
    }
  }
}

extension Template.Part: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .text(let text): writer.write(tag: 0, text)
    case .capture(let name, let bindings):
      writer.write(tag: 1, name)
      writer.write(bindings)
    case .wholePath: writer.writeByte(2)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .text(try reader.read())
    case 1: self = .capture(name: try reader.read(), try reader.read())
    case 2: self = .wholePath
    default: throw .unknownTag("Part")
    }
  }
}

extension Template: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(parts)
    writer.write(text)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(parts: reader.read(), text: reader.read())
  }
}

extension HeaderChange.Side: WireCodable {}

extension HeaderChange.Value: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .text(let text): writer.write(tag: 0, text)
    case .attribute(let attribute): writer.write(tag: 1, attribute)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .text(try reader.read())
    case 1: self = .attribute(try reader.read())
    default: throw .unknownTag("HeaderChange.Value")
    }
  }
}

extension HeaderChange.Operation: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .set(let value): writer.write(tag: 0, value)
    case .add(let value): writer.write(tag: 1, value)
    case .remove: writer.writeByte(2)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .set(try reader.read())
    case 1: self = .add(try reader.read())
    case 2: self = .remove
    default: throw .unknownTag("Operation")
    }
  }
}

extension HeaderChange: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(side)
    writer.write(header)
    writer.write(operation)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(side: reader.read(), header: reader.read(), operation: reader.read())
  }
}

extension Cors: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(origins)
    writer.write(methods)
    writer.write(headers)
    writer.write(exposedHeaders)
    writer.write(allowsCredentials)
    writer.write(maxAgeNanoseconds)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      origins: reader.read(), methods: reader.read(), headers: reader.read(), exposedHeaders: reader.read(),
      allowsCredentials: reader.read(), maxAgeNanoseconds: reader.read())
  }
}

extension RouteAction.Kind: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .forward(let branches, let sticky):
      writer.write(tag: 0, branches)
      writer.write(sticky)
    case .redirect(let status, let location):
      writer.write(tag: 1, status)
      writer.write(location)
    case .respond(let status, let body):
      writer.write(tag: 2, status)
      writer.write(body)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .forward(try reader.read(), sticky: try reader.read())
    case 1: self = .redirect(status: try reader.read(), location: try reader.read())
    case 2: self = .respond(status: try reader.read(), body: try reader.read())
    default: throw .unknownTag("Kind")
    }
  }
}

extension RouteAction.Mirror: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(destination)
    writer.write(share)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(destination: reader.read(), share: reader.read())
  }
}

extension RouteAction.Delay: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(nanoseconds)
    writer.write(share)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(nanoseconds: reader.read(), share: reader.read())
  }
}

extension RouteAction.Abort: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(status)
    writer.write(share)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(status: reader.read(), share: reader.read())
  }
}

extension RouteAction: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(kind)
    writer.write(rewritePath)
    writer.write(rewriteHost)
    writer.write(headerChanges)
    writer.write(cors)
    writer.write(mirrors)
    writer.write(delay)
    writer.write(abort)
    writer.write(timeoutNanoseconds)
    writer.write(idleTimeoutNanoseconds)
    writer.write(retry)
    writer.write(allowsWebSocket)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    self.init(kind: try reader.read())
    rewritePath = try reader.read()
    rewriteHost = try reader.read()
    headerChanges = try reader.read()
    cors = try reader.read()
    mirrors = try reader.read()
    delay = try reader.read()
    abort = try reader.read()
    timeoutNanoseconds = try reader.read()
    idleTimeoutNanoseconds = try reader.read()
    retry = try reader.read()
    allowsWebSocket = try reader.read()
  }
}
