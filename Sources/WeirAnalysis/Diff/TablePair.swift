import WeirPolicy

/// Route tables that answer the same requests on both sides; at least one is there.
struct TablePair {
  /// Indices into the tables.
  var old: Int?
  var new: Int?
  var name: String
  var view: DiffView
  /// The hosts that both answer, as patterns of which the most specific one counts; empty where hosts make no difference.
  var hosts: [HostPattern] = []
}

extension PolicyPair {
  /// Gateways and hosts, then services.
  var tablePairs: [TablePair] {
    var result = hostPairs
    let gateways = union(new.shared.gateways.map(\.name), old.shared.gateways.map(\.name))
    for name in gateways where !result.contains(where: { $0.view == .gateway(name) }) {
      let tables = (old.table(ofGateway: name), new.table(ofGateway: name))
      // One with hosts was met by its hosts.
      guard [old, new].allSatisfy({ !$0.hasHosts(name) }), tables.0 != nil || tables.1 != nil else { continue }
      result.append(TablePair(old: tables.0, new: tables.1, name: name, view: .gateway(name)))
    }
    for name in union(new.shared.services.map(\.name), old.shared.services.map(\.name)) {
      let tables = (old.table(ofService: name), new.table(ofService: name))
      guard tables.0 != nil || tables.1 != nil else { continue }
      result.append(TablePair(old: tables.0, new: tables.1, name: name, view: .service(name, port: "")))
    }
    return result
  }

  /// Every host, or pattern of hosts, that either side has routes for.
  var hosts: [HostPattern] { union(new.hostTables.map(\.host), old.hostTables.map(\.host)) }

  /// All hosts that either side names, in groups that go to the same pair of tables.
  private var hostPairs: [TablePair] {
    var result: [TablePair] = []
    for host in hosts {
      let tables = (old.table(host), new.table(host))
      guard tables.0 != nil || tables.1 != nil else { continue }
      if let index = result.firstIndex(where: { $0.old == tables.0 && $0.new == tables.1 }) {
        result[index].hosts.append(host)
      } else {
        result.append(TablePair(old: tables.0, new: tables.1, name: "", view: .hosts([]), hosts: [host]))
      }
    }
    for index in result.indices {
      let gateways = [result[index].old.map(old.gatewayName), result[index].new.map(new.gatewayName)]
      if let first = gateways[0], let name = first, gateways[1] == .some(.some(name)) {
        result[index].name = name
        result[index].view = .gateway(name)
      } else {
        result[index].name = result[index].hosts.map { "\"\($0)\"" }.joined(separator: ", ")
        result[index].view = .hosts(result[index].hosts)
      }
    }
    return result
  }

  /// That a host is one of these and that no more specific pattern of either side takes it.
  func condition(_ hosts: [HostPattern]) -> Condition {
    let known = self.hosts
    return .or(
      hosts.map { host in
        .and([host.condition] + known.filter { $0 != host && host.covers($0) }.map { .not($0.condition) })
      })
  }

  private func union<Element: Equatable>(_ left: [Element], _ right: [Element]) -> [Element] {
    left + right.filter { !left.contains($0) }
  }
}

extension PolicyPair.Side {
  /// Every host that has routes, and the table with them.
  fileprivate var hostTables: [(host: HostPattern, table: Int)] {
    shared.routeTables.enumerated().flatMap { index, table -> [(host: HostPattern, table: Int)] in
      switch table.owner {
      case .hosts(let hosts): hosts.map { ($0, index) }
      case .gateway(let gateway): shared.gateways[gateway].hosts.map { ($0, index) }
      case .service: []
      }
    }
  }

  /// Exact before the longest wildcard.
  fileprivate func table(_ host: HostPattern) -> Int? {
    let covering = hostTables.filter { $0.host.covers(host) }
    return (covering.first { $0.host == host } ?? covering.max { $0.host.name.utf8.count < $1.host.name.utf8.count })?
      .table
  }

  fileprivate func table(ofGateway name: String) -> Int? {
    shared.gateways.firstIndex { $0.name == name }
      .flatMap { gateway in shared.routeTables.firstIndex { $0.owner == .gateway(gateway) } }
  }

  fileprivate func table(ofService name: String) -> Int? {
    shared.services.firstIndex { $0.name == name }
      .flatMap { service in shared.routeTables.firstIndex { $0.owner == .service(service) } }
  }

  fileprivate func hasHosts(_ gateway: String) -> Bool {
    shared.gateways.contains { $0.name == gateway && !$0.hosts.isEmpty }
  }

  fileprivate func gatewayName(_ table: Int) -> String? {
    if case .gateway(let gateway) = shared.routeTables[table].owner { return shared.gateways[gateway].name }
    return nil
  }
}

extension HostPattern {
  /// Whether every host of the other pattern is one of this.
  func covers(_ other: HostPattern) -> Bool {
    self == other || (isWildcard && other.name.hasSuffix("." + name))
  }

  /// One of these.
  var example: String { isWildcard ? "x.\(name)" : name }

  /// That the host of a request is one of these.
  var condition: Condition {
    var text = ""
    for character in name {
      if !character.isLetter, !character.isNumber { text += "\\" }
      text.append(character)
    }
    let predicate: Predicate = isWildcard ? .matchesRegex(".+\\.\(text)") : .equals(.string(name))
    return .test(WeirPolicy.Test(attribute: .host, predicate: predicate, whenAbsent: false, position: .nowhere))
  }
}
