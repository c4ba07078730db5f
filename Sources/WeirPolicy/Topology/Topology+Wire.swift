extension Topology.Rule: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(effect)
    writer.write(isShadow)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(name: reader.read(), effect: reader.read(), isShadow: reader.read(), position: reader.read())
  }
}

extension Topology.Scope: WireCodable {
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

extension Topology.Route: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(mount)
    writer.write(action)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(name: reader.read(), mount: reader.read(), action: reader.read(), position: reader.read())
  }
}

extension Topology.Table: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(owner)
    writer.write(tokens)
    writer.write(pathView)
    writer.write(routes)
    writer.write(singleReads)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      owner: reader.read(), tokens: reader.read(), pathView: reader.read(), routes: reader.read(),
      singleReads: reader.read(), position: reader.read())
  }
}

extension Topology.Limit: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(service)
    writer.write(port)
    writer.write(tokens)
    writer.write(count)
    writer.write(perNanoseconds)
    writer.write(burst)
    writer.write(key)
    writer.write(ipv4Prefix)
    writer.write(ipv6Prefix)
    writer.write(keysMax)
    writer.write(pathView)
    writer.write(singleReads)
    writer.write(position)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      name: reader.read(), service: reader.read(), port: reader.read(), tokens: reader.read(), count: reader.read(),
      perNanoseconds: reader.read(), burst: reader.read(), key: reader.read(), ipv4Prefix: reader.read(),
      ipv6Prefix: reader.read(), keysMax: reader.read(), pathView: reader.read(), singleReads: reader.read(),
      position: reader.read())
  }
}

extension Topology.Retry: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(name)
    writer.write(tries)
    writer.write(causes)
    writer.write(isConditional)
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
      name: reader.read(), tries: reader.read(), causes: reader.read(), isConditional: reader.read(),
      perTryTimeoutNanoseconds: reader.read(), backoffMinNanoseconds: reader.read(),
      backoffMaxNanoseconds: reader.read(), budget: reader.read(), evenUnsafe: reader.read(),
      idempotencyHeader: reader.read(), position: reader.read())
  }
}

/// Reading also validates: an index of a topology that was read can be used.
extension Topology: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(files)
    writer.write(mesh)
    writer.write(services)
    writer.write(gateways)
    writer.write(tokens)
    writer.write(headers)
    writer.write(dataSets)
    writer.write(retries)
    writer.write(scopes)
    writer.write(tables)
    writer.write(actions)
    writer.write(limits)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    try self.init(
      files: reader.read(), mesh: reader.read(), services: reader.read(), gateways: reader.read(),
      tokens: reader.read(), headers: reader.read(), dataSets: reader.read(), retries: reader.read(),
      scopes: reader.read(), tables: reader.read(), actions: reader.read(), limits: reader.read())
    try validate()
  }
}
