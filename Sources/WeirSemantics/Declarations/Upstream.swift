import WeirPolicy
import WeirSource
import WeirSyntax

/// How calls to a service are carried: capacity, ejection, health, TLS, balance.
extension DeclarationChecker {
  mutating func checkCapacity(
    _ field: Spanned<[Item<(ServiceDeclaration.CapacityField, Spanned<Int64>)>]>
  ) -> Service.Capacity {
    var values: [ServiceDeclaration.CapacityField: Spanned<Int64>] = [:]
    if field.value.isEmpty { report(.missingField, at: field.span, "`capacity` names no limit") }
    for item in field.value {
      let (name, value) = item.kind
      once(&values[name], value.value, at: value.span, name.rawValue)
      _ = inRange(value, 1...1_000_000_000, "`\(name.rawValue)`")
    }
    func value(_ name: ServiceDeclaration.CapacityField) -> Int? { values[name].map { Int($0.value) } }
    return Service.Capacity(
      connections: value(.connections), pending: value(.pending), requests: value(.requests), retries: value(.retries))
  }

  mutating func checkEjection(_ field: Spanned<[Item<ServiceDeclaration.EjectField>]>) -> Service.Ejection? {
    var after: Spanned<Int64>?
    var every: Spanned<Int64>?
    var time: Spanned<Int64>?
    var atMost: Spanned<Int64>?
    for item in field.value {
      switch item.kind {
      case .after(let value): once(&after, value.value, at: value.span, "after")
      case .every(let value): once(&every, value.value, at: value.span, "every")
      case .for(let value): once(&time, value.value, at: value.span, "for")
      case .atMost(let value): once(&atMost, value.value, at: value.span, "at_most")
      }
    }
    guard let after, let every, let time, let atMost else {
      let absent = [("after", after == nil), ("every", every == nil), ("for", time == nil), ("at_most", atMost == nil)]
      let names = absent.filter(\.1).map { "`\($0.0)`" }.joined(separator: ", ")
      report(
        .missingField, at: field.span, "`eject` has no \(names)",
        help: "as in `eject { after 5 errors, every 10s, for 30s, at_most 10% }`")
      return nil
    }
    guard let errors = inRange(after, 1...1_000_000, "`after`"), let everyTime = duration(every, "`every`"),
      let forTime = duration(time, "`for`"), let most = share(atMost, "`at_most`")
    else { return nil }
    return Service.Ejection(
      errors: Int(errors), everyNanoseconds: everyTime, forNanoseconds: forTime, atMost: most)
  }

  mutating func checkHealth(
    _ field: Spanned<[Item<ServiceDeclaration.HealthField>]>, ports: [Service.Port]
  ) -> Service.Health? {
    var path: Spanned<String>?
    var probes: [(name: String, span: SourceSpan)] = []
    var every: Spanned<Int64>?
    var timeout: Spanned<Int64>?
    var up: Spanned<Int64>?
    var down: Spanned<Int64>?
    var status: Spanned<ClosedRange<Int64>>?
    for item in field.value {
      switch item.kind {
      case .http(let text):
        path = text
        probes.append(("http", item.span))
      case .grpc: probes.append(("grpc", item.span))
      case .connect: probes.append(("connect", item.span))
      case .every(let value): once(&every, value.value, at: value.span, "every")
      case .timeout(let value): once(&timeout, value.value, at: value.span, "timeout")
      case .upAfter(let value): once(&up, value.value, at: value.span, "up_after")
      case .downAfter(let value): once(&down, value.value, at: value.span, "down_after")
      case .status(let value): once(&status, value.value, at: value.span, "status")
      }
    }
    guard let probe = probes.first, let every, let timeout else {
      let names = [("probe", probes.isEmpty), ("every", every == nil), ("timeout", timeout == nil)].filter(\.1)
      report(
        .missingField, at: field.span, "`health` has no \(names.map { "`\($0.0)`" }.joined(separator: ", "))",
        help: "as in `health { http \"/healthz\", every 5s, timeout 1s }`; other probes are `grpc` and `connect`")
      return nil
    }
    if probes.count > 1 {
      report(
        .conflictingFields, at: probes[1].span, "a service has one health probe",
        labels: [.init(probe.span, "the first")])
      return nil
    }
    checkProbe(probe, ports: ports)
    if let status, probe.name != "http" {
      report(
        .conflictingFields, at: status.span, "`status` belongs to an http probe",
        labels: [.init(probe.span, "the probe")])
    }
    if let status, !(100...599).contains(status.value.lowerBound) || !(100...599).contains(status.value.upperBound) {
      report(.valueOutOfRange, at: status.span, "a status is from 100 to 599")
    }
    let upAfter = up.flatMap { inRange($0, 1...1_000, "`up_after`") } ?? 2
    let downAfter = down.flatMap { inRange($0, 1...1_000, "`down_after`") } ?? 3
    guard let everyTime = duration(every, "`every`"), let time = duration(timeout, "`timeout`") else { return nil }
    if time > everyTime {
      report(
        .valueOutOfRange, at: timeout.span, "the probe's timeout is longer than its interval",
        labels: [.init(every.span, "the interval")])
    }
    let kind: Service.Health.Probe
    switch probe.name {
    case "grpc": kind = .grpc
    case "connect": kind = .connect
    default:
      guard let path, let canonical = expressions.path(path, as: .exact) else { return nil }
      kind = .http(path: canonical, status: status?.value ?? 200...299)
    }
    return Service.Health(
      probe: kind, everyNanoseconds: everyTime, timeoutNanoseconds: time, upAfter: Int(upAfter),
      downAfter: Int(downAfter))
  }

  private mutating func checkProbe(_ probe: (name: String, span: SourceSpan), ports: [Service.Port]) {
    let fits = ports.contains { port in
      switch (probe.name, port.protocol) {
      case ("http", .http), ("http", .http2), ("grpc", .grpc), ("connect", _): true
      default: false
      }
    }
    guard !fits else { return }
    let protocols = Set(ports.map(\.protocol.spelling)).sorted().joined(separator: ", ")
    report(
      .probeProtocol, at: probe.span, "a service that speaks \(protocols) does not answer a \(probe.name) probe",
      help: "`connect` asks whether a connection comes about")
  }

  mutating func checkTLS(_ field: Spanned<[Item<ServiceDeclaration.TLSField>]>) -> Service.TLS? {
    var serverName: Spanned<String>?
    var roots: Spanned<String?>?
    for item in field.value {
      switch item.kind {
      case .serverName(let text): once(&serverName, text.value, at: text.span, "server_name")
      case .rootsSystem: once(&roots, nil, at: item.span, "roots")
      case .roots(let text):
        if text.value.isEmpty { report(.malformedEndpoint, at: text.span, "the file has no name") }
        once(&roots, text.value, at: text.span, "roots")
      }
    }
    guard let roots else {
      report(
        .missingField, at: field.span, "`tls` has no `roots`",
        help: "add `roots system`, or `roots \"FILE\"` with the certificates to trust")
      return nil
    }
    return Service.TLS(serverName: serverName.flatMap { expressions.host($0) }, rootsFile: roots.value)
  }

  /// `maglev by KEY`: read when all names are known.
  mutating func checkBalances() {
    for (index, service) in services.enumerated() {
      for item in service.syntax.items {
        guard case .balance(.maglev(let key)) = item.kind else { continue }
        let context = serviceContext(index, port: nil, use: .value, module: service.module)
        guard let sticky = expressions.stickyKey(key, in: context) else { continue }
        program.policy.services[index].balance = .maglev(sticky)
      }
    }
  }
}
