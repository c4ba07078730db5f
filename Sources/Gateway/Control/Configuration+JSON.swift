import ProxyTransport
import WeirJSON
import WeirPolicy

extension Configuration {
  /// The configuration in force, for `weir admin config`. Paths of keys, never keys.
  var json: JSONValue {
    .object(
      [
        .init("file", .string(orNull: file)), .init("bundle", .string(orNull: bundle?.value)),
        .init("trust", .array(trust.map { .string($0.value) })),
        .init("trust_domains", .object(trustDomains.map { .init($0.name.value, .string($0.roots.value)) })),
        .init("upstream_certificate", upstreamCertificate.map(Self.json) ?? .null),
        .init(
          "services",
          .object(
            services.map { service in
              .init(
                service.name.value,
                .array(
                  service.endpoints.map {
                    .string("\(SocketAddress($0.address, port: UInt16(clamping: $0.port)))")
                  }))
            })),
        .init("listeners", .array(listeners.map(Self.json))),
        .init("workers", workerCount.map { .int(Int64($0)) } ?? .null),
        .init("memory_bytes", memoryBytesMax.map { .int(Int64($0)) } ?? .null),
        .init("status", .string(orNull: status.map { "\($0)" })), .init("admin", .string(orNull: admin)),
        .init("access_log", .string(accessLog.text)), .init("resolver", .string(orNull: resolver.map { "\($0)" })),
        .init("timeouts", .object(timeouts)),
      ])
  }

  private var timeouts: [JSONValue.Member] {
    [
      ("handshake", clocks.handshake), ("head", clocks.head), ("body_idle", clocks.bodyIdle),
      ("body_grace", clocks.bodyGrace), ("unread", clocks.unread), ("keep_alive", clocks.keepAlive),
      ("connect", clocks.connect),
      ("response_idle", clocks.responseIdle), ("pooled", clocks.pooled), ("linger", clocks.linger),
      ("drain_delay", drainDelay), ("drain", drain),
    ].map { .init($0.0, .string(durationText($0.1))) }
  }

  private static func json(_ listener: Listener) -> JSONValue {
    .object([
      .init("address", .string("\(listener.address.value)")),
      .init("gateway", .string(orNull: listener.gateway?.value)),
      .init("trusted_hops", .array(listener.trustedHops.map { .string("\($0)") })),
      .init("tls", listener.tls.map { tls in .array(tls.certificates.map { json($0.files) }) } ?? .null),
    ])
  }

  private static func json(_ files: CertificateFiles) -> JSONValue {
    .object([.init("chain", .string(files.chain.value)), .init("key", .string(files.key.value))])
  }
}

extension Configuration.AccessLog {
  var text: String {
    switch self {
    case .off: "off"
    case .standardOutput: "stdout"
    case .file(let path): path
    }
  }
}
