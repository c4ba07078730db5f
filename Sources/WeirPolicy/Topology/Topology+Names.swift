extension Topology {
  /// `payments`, or `voting port admin` for a service with several ports. The indices are those of a validated topology.
  public func name(of target: AuthzScope.Target) -> String {
    switch target {
    case .gateway(let gateway): gateways[gateway].name
    case .service(let service, let port):
      services[service].ports.count == 1
        ? services[service].name : "\(services[service].name) port \(services[service].ports[port].name)"
    }
  }

  /// The gateway, the service, or the quoted hosts that a table belongs to.
  public func name(of owner: RouteTable.Owner) -> String {
    switch owner {
    case .gateway(let gateway): gateways[gateway].name
    case .service(let service): services[service].name
    case .hosts(let hosts): hosts.map { "\"\($0)\"" }.joined(separator: ", ")
    }
  }

  /// `payments` or `payments.canary`
  public func name(of destination: Destination) -> String { destination.name(among: services) }

  /// Where something was declared, as `file:line`. Total: an unknown file is `?`.
  public func place(of position: Position) -> String {
    "\(files.indices.contains(position.file) ? files[position.file] : "?"):\(position.line)"
  }
}

extension HostPattern: CustomStringConvertible {
  /// `*.shop.example`
  public var description: String { (isWildcard ? "*." : "") + name }
}
