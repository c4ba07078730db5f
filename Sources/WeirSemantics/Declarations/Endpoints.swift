import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  /// Where a service is reached. Gives the one unnamed port its number when the endpoints have one.
  mutating func checkEndpoints(
    _ fields: ServiceFields, ports: inout [Service.Port], of service: Name
  ) -> Service.Endpoints {
    guard let endpoints = fields.endpoints else {
      missing(
        "endpoints", in: "service `\(service.text)`", at: service.span,
        help: "add `endpoints dns \"\(service.text):8080\"`; somebody who only calls is a `principal`")
      return .none
    }
    let isNamed = !fields.ports.isEmpty
    switch endpoints.value {
    case .static(let list):
      let addresses = staticEndpoints(list, at: endpoints.span, hasPortLines: isNamed)
      if !isNamed, let number = addresses.first?.port, addresses.allSatisfy({ $0.port == number }) {
        ports[0].number = number
      }
      return .static(addresses)
    case .dns(let text):
      guard let (host, port) = hostAndPort(text) else { return .none }
      if !checkPortPlace(port, at: text.span, hasPortLines: isNamed) { return .none }
      if !isNamed { ports[0].number = port }
      return .dns(port.map { "\(host):\($0)" } ?? host)
    case .srv(let text):
      guard isDNSName(text.value.lowercased()) else {
        report(
          .malformedEndpoint, at: text.span, "\"\(text.value)\" is not the name of an SRV record",
          help: "as in `\"_http._tcp.cart.example\"`")
        return .none
      }
      return .srv(text.value.lowercased())
    case .file(let text):
      if text.value.isEmpty { report(.malformedEndpoint, at: text.span, "the file has no name") }
      return .file(text.value)
    }
  }

  private mutating func staticEndpoints(
    _ list: [StaticEndpoint], at span: SourceSpan, hasPortLines: Bool
  ) -> [Service.StaticEndpoint] {
    if list.isEmpty { report(.missingField, at: span, "`endpoints static` names no address") }
    unique(list.map(\.address), "address")
    return list.compactMap { endpoint in
      let labels = checkLabels(endpoint.labels)
      guard let (text, port) = splitPort(endpoint.address.value), let address = IPAddress(text) else {
        report(
          .malformedEndpoint, at: endpoint.address.span,
          "\"\(endpoint.address.value)\" is not an address \(hasPortLines ? "" : "with a port")",
          help: hasPortLines ? "as in \"10.0.0.1\" or \"[fd00::1]\"" : "as in \"10.0.0.1:8080\" or \"[fd00::1]:8080\"")
        return nil
      }
      guard checkPortPlace(port, at: endpoint.address.span, hasPortLines: hasPortLines) else { return nil }
      return Service.StaticEndpoint(address: address, port: port ?? 0, labels: labels)
    }
  }

  /// With `port` lines the number stands there; without, at the address.
  private mutating func checkPortPlace(_ port: Int?, at span: SourceSpan, hasPortLines: Bool) -> Bool {
    switch (port, hasPortLines) {
    case (.some, true):
      report(
        .malformedEndpoint, at: span, "the `port` lines give the numbers already", help: "leave the port out here")
      return false
    case (nil, false):
      report(.malformedEndpoint, at: span, "the port is missing", help: "as in \"cart:8080\"")
      return false
    case (.some, false), (nil, true): return true
    }
  }

  private mutating func hostAndPort(_ text: Spanned<String>) -> (String, Int?)? {
    guard let (host, port) = splitPort(text.value), isDNSName(host.lowercased()) else {
      report(
        .malformedEndpoint, at: text.span, "\"\(text.value)\" is not a DNS name with a port",
        help: "as in \"cart:8080\"")
      return nil
    }
    return (host.lowercased(), port)
  }

  /// Endpoint or subset labels, sorted by name.
  mutating func checkLabels(_ labels: [LabelItem]) -> [Service.Label] {
    unique(labels.map { Spanned($0.name.text, $0.name.span) }, "label")
    return labels.map { Service.Label(name: $0.name.text, value: $0.value.value) }.sorted {
      ($0.name, $0.value) < ($1.name, $1.value)
    }
  }

  mutating func checkSubsets(_ fields: ServiceFields, endpoints: Service.Endpoints) -> [Service.Subset] {
    unique(fields.subsets.map { Spanned($0.name.text, $0.name.span) }, "subset")
    return fields.subsets.map { subset in
      let labels = checkLabels(subset.labels)
      if labels.isEmpty {
        report(
          .missingField, at: subset.span, "subset `\(subset.name.text)` names no label",
          help: "as in `subset \(subset.name.text) { version \"v1\" }`")
      } else if case .static(let list) = endpoints,
        !list.contains(where: { endpoint in labels.allSatisfy(endpoint.labels.contains) })
      {
        report(
          .emptySubset, at: subset.span, "no endpoint has the labels of subset `\(subset.name.text)`",
          labels: fields.endpoints.map { [.init($0.span, "the endpoints")] } ?? [])
      }
      return Service.Subset(name: subset.name.text, labels: labels)
    }
  }
}

/// `host:port`, `[v6]:port`, or without a port; `nil` when the port is not a number from 1 to 65535.
func splitPort(_ text: String) -> (host: String, port: Int?)? {
  if text.hasPrefix("[") {
    guard let end = text.firstIndex(of: "]") else { return nil }
    let host = String(text[text.index(after: text.startIndex)..<end])
    let rest = text[text.index(after: end)...]
    if rest.isEmpty { return (host, nil) }
    guard rest.hasPrefix(":"), let port = portNumber(rest.dropFirst()) else { return nil }
    return (host, port)
  }
  let parts = text.split(separator: ":", omittingEmptySubsequences: false)
  switch parts.count {
  case 1: return (text, nil)
  case 2:
    guard let port = portNumber(parts[1]) else { return nil }
    return (String(parts[0]), port)
  default: return nil
  }
}

private func portNumber(_ text: Substring) -> Int? {
  guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
    let number = Int(text), (1...65_535).contains(number)
  else { return nil }
  return number
}

/// Labels of letters, digits, `-` and `_`, each at most 63 bytes, 253 together (RFC 1035 2.3.4; `_` for SRV, RFC 2782).
func isDNSName(_ text: String) -> Bool {
  guard (1...253).contains(text.utf8.count) else { return false }
  return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
    (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
      && label.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
          UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
