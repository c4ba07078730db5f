extension ServiceProtocol: WireCodable {}

extension Service.Port: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(number)
    writer.write(self.protocol)
    writer.write(isPermissive)
    writer.write(authz)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), number: reader.read(), protocol: reader.read(), isPermissive: reader.read(),
      authz: reader.read())
  }
}

extension Service.Label: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(value)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(name: reader.read(), value: reader.read())
  }
}

extension Service.StaticEndpoint: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(address)
    writer.write(port)
    writer.write(labels)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(address: reader.read(), port: reader.read(), labels: reader.read())
  }
}

extension Service.Endpoints: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .none: writer.writeByte(0)
    case .static(let endpoints): writer.write(tag: 1, endpoints)
    case .dns(let name): writer.write(tag: 2, name)
    case .srv(let name): writer.write(tag: 3, name)
    case .file(let name): writer.write(tag: 4, name)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .none
    case 1: self = .static(try reader.read())
    case 2: self = .dns(try reader.read())
    case 3: self = .srv(try reader.read())
    case 4: self = .file(try reader.read())
    default: throw .unknownTag("Endpoints")
    }
  }
}

extension Service.Subset: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(labels)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(name: reader.read(), labels: reader.read())
  }
}

extension Service.Balance: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .p2c: writer.writeByte(0)
    case .roundRobin: writer.writeByte(1)
    case .maglev(let key): writer.write(tag: 2, key)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .p2c
    case 1: self = .roundRobin
    case 2: self = .maglev(try reader.read())
    default: throw .unknownTag("Balance")
    }
  }
}

extension Service.Capacity: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(connections)
    writer.write(pending)
    writer.write(requests)
    writer.write(retries)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      connections: reader.read(), pending: reader.read(), requests: reader.read(), retries: reader.read())
  }
}

extension Service.Ejection: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(errors)
    writer.write(everyNanoseconds)
    writer.write(forNanoseconds)
    writer.write(atMost)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      errors: reader.read(), everyNanoseconds: reader.read(), forNanoseconds: reader.read(), atMost: reader.read())
  }
}

extension Service.Health.Probe: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .http(let path, let status):
      writer.write(tag: 0, path)
      writer.write(status)
    case .grpc: writer.writeByte(1)
    case .connect: writer.writeByte(2)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .http(path: try reader.read(), status: try reader.read())
    case 1: self = .grpc
    case 2: self = .connect
    default: throw .unknownTag("Probe")
    }
  }
}

extension Service.Health: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(probe)
    writer.write(everyNanoseconds)
    writer.write(timeoutNanoseconds)
    writer.write(upAfter)
    writer.write(downAfter)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      probe: reader.read(), everyNanoseconds: reader.read(), timeoutNanoseconds: reader.read(),
      upAfter: reader.read(), downAfter: reader.read())
  }
}

extension Service.TLS: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(serverName)
    writer.write(rootsFile)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(serverName: reader.read(), rootsFile: reader.read())
  }
}

extension Service: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(module)
    writer.write(owner)
    writer.write(identities)
    writer.write(ports)
    writer.write(endpoints)
    writer.write(subsets)
    writer.write(balance)
    writer.write(capacity)
    writer.write(ejection)
    writer.write(health)
    writer.write(connectTimeoutNanoseconds)
    writer.write(idleTimeoutNanoseconds)
    writer.write(tls)
    writer.write(isExternal)
    writer.write(isEnforcedBySidecar)
    writer.write(ignoresPathCase)
    writer.write(ignoresTrailingSlash)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), module: reader.read(), owner: reader.read(), identities: reader.read(),
      ports: reader.read(), endpoints: reader.read(), subsets: reader.read(), balance: reader.read(),
      capacity: reader.read(), ejection: reader.read(), health: reader.read(),
      connectTimeoutNanoseconds: reader.read(), idleTimeoutNanoseconds: reader.read(), tls: reader.read(),
      isExternal: reader.read(), isEnforcedBySidecar: reader.read(), ignoresPathCase: reader.read(),
      ignoresTrailingSlash: reader.read(), position: reader.read())
  }
}
