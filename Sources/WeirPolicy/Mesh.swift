public struct Mesh: Hashable, Sendable {
  public var name: String
  public var module: String
  public var trustDomain: String
  /// `paths merge_and_decode`
  public var mergesAndDecodesPaths: Bool
  public var position: Position

  public init(name: String, module: String, trustDomain: String, mergesAndDecodesPaths: Bool, position: Position) {
    self.name = name
    self.module = module
    self.trustDomain = trustDomain
    self.mergesAndDecodesPaths = mergesAndDecodesPaths
    self.position = position
  }
}

public struct Gateway: Hashable, Sendable {
  public var name: String
  public var module: String
  public var identity: String?
  public var hosts: [HostPattern]
  /// An index into `Policy.authz`; `nil` admits everybody.
  public var authz: Int?
  public var position: Position

  public init(
    name: String, module: String, identity: String?, hosts: [HostPattern], authz: Int?, position: Position
  ) {
    self.name = name
    self.module = module
    self.identity = identity
    self.hosts = hosts
    self.authz = authz
    self.position = position
  }
}

/// `shop.example` or `*.shop.example`, folded.
public struct HostPattern: Hashable, Sendable {
  /// `*.x` matches one or more labels before `x`.
  public var isWildcard: Bool
  /// Without `*.`.
  public var name: String

  public init(isWildcard: Bool, name: String) {
    self.isWildcard = isWildcard
    self.name = name
  }
}

public enum ServiceProtocol: UInt8, CaseIterable, Hashable, Sendable {
  case http, http2, grpc, tcp

  public var isHTTP: Bool { self != .tcp }
}

public struct Service: Hashable, Sendable {
  public struct Port: Hashable, Sendable {
    /// Empty for a service with one unnamed port.
    public var name: String
    /// `nil` when the sources do not say.
    public var number: Int?
    public var `protocol`: ServiceProtocol
    /// `mtls permissive`: `caller` may be absent.
    public var isPermissive: Bool
    /// An index into `Policy.authz`: every port has a scope, perhaps without rules.
    public var authz: Int

    public init(name: String, number: Int?, protocol: ServiceProtocol, isPermissive: Bool, authz: Int) {
      self.name = name
      self.number = number
      self.protocol = `protocol`
      self.isPermissive = isPermissive
      self.authz = authz
    }
  }

  public enum Endpoints: Hashable, Sendable {
    case none
    case `static`([StaticEndpoint])
    /// `host:port` or `host`.
    case dns(String)
    case srv(String)
    case file(String)
  }

  public struct StaticEndpoint: Hashable, Sendable {
    public var address: IPAddress
    public var port: Int
    public var labels: [Label]

    public init(address: IPAddress, port: Int, labels: [Label]) {
      self.address = address
      self.port = port
      self.labels = labels
    }
  }

  public struct Label: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public struct Subset: Hashable, Sendable {
    public var name: String
    public var labels: [Label]

    public init(name: String, labels: [Label]) {
      self.name = name
      self.labels = labels
    }
  }

  public enum Balance: Hashable, Sendable {
    case p2c, roundRobin
    case maglev(StickyKey)
  }

  public struct Capacity: Hashable, Sendable {
    public var connections: Int?
    public var pending: Int?
    public var requests: Int?
    public var retries: Int?

    public init(connections: Int?, pending: Int?, requests: Int?, retries: Int?) {
      self.connections = connections
      self.pending = pending
      self.requests = requests
      self.retries = retries
    }
  }

  public struct Ejection: Hashable, Sendable {
    public var errors: Int
    public var everyNanoseconds: Int64
    public var forNanoseconds: Int64
    /// Hundredths of a percent.
    public var atMost: Int

    public init(errors: Int, everyNanoseconds: Int64, forNanoseconds: Int64, atMost: Int) {
      self.errors = errors
      self.everyNanoseconds = everyNanoseconds
      self.forNanoseconds = forNanoseconds
      self.atMost = atMost
    }
  }

  public struct Health: Hashable, Sendable {
    public enum Probe: Hashable, Sendable {
      case http(path: String, status: ClosedRange<Int64>)
      case grpc, connect
    }

    public var probe: Probe
    public var everyNanoseconds: Int64
    public var timeoutNanoseconds: Int64
    public var upAfter: Int
    public var downAfter: Int

    public init(
      probe: Probe, everyNanoseconds: Int64, timeoutNanoseconds: Int64, upAfter: Int, downAfter: Int
    ) {
      self.probe = probe
      self.everyNanoseconds = everyNanoseconds
      self.timeoutNanoseconds = timeoutNanoseconds
      self.upAfter = upAfter
      self.downAfter = downAfter
    }
  }

  public struct TLS: Hashable, Sendable {
    public var serverName: String?
    /// `nil` for the system's.
    public var rootsFile: String?

    public init(serverName: String?, rootsFile: String?) {
      self.serverName = serverName
      self.rootsFile = rootsFile
    }
  }

  public var name: String
  /// The module that declares it.
  public var module: String
  /// The module that may write its `authz`.
  public var owner: String
  public var identities: [String]
  /// At least one.
  public var ports: [Port]
  public var endpoints: Endpoints
  public var subsets: [Subset]
  public var balance: Balance
  public var capacity: Capacity?
  public var ejection: Ejection?
  public var health: Health?
  public var connectTimeoutNanoseconds: Int64?
  public var idleTimeoutNanoseconds: Int64?
  public var tls: TLS?
  public var isExternal: Bool
  public var isEnforcedBySidecar: Bool
  public var ignoresPathCase: Bool
  public var ignoresTrailingSlash: Bool
  public var position: Position

  public init(
    name: String, module: String, owner: String, identities: [String], ports: [Port], endpoints: Endpoints,
    subsets: [Subset], balance: Balance, capacity: Capacity?, ejection: Ejection?, health: Health?,
    connectTimeoutNanoseconds: Int64?, idleTimeoutNanoseconds: Int64?, tls: TLS?, isExternal: Bool,
    isEnforcedBySidecar: Bool, ignoresPathCase: Bool, ignoresTrailingSlash: Bool, position: Position
  ) {
    self.name = name
    self.module = module
    self.owner = owner
    self.identities = identities
    self.ports = ports
    self.endpoints = endpoints
    self.subsets = subsets
    self.balance = balance
    self.capacity = capacity
    self.ejection = ejection
    self.health = health
    self.connectTimeoutNanoseconds = connectTimeoutNanoseconds
    self.idleTimeoutNanoseconds = idleTimeoutNanoseconds
    self.tls = tls
    self.isExternal = isExternal
    self.isEnforcedBySidecar = isEnforcedBySidecar
    self.ignoresPathCase = ignoresPathCase
    self.ignoresTrailingSlash = ignoresTrailingSlash
    self.position = position
  }
}

extension Service {
  /// Whether its endpoints speak HTTP/2: declared, not found out.
  public var speaksHTTP2: Bool { ports.contains { $0.protocol == .http2 || $0.protocol == .grpc } }
}

/// A named set of identities that is no service.
public struct Principal: Hashable, Sendable {
  public var name: String
  public var module: String
  public var identities: [SegmentPattern]
  public var position: Position

  public init(name: String, module: String, identities: [SegmentPattern], position: Position) {
    self.name = name
    self.module = module
    self.identities = identities
    self.position = position
  }
}
