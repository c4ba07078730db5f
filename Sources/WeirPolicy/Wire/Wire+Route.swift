extension Retry.Cause: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .connectFailure: writer.writeByte(0)
    case .reset: writer.writeByte(1)
    case .timeout: writer.writeByte(2)
    case .status(let range): writer.write(tag: 3, range)
    case .grpc(let code): writer.write(tag: 4, code)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .connectFailure
    case 1: self = .reset
    case 2: self = .timeout
    case 3: self = .status(try reader.read())
    case 4: self = .grpc(try reader.read())
    default: throw .unknownTag("Cause")
    }
  }
}

extension Retry: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(tries)
    writer.write(causes)
    writer.write(condition)
    writer.write(perTryTimeoutNanoseconds)
    writer.write(backoffMinNanoseconds)
    writer.write(backoffMaxNanoseconds)
    writer.write(budget)
    writer.write(evenUnsafe)
    writer.write(idempotencyHeader)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), tries: reader.read(), causes: reader.read(), condition: reader.read(),
      perTryTimeoutNanoseconds: reader.read(), backoffMinNanoseconds: reader.read(),
      backoffMaxNanoseconds: reader.read(), budget: reader.read(), evenUnsafe: reader.read(),
      idempotencyHeader: reader.read(), position: reader.read())
  }
}

extension Route: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(mount)
    writer.write(condition)
    writer.write(action)
    writer.write(annotations)
    writer.write(documentation)
    writer.write(module)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), mount: reader.read(), condition: reader.read(), action: reader.read(),
      annotations: reader.read(), documentation: reader.read(), module: reader.read(), position: reader.read())
  }
}

extension RouteTable.Owner: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .gateway(let index): writer.write(tag: 0, index)
    case .service(let index): writer.write(tag: 1, index)
    case .hosts(let patterns): writer.write(tag: 2, patterns)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .gateway(try reader.read())
    case 1: self = .service(try reader.read())
    case 2: self = .hosts(try reader.read())
    default: throw .unknownTag("Owner")
    }
  }
}

extension RouteTable: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(owner)
    writer.write(tokens)
    writer.write(pathView)
    writer.write(routes)
    writer.write(singleReads)
    writer.write(module)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      owner: reader.read(), tokens: reader.read(), pathView: reader.read(), routes: reader.read(),
      singleReads: reader.read(), module: reader.read(), position: reader.read())
  }
}
