import WeirPolicy
import WeirSource
import WeirSyntax

/// The fields of a service, each where it stands.
struct ServiceFields {
  var identities: Spanned<[Spanned<String>]>?
  var `protocol`: Spanned<ServiceProtocol>?
  var ports: [(name: Name, number: Spanned<Int64>, protocol: ServiceProtocol, span: SourceSpan)] = []
  var endpoints: Spanned<ServiceDeclaration.Endpoints>?
  var subsets: [(name: Name, labels: [LabelItem], span: SourceSpan)] = []
  var balance: Spanned<ServiceDeclaration.Balance>?
  var capacity: Spanned<[Item<(ServiceDeclaration.CapacityField, Spanned<Int64>)>]>?
  var eject: Spanned<[Item<ServiceDeclaration.EjectField>]>?
  var health: Spanned<[Item<ServiceDeclaration.HealthField>]>?
  var connectTimeout: Spanned<Int64>?
  var idleTimeout: Spanned<Int64>?
  var tls: Spanned<[Item<ServiceDeclaration.TLSField>]>?
  var external: Spanned<Void>?
  var permissive: [(port: Name?, span: SourceSpan)] = []
  var sidecar: Spanned<Void>?
  var pathCase: Spanned<Void>?
  var trailingSlash: Spanned<Void>?
}

extension DeclarationChecker {
  mutating func checkServices() {
    for service in services { checkService(service) }
  }

  /// Sorts the items into fields; reports what stands twice.
  private mutating func fields(of service: ServiceDeclaration) -> ServiceFields {
    var fields = ServiceFields()
    for item in service.items {
      switch item.kind {
      case .identity(let texts): once(&fields.identities, texts, at: item.span, "identity")
      case .protocol(let name): once(&fields.protocol, ServiceProtocol(name.value), at: name.span, "protocol")
      case .port(let name, let number, let proto):
        fields.ports.append((name, number, ServiceProtocol(proto.value), item.span))
      case .endpoints(let endpoints): once(&fields.endpoints, endpoints, at: item.span, "endpoints")
      case .subset(let name, let labels): fields.subsets.append((name, labels, item.span))
      case .balance(let balance): once(&fields.balance, balance, at: item.span, "balance")
      case .capacity(let items): once(&fields.capacity, items, at: item.span, "capacity")
      case .eject(let items): once(&fields.eject, items, at: item.span, "eject")
      case .health(let items): once(&fields.health, items, at: item.span, "health")
      case .connectTimeout(let value): once(&fields.connectTimeout, value.value, at: value.span, "connect_timeout")
      case .idleTimeout(let value): once(&fields.idleTimeout, value.value, at: value.span, "idle_timeout")
      case .tls(let items): once(&fields.tls, items, at: item.span, "tls")
      case .external: once(&fields.external, (), at: item.span, "external")
      case .mtlsPermissive(let port): fields.permissive.append((port, item.span))
      case .enforcedBySidecar: once(&fields.sidecar, (), at: item.span, "enforced by sidecar")
      case .pathsCaseInsensitive: once(&fields.pathCase, (), at: item.span, "paths case_insensitive")
      case .trailingSlashIgnored: once(&fields.trailingSlash, (), at: item.span, "trailing_slash ignored")
      }
    }
    return fields
  }

  private mutating func checkService(_ placed: Placed<ServiceDeclaration>) {
    let syntax = placed.syntax
    let name = syntax.name.text
    let title = "service `\(name)`"
    let fields = fields(of: syntax)

    var owner = placed.module
    if let path = syntax.owner, checkModule(path, from: placed.module) { owner = path.text }

    var ports = checkPorts(fields, of: syntax.name)
    checkPermissive(fields, ports: &ports)
    let endpoints = checkEndpoints(fields, ports: &ports, of: syntax.name)
    checkPlace(fields, ports: ports, of: syntax.name)
    let identities = (fields.identities?.value ?? []).compactMap { meshIdentity($0, of: title) }
    unique(fields.identities?.value ?? [], "identity")

    program.policy.services.append(
      Service(
        name: name, module: placed.module, owner: owner, identities: identities, ports: ports, endpoints: endpoints,
        subsets: checkSubsets(fields, endpoints: endpoints),
        // The key of maglev is an expression; it is read when all names are known.
        balance: { if case .roundRobin? = fields.balance?.value { .roundRobin } else { .p2c } }(),
        capacity: fields.capacity.flatMap { checkCapacity($0) }, ejection: fields.eject.flatMap { checkEjection($0) },
        health: fields.health.flatMap { checkHealth($0, ports: ports) },
        connectTimeoutNanoseconds: fields.connectTimeout.flatMap { duration($0, "connect_timeout") },
        idleTimeoutNanoseconds: fields.idleTimeout.flatMap { duration($0, "idle_timeout") },
        tls: fields.tls.flatMap { checkTLS($0) }, isExternal: fields.external != nil,
        isEnforcedBySidecar: fields.sidecar != nil, ignoresPathCase: fields.pathCase != nil,
        ignoresTrailingSlash: fields.trailingSlash != nil, position: position(placed.span)))
  }

  private mutating func checkPorts(_ fields: ServiceFields, of service: Name) -> [Service.Port] {
    if let proto = fields.protocol {
      if let port = fields.ports.first {
        report(
          .conflictingFields, at: port.span, "`port` lines and `protocol` exclude each other",
          labels: [.init(proto.span, "the protocol of the one unnamed port")])
      }
      return [Service.Port(name: "", number: nil, protocol: proto.value, isPermissive: false, authz: 0)]
    }
    if fields.ports.isEmpty {
      missing(
        "protocol", in: "service `\(service.text)`", at: service.span,
        help: "add `protocol http` (or http2, grpc, tcp), or lines `port NAME NUMBER PROTOCOL`")
      return [Service.Port(name: "", number: nil, protocol: .http, isPermissive: false, authz: 0)]
    }
    unique(fields.ports.map { Spanned($0.name.text, $0.name.span) }, "port")
    var numbers: [Int64: SourceSpan] = [:]
    return fields.ports.map { port in
      let number = inRange(port.number, 1...65_535, "a port's number")
      if let first = numbers[port.number.value] {
        report(
          .repeatedField, at: port.number.span, "two ports have the number \(port.number.value)",
          labels: [.init(first, "first here")])
      }
      numbers[port.number.value] = port.number.span
      return Service.Port(
        name: port.name.text, number: number.map(Int.init), protocol: port.protocol, isPermissive: false, authz: 0)
    }
  }

  private mutating func checkPermissive(_ fields: ServiceFields, ports: inout [Service.Port]) {
    var first: SourceSpan?
    for (port, span) in fields.permissive {
      let indices: [Int]
      if let port {
        guard let index = ports.firstIndex(where: { $0.name == port.text && !port.text.isEmpty }) else {
          reportUnknownPort(port, ports: ports)
          continue
        }
        indices = [index]
      } else {
        indices = Array(ports.indices)
      }
      if indices.contains(where: { ports[$0].isPermissive }) {
        report(
          .repeatedField, at: span, "`mtls permissive` is said twice",
          labels: first.map { [.init($0, "first here")] } ?? [])
      }
      first = first ?? span
      for index in indices { ports[index].isPermissive = true }
    }
  }

  mutating func reportUnknownPort(_ port: Name, ports: [Service.Port]) {
    let names = ports.map(\.name).filter { !$0.isEmpty }
    if names.isEmpty {
      report(.unknownPort, at: port.span, "the service has one unnamed port", help: "leave `\(port.text)` out")
    } else {
      expressions.reportUnknown(
        port, "there is no port `\(port.text)`; the service has \(names.map { "`\($0)`" }.joined(separator: ", "))",
        among: names, as: .unknownPort)
    }
  }

  /// What follows from where a service is: beyond the mesh, inside with or without certificates.
  private mutating func checkPlace(_ fields: ServiceFields, ports: [Service.Port], of service: Name) {
    if let external = fields.external {
      let conflicts: [(SourceSpan?, String)] = [
        (fields.identities?.span, "an external service has no identity in the mesh"),
        (fields.permissive.first?.span, "the mesh's mutual TLS does not reach an external service"),
        (fields.sidecar?.span, "an external service has no sidecar; its `authz` is decided where the call leaves"),
      ]
      for case (let span?, let message) in conflicts {
        report(.conflictingFields, at: span, message, labels: [.init(external.span, "external")])
      }
      return
    }
    let isStrict = ports.contains { !$0.isPermissive }
    if isStrict, fields.identities?.value.isEmpty ?? true {
      missing(
        "identity", in: "service `\(service.text)`", at: service.span,
        help: "add `identity \"spiffe://…\"`; without one it is `external`, or `mtls permissive` on every port")
    }
    if isStrict, let tls = fields.tls {
      report(
        .conflictingFields, at: tls.span, "calls to a service of the mesh are mutual TLS already",
        notes: ["`tls` says how to reach a service that is `external` or takes calls without certificates"])
    }
    if !ports.contains(where: \.protocol.isHTTP) {
      for case (let span?, let what) in [
        (fields.pathCase?.span, "`paths case_insensitive`"), (fields.trailingSlash?.span, "`trailing_slash ignored`"),
      ] {
        report(.conflictingFields, at: span, "\(what) says nothing of a tcp service: it has no paths")
      }
    }
  }
}

extension ServiceProtocol {
  init(_ name: ProtocolName) {
    switch name {
    case .http: self = .http
    case .http2: self = .http2
    case .grpc: self = .grpc
    case .tcp: self = .tcp
    }
  }

  /// As it is written.
  var spelling: String {
    switch self {
    case .http: "http"
    case .http2: "http2"
    case .grpc: "grpc"
    case .tcp: "tcp"
    }
  }
}
