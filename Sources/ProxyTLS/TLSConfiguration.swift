/// What a worker's TLS is made of: the contents of files, never their paths.
///
/// Lists refer to each other by index. `TLSContextSet` checks them.
public struct TLSConfiguration: Hashable, Sendable {
  /// A chain, the leaf first, and the leaf's unencrypted key. PEM (RFC 7468).
  public struct Certificate: Hashable, Sendable {
    public var chain: [UInt8]
    public var key: [UInt8]

    public init(chain: [UInt8], key: [UInt8]) {
      self.chain = chain
      self.key = key
    }
  }

  /// Whose identities are believed, and on whose word.
  public struct TrustDomain: Hashable, Sendable {
    public var name: String
    /// An index into `roots`.
    public var roots: Int

    public init(name: String, roots: Int) {
      self.name = name
      self.roots = roots
    }
  }

  /// Whether a client shows a certificate. One that is shown is always verified.
  public enum Clients: UInt8, CaseIterable, Hashable, Sendable {
    case anonymous, optional, required
  }

  /// What ALPN offers or takes (RFC 7301); HTTP/2 is preferred. None: raw TCP, the extension is ignored.
  public struct Protocols: OptionSet, Hashable, Sendable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let http1 = Protocols(rawValue: 1)
    public static let http2 = Protocols(rawValue: 2)
  }

  /// What a listener does for some server names.
  public struct Context: Hashable, Sendable {
    /// Folded: `a.example`, `*.example` (one or more labels before), or `*` (any). The longest that matches is taken.
    public var names: [String]
    /// An index into `certificates`.
    public var certificate: Int
    public var clients: Clients
    public var protocols: Protocols
    /// Also for clients that name no server. At most one of a listener.
    public var isFallback: Bool

    public init(names: [String], certificate: Int, clients: Clients, protocols: Protocols, isFallback: Bool) {
      self.names = names
      self.certificate = certificate
      self.clients = clients
      self.protocols = protocols
      self.isFallback = isFallback
    }
  }

  /// Where TLS is accepted; at least one context.
  public struct Listener: Hashable, Sendable {
    public var contexts: [Context]

    public init(contexts: [Context]) { self.contexts = contexts }
  }

  /// Who an upstream has to be.
  public enum Peer: Hashable, Sendable {
    /// Of the mesh: its SPIFFE identity is one of these, on the word of its own trust domain.
    case identities([String])
    /// Outside of it: a certificate for the host name or address (RFC 9525), `roots` an index into `roots`.
    case host(String, roots: Int)
  }

  /// How an upstream is connected to.
  public struct Upstream: Hashable, Sendable {
    /// What we show: an index into `certificates`.
    public var certificate: Int?
    public var protocols: Protocols
    /// The name that is asked for (RFC 6066 section 3); not an address.
    public var serverName: String?
    public var peer: Peer

    public init(certificate: Int?, protocols: Protocols, serverName: String?, peer: Peer) {
      self.certificate = certificate
      self.protocols = protocols
      self.serverName = serverName
      self.peer = peer
    }
  }

  public var certificates: [Certificate]
  /// Sets of root certificates. PEM.
  public var roots: [[UInt8]]
  public var trustDomains: [TrustDomain]
  public var listeners: [Listener]
  public var upstreams: [Upstream]
  public var ticketKeys: TicketKeys
  /// Counts the changes of `trustDomains`: sessions are not resumed over one.
  public var trustGeneration: UInt64

  public init(
    certificates: [Certificate] = [], roots: [[UInt8]] = [], trustDomains: [TrustDomain] = [],
    listeners: [Listener] = [], upstreams: [Upstream] = [], ticketKeys: TicketKeys, trustGeneration: UInt64 = 0
  ) {
    self.certificates = certificates
    self.roots = roots
    self.trustDomains = trustDomains
    self.listeners = listeners
    self.upstreams = upstreams
    self.ticketKeys = ticketKeys
    self.trustGeneration = trustGeneration
  }
}

/// Why a configuration is none. The numbers are indices of its lists.
public enum TLSConfigurationError: Error, Hashable, Sendable {
  public enum Problem: Hashable, Sendable {
    case outOfMemory
    /// No PEM, or a block that cannot be read.
    case notACertificate
    /// No PEM of a private key, or an encrypted one.
    case notAKey
    case keyDoesNotFit
    /// More than four certificates.
    case chainTooLong
    /// A key or signature under 112 bits of security.
    case tooWeak
    case nameTaken
    case notAName(String)
    case noSuchIndex(Int)
    case noContext
    case twoFallbacks
    case noIdentity
  }

  case certificate(Int, Problem)
  case roots(Int, Problem)
  case trustDomain(Int, Problem)
  case listener(Int, Problem)
  case upstream(Int, Problem)
  case set(Problem)
}

extension TLSConfigurationError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfMemory: "no memory"
    case .notACertificate: "no certificates in PEM"
    case .notAKey: "no unencrypted private key in PEM"
    case .keyDoesNotFit: "the key is not the certificate's"
    case .chainTooLong: "a chain of more than four certificates"
    case .tooWeak: "a key or signature that is too weak"
    case .nameTaken: "a name that occurs twice"
    case .notAName(let name): "`\(name)` is malformed"
    case .noSuchIndex(let index): "nothing has the number \(index)"
    case .noContext: "a listener without a certificate"
    case .twoFallbacks: "two certificates for clients that name no server"
    case .noIdentity: "no identity that the upstream may have"
    }
  }
}
