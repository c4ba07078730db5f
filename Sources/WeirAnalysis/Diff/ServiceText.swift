import WeirPolicy

extension SettingText {
  func settings(of service: Service) -> [Setting] {
    ports(service)
      + [
        Setting("identity", list(service.identities.map { "\"\($0)\"" })), Setting("owner", service.owner),
        Setting("endpoints", text(service.endpoints)), Setting("balance", text(service.balance)),
        Setting("capacity", service.capacity.flatMap(text)), Setting("eject", service.ejection.map(text)),
        Setting("health", service.health.map(text)),
        Setting("connect timeout", service.connectTimeoutNanoseconds.map(durationText)),
        Setting("idle timeout", service.idleTimeoutNanoseconds.map(durationText)),
        Setting("tls", service.tls.map(text)), Setting("external", service.isExternal ? "yes" : nil),
        Setting("enforced by", service.isEnforcedBySidecar ? "sidecar" : nil),
        Setting("paths", service.ignoresPathCase ? "case_insensitive" : nil),
        Setting("trailing slash", service.ignoresTrailingSlash ? "ignored" : nil),
      ].compactMap(\.self) + service.subsets.map { Setting("subset \($0.name)", text($0.labels)) }
  }

  private func ports(_ service: Service) -> [Setting] {
    service.ports.map { port in
      Setting(
        port.name.isEmpty ? "port" : "port \(port.name)",
        [port.number.map(String.init), "\(port.protocol)", port.isPermissive ? "mtls permissive" : nil]
          .compactMap(\.self).joined(separator: " "))
    }
  }

  private func text(_ labels: [Service.Label]) -> String {
    labels.map { "\($0.name) \"\($0.value)\"" }.joined(separator: ", ")
  }

  private func text(_ endpoints: Service.Endpoints) -> String? {
    switch endpoints {
    case .none: nil
    case .dns(let name): "dns \"\(name)\""
    case .srv(let name): "srv \"\(name)\""
    case .file(let name): "file \"\(name)\""
    case .static(let endpoints):
      endpoints.map { endpoint in
        "\(endpoint.address):\(endpoint.port)"
          + (endpoint.labels.isEmpty ? "" : " { \(text(endpoint.labels)) }")
      }.joined(separator: ", ")
    }
  }

  private func text(_ balance: Service.Balance) -> String {
    switch balance {
    case .p2c: "p2c"
    case .roundRobin: "round_robin"
    case .maglev(let key): "maglev by \(text(key))"
    }
  }

  private func text(_ capacity: Service.Capacity) -> String? {
    list(
      [
        ("connections", capacity.connections), ("pending", capacity.pending), ("requests", capacity.requests),
        ("retries", capacity.retries),
      ].compactMap { name, value in value.map { "\(name) \($0)" } })
  }

  private func text(_ ejection: Service.Ejection) -> String {
    "\(ejection.errors) errors every \(durationText(ejection.everyNanoseconds)) "
      + "for \(durationText(ejection.forNanoseconds)) at most \(percentText(ejection.atMost))"
  }

  private func text(_ health: Service.Health) -> String {
    let probe =
      switch health.probe {
      case .http(let path, let status): "http \"\(path)\" status \(status.lowerBound)..\(status.upperBound)"
      case .grpc: "grpc"
      case .connect: "connect"
      }
    return "\(probe) every \(durationText(health.everyNanoseconds)) timeout \(durationText(health.timeoutNanoseconds)) "
      + "up after \(health.upAfter) down after \(health.downAfter)"
  }

  private func text(_ tls: Service.TLS) -> String {
    "name \(tls.serverName.map { "\"\($0)\"" } ?? "of the endpoint"), "
      + "roots \(tls.rootsFile.map { "\"\($0)\"" } ?? "of the system")"
  }
}
