import WeirPolicy
import WeirRequest

extension Entry {
  /// - Throws: `RequestError` for names that the bundle does not have, and for a layer that does not fit.
  init(_ facts: RequestFacts, _ bundle: borrowing LoadedBundle) throws(RequestError) {
    let isHTTP = facts.http != nil
    if let name = facts.service {
      guard let service = bundle.serviceIndex[name] else {
        throw RequestError(.unknownService, "no service is named \(name)")
      }
      let declared = bundle.topology.services[service]
      guard let port = try declared.port(number: facts.port, isHTTP: isHTTP) else {
        throw RequestError(.unknownPort, "service \(name) has no such port")
      }
      self = .service(service, port: port)
      return
    }
    guard isHTTP else {
      throw RequestError(
        facts.gateway == nil ? .missingKey : .wrongLayer, "a connection is decided for a service: name it")
    }
    guard let name = facts.gateway else {
      self = .anyHost
      return
    }
    guard let gateway = bundle.gatewayIndex[name] else {
      throw RequestError(.unknownGateway, "no gateway is named \(name)")
    }
    self = .gateway(gateway)
  }
}

extension Service {
  /// The port that is addressed: by number, or the first of the layer. The only port of a service need not be named by its number.
  ///
  /// - Returns: `nil` for a number that no port has.
  /// - Throws: `wrong_layer` when no port is of that layer, or the one with the number is of the other.
  fileprivate func port(number: Int?, isHTTP: Bool) throws(RequestError) -> Int? {
    guard let first = firstPort(isHTTP: isHTTP) else { throw wrongLayer("service \(name)", isHTTP: isHTTP) }
    guard let number, ports.count > 1 else { return first }
    let found = ports.firstIndex { $0.protocol.isHTTP == isHTTP && $0.number == number }
    if found == nil, ports.contains(where: { $0.number == number }) {
      throw wrongLayer("port \(number) of service \(name)", isHTTP: isHTTP)
    }
    return found
  }

  private func wrongLayer(_ place: String, isHTTP: Bool) -> RequestError {
    RequestError(
      .wrongLayer,
      isHTTP
        ? "\(place) takes connections, not HTTP requests" : "\(place) takes HTTP requests: give method and path")
  }

  func firstPort(isHTTP: Bool) -> Int? { ports.firstIndex { $0.protocol.isHTTP == isHTTP } }
}
