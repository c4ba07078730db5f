import ProxyCore
import ProxyTransport
import WeirPolicy

/// Every key of `weir.yaml`: reading, messages and `docs/configuration.md` come from here.
enum ConfigurationSchema {
  static let sections = [
    Root.section, Listener.section, TLS.section, Certificate.section, TrustDomain.section, UpstreamCertificate.section,
    ServiceOverride.section, Endpoint.section, Timeouts.section, Discovery.section,
  ]

  enum Root {
    static let bundle = ConfigurationKey(
      "bundle", .path, .optional, "The bundle, made by `weir build`. Required here or as `--bundle`.")
    static let trust = ConfigurationKey(
      "trust", .path, .optional, shape: .list,
      "Public keys, made by `weir keygen`; one of them must have signed the bundle. Without any, signatures are not demanded, which is said at the start."
    )
    static let listeners = ConfigurationBlock(
      "listeners", "a list of blocks", .optional, "Where requests arrive. Required here or as `--listen`.")
    static let workers = ConfigurationKey(
      "workers", .count(1...256), .computed("one for each processor"), "Threads that serve traffic.")
    static let memory = ConfigurationKey(
      "memory", .size(16 << 20...1 << 40), .computed("80 % of the memory that the process may use"),
      "Buffers of all workers together; beyond it requests are refused.")
    static let status = ConfigurationKey(
      "status", .addressOrOff, .default("0.0.0.0:15021"), "Where `/healthz`, `/readyz` and `/metrics` are answered.")
    static let admin = ConfigurationKey(
      "admin", .socketOrOff, .default("weir.sock"), "The Unix socket of `weir admin`; only its user may open it.")
    static let accessLog = ConfigurationKey(
      "access_log", .accessLog, .default("stdout"), "Where one line of JSON for each request goes.")
    static let trustDomains = ConfigurationBlock(
      "trust_domains", "blocks by the name of the trust domain", .optional, "Whose SPIFFE identities are believed.")
    static let systemRoots = ConfigurationKey(
      "system_roots", .path, .default("/etc/ssl/certs/ca-certificates.crt"),
      "Root certificates in PEM for services with `roots system`.")
    static let upstreamCertificate = ConfigurationBlock(
      "upstream_certificate", "a block", .optional, "What upstreams with mutual TLS are shown.")
    static let services = ConfigurationBlock(
      "services", "blocks by the name of the service", .optional, "Endpoints that take the place of the policy's.")
    static let timeouts = ConfigurationBlock("timeouts", "a block", .optional, "How long is waited, for what.")
    static let discovery = ConfigurationBlock("discovery", "a block", .optional, "How names become addresses.")

    static let section = ConfigurationSection(
      path: "", about: "The file.",
      keys: [
        bundle.description, trust.description, listeners.description, workers.description, memory.description,
        status.description, admin.description, accessLog.description, trustDomains.description,
        systemRoots.description, upstreamCertificate.description, services.description, timeouts.description,
        discovery.description,
      ])
  }

  enum Listener {
    enum ProxyProtocol: String, CaseIterable, Sendable {
      case off, required
    }

    static let address = ConfigurationKey("address", .address, .required, "Where connections are accepted.")
    static let gateway = ConfigurationKey(
      "gateway", .name, .optional,
      "The gateway of the policy that answers here. Left out: whatever is responsible for the host of the request.")
    static let trustedHops = ConfigurationKey(
      "trusted_hops", .network, .optional, shape: .list,
      """
      Proxies of ours in front: `request.client_ip` is the right-most address of `x-forwarded-for` outside of these networks, and \
      what they say in other `x-forwarded-…` fields and in `x-request-id` stays. A hop that is no address is refused with 400.
      """)
    static let proxyProtocol = ConfigurationKey(
      "proxy_protocol", ConfigurationForm<ProxyProtocol>.choice, .default("off"),
      "Whether connections begin with a PROXY header. `required` is not carried out yet and stops the start.")
    static let tls = ConfigurationBlock("tls", "a block", .optional, "Left out: cleartext.")

    static let section = ConfigurationSection(
      path: "listeners[]", about: "Where requests arrive.",
      keys: [
        address.description, gateway.description, trustedHops.description, proxyProtocol.description, tls.description,
      ])
  }

  enum TLS {
    static let clients = ConfigurationKey(
      "clients", ConfigurationForm<Configuration.ListenerTLS.Clients>.choice, .default("anonymous"),
      "Whether clients show a certificate. One that is shown is always verified against its trust domain.")
    static let protocols = ConfigurationKey(
      "protocols", ConfigurationForm<Configuration.ListenerTLS.ApplicationProtocol>.choice, .default("http2, http1"),
      shape: .choices, "What is offered by ALPN; HTTP/2 is preferred.")
    static let certificates = ConfigurationBlock(
      "certificates", "a list of blocks", .required, "What the listener shows, chosen by server name.")

    static let section = ConfigurationSection(
      path: "listeners[].tls", about: "TLS 1.2 and 1.3.",
      keys: [clients.description, protocols.description, certificates.description])
  }

  enum Certificate {
    static let chain = ConfigurationKey(
      "chain", .path, .required, "The certificate and what leads to its root, PEM. Read again when it changes.")
    static let key = ConfigurationKey("key", .path, .required, "Its private key, PEM, not encrypted.")
    static let names = ConfigurationKey(
      "names", .serverName, .default("*"), shape: .choices,
      "Server names that it is for; the longest that matches is taken.")
    static let clients = ConfigurationKey(
      "clients", ConfigurationForm<Configuration.ListenerTLS.Clients>.choice, .computed("as for the listener"),
      "Whether clients that ask for these names show a certificate.")
    static let fallback = ConfigurationKey(
      "fallback", .flag, .default("false"), "Also for clients that name no server; at most one of a listener.")

    static let section = ConfigurationSection(
      path: "listeners[].tls.certificates[]", about: "A certificate of a listener.",
      keys: [chain.description, key.description, names.description, clients.description, fallback.description])
  }

  enum TrustDomain {
    static let roots = ConfigurationKey(
      "roots", .path, .required,
      "Root certificates, PEM. They vouch for identities of this trust domain and no other. Read again when the file changes."
    )
    static let section = ConfigurationSection(
      path: "trust_domains.NAME", about: "A trust domain.", keys: [roots.description])
  }

  enum UpstreamCertificate {
    static let chain = ConfigurationKey("chain", .path, .required, "The certificate and what leads to its root, PEM.")
    static let key = ConfigurationKey("key", .path, .required, "Its private key, PEM, not encrypted.")
    static let section = ConfigurationSection(
      path: "upstream_certificate", about: "The proxy's own identity.", keys: [chain.description, key.description])
  }

  enum ServiceOverride {
    static let endpoints = ConfigurationBlock(
      "endpoints", "a list of blocks", .required, "Instead of those that the policy declares or discovers.")
    static let section = ConfigurationSection(
      path: "services.NAME", about: "A service of the policy.", keys: [endpoints.description])
  }

  enum Endpoint {
    static let address = ConfigurationKey("address", .endpoint, .required, "Where it listens.")
    static let labels = ConfigurationBlock(
      "labels", "words by name", .optional, "What subsets choose by, as `version: v1`.")
    static let section = ConfigurationSection(
      path: "services.NAME.endpoints[]", about: "An endpoint.", keys: [address.description, labels.description])
  }

  enum Discovery {
    static let resolver = ConfigurationKey(
      "resolver", .endpoint, .computed("the first name server of the system"), "The name server that is asked.")
    static let section = ConfigurationSection(
      path: "discovery", about: "For `endpoints dns` and `endpoints srv`.", keys: [resolver.description])
  }

  enum Timeouts {
    static let all: [ConfigurationKey<Interval>] = [
      handshake, head, bodyIdle, bodyGrace, unread, keepAlive, connect, responseIdle, pooled, linger, drainDelay,
      drain,
    ]
    static let handshake = key("handshake", "10s", "A TLS handshake in all.")
    static let head = key("head", "10s", "A request head in all, not a read of it.")
    static let bodyIdle = key("body_idle", "30s", "Between two pieces of a request body.")
    static let bodyGrace = key(
      "body_grace", "10s",
      "How long a request body that has begun may come more slowly than 240 bytes a second, on average.")
    static let unread = key("unread", "30s", "Until a client takes what was sent to it.")
    static let keepAlive = key("keep_alive", "60s", "Between two requests of a client.")
    static let connect = key("connect", "5s", "Until an upstream is connected, where its service does not say.")
    static let responseIdle = key(
      "response_idle", "60s", "Until a response begins or goes on, where the route says neither `timeout` nor `idle`.")
    static let pooled = key(
      "pooled", "4s", "How long an unused connection to an upstream is kept: shorter than the upstream keeps it.")
    static let linger = key("linger", "1s", "Reading what a client still sends after an early answer.")
    static let drainDelay = key(
      "drain_delay", "5s", "How long is still accepted after SIGTERM, until everybody has heard of it.", from: 0)
    static let drain = key("drain", "30s", "From SIGTERM to the end, whatever still runs.", from: 0)

    private static func key(
      _ name: String, _ value: String, _ about: String, from milliseconds: Int64 = 1
    ) -> ConfigurationKey<Interval> {
      ConfigurationKey(
        name, .duration(.milliseconds(milliseconds)...Interval.seconds(24 * 3600)), .default(value), about)
    }

    static let section = ConfigurationSection(
      path: "timeouts", about: "Each runs on a clock of its own.", keys: all.map(\.description))
  }
}
