extension Proof.Outcome: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .allow(let authz, let condition):
      writer.write(tag: 0, authz)
      writer.write(condition)
    case .deny(let authz, let condition):
      writer.write(tag: 1, authz)
      writer.write(condition)
    case .route(let table, let destination, let condition):
      writer.write(tag: 2, table)
      writer.write(destination)
      writer.write(condition)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .allow(authz: try reader.read(), try reader.read())
    case 1: self = .deny(authz: try reader.read(), try reader.read())
    case 2: self = .route(table: try reader.read(), to: try reader.read(), try reader.read())
    default: throw .unknownTag("Proof.Outcome")
    }
  }
}

extension Proof.Statement: WireCodable {
  public func encode(into writer: inout WireWriter) {
    switch self {
    case .never(let outcome): writer.write(tag: 0, outcome)
    case .always(let outcome): writer.write(tag: 1, outcome)
    case .equivalent(let left, let right, let condition):
      writer.write(tag: 2, left)
      writer.write(right)
      writer.write(condition)
    }
  }

  public init(from reader: inout WireReader) throws(WireError) {
    switch try reader.readByte() {
    case 0: self = .never(try reader.read())
    case 1: self = .always(try reader.read())
    case 2: self = .equivalent(try reader.read(), try reader.read(), try reader.read())
    default: throw .unknownTag("Proof.Statement")
    }
  }
}

extension Proof.Claim: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(statement)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(reader.read(), position: reader.read())
  }
}

extension Proof: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(module)
    writer.write(claims)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(name: reader.read(), module: reader.read(), claims: reader.read(), position: reader.read())
  }
}

/// The typed policy in canonical form, for the tools that compare, prove and explain what a bundle was built from.
extension Policy: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(files)
    writer.write(mesh)
    writer.write(services)
    writer.write(gateways)
    writer.write(principals)
    writer.write(tokens)
    writer.write(headers)
    writer.write(dataSets)
    writer.write(retries)
    writer.write(authz)
    writer.write(routeTables)
    writer.write(limits)
    writer.write(tests)
    writer.write(proofs)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    self.init()
    files = try reader.read()
    mesh = try reader.read()
    services = try reader.read()
    gateways = try reader.read()
    principals = try reader.read()
    tokens = try reader.read()
    headers = try reader.read()
    dataSets = try reader.read()
    retries = try reader.read()
    authz = try reader.read()
    routeTables = try reader.read()
    limits = try reader.read()
    tests = try reader.read()
    proofs = try reader.read()
    try validate()
  }
}
