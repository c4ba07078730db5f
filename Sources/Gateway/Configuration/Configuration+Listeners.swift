import ProxyTransport
import WeirPolicy

extension Configuration {
  static func listener(
    _ node: ConfigurationNode, _ reader: inout ConfigurationReader, _ folder: String
  ) -> Listener? {
    typealias Keys = ConfigurationSchema.Listener
    guard let block = reader.block(node, Keys.section) else { return nil }
    let address = reader.value(Keys.address, in: block)
    let gateway = reader.value(Keys.gateway, in: block)
    let hops = reader.values(Keys.trustedHops, in: block).map(\.value)
    if let value = reader.value(Keys.proxyProtocol, in: block), value.value == .required {
      reader.report(
        .notSupported, value.place, "the PROXY protocol is not carried out yet",
        remedy: "leave `proxy_protocol` out, and let the balancer in front send `x-forwarded-for`")
    }
    let tls = block[Keys.tls].flatMap { listenerTLS($0, &reader, folder) }
    guard let address else { return nil }
    return Listener(address: address, gateway: gateway, trustedHops: hops, tls: tls)
  }

  private static func listenerTLS(
    _ node: ConfigurationNode, _ reader: inout ConfigurationReader, _ folder: String
  ) -> ListenerTLS? {
    typealias Keys = ConfigurationSchema.TLS
    guard let block = reader.block(node, Keys.section) else { return nil }
    let clients = reader.value(Keys.clients, in: block)?.value ?? .anonymous
    let protocols = reader.values(Keys.protocols, in: block).map(\.value)
    var certificates: [ListenerTLS.Certificate] = []
    var names: Set<String> = []
    let elements = reader.list(block[Keys.certificates], Keys.certificates.name)
    for element in elements {
      guard let certificate = certificate(element, clients, &reader, folder) else { continue }
      for name in certificate.names where !names.insert(name).inserted {
        reader.report(
          .conflict, element.place, "a certificate above is for `\(name)` as well",
          remedy: "keep the name with one of them")
      }
      if certificate.isFallback, certificates.contains(where: \.isFallback) {
        reader.report(
          .conflict, element.place, "a certificate above is the `fallback` already", remedy: "keep one of them")
      }
      certificates.append(certificate)
    }
    if elements.isEmpty, block[Keys.certificates] != nil {
      reader.report(
        .badValue, block.place(of: Keys.certificates.name), "`certificates` is empty",
        remedy: "name a `chain` and a `key`, or leave `tls` out for cleartext")
    }
    return ListenerTLS(certificates: certificates, protocols: Set(protocols))
  }

  private static func certificate(
    _ node: ConfigurationNode, _ clients: ListenerTLS.Clients, _ reader: inout ConfigurationReader, _ folder: String
  ) -> ListenerTLS.Certificate? {
    typealias Keys = ConfigurationSchema.Certificate
    guard let block = reader.block(node, Keys.section) else { return nil }
    let chain = reader.value(Keys.chain, in: block)
    let key = reader.value(Keys.key, in: block)
    let names = reader.values(Keys.names, in: block).map(\.value)
    let ownClients = reader.value(Keys.clients, in: block)?.value
    let isFallback = reader.value(Keys.fallback, in: block)?.value ?? false
    guard let chain, let key else { return nil }
    return ListenerTLS.Certificate(
      files: CertificateFiles(chain: chain.inFolder(folder), key: key.inFolder(folder)), names: names,
      clients: ownClients ?? clients, isFallback: isFallback)
  }

  static func endpoints(
    _ node: ConfigurationNode, _ reader: inout ConfigurationReader
  ) -> [Service.StaticEndpoint]? {
    typealias Keys = ConfigurationSchema.ServiceOverride
    guard let block = reader.block(node, Keys.section) else { return nil }
    if case .list(let elements)? = block[Keys.endpoints]?.content, elements.isEmpty {
      reader.report(
        .badValue, block.place(of: Keys.endpoints.name), "`endpoints` is empty",
        remedy: "name an address, or leave the service out")
    }
    var endpoints: [Service.StaticEndpoint] = []
    for element in reader.list(block[Keys.endpoints], Keys.endpoints.name) {
      guard let inner = reader.block(element, ConfigurationSchema.Endpoint.section) else { continue }
      let address = reader.value(ConfigurationSchema.Endpoint.address, in: inner)
      var labels: [Service.Label] = []
      for entry in reader.named(inner[ConfigurationSchema.Endpoint.labels], "labels") {
        guard case .word(let value) = entry.value.content else {
          reader.report(
            .wrongShape, entry.value.place, "the label `\(entry.key.value)` is not one word",
            remedy: "write it as `version: v1`")
          continue
        }
        labels.append(Service.Label(name: entry.key.value, value: value))
      }
      guard let address else { continue }
      let endpoint = Service.StaticEndpoint(
        address: address.value.address, port: Int(address.value.port), labels: labels)
      guard !endpoints.contains(where: { $0.address == endpoint.address && $0.port == endpoint.port }) else {
        reader.report(
          .conflict, address.place, "an endpoint above has the address \(address.value) as well",
          remedy: "name each endpoint once")
        continue
      }
      endpoints.append(endpoint)
    }
    return endpoints
  }
}
