import ProxyCore
import ProxyTransport
import WeirPolicy

/// What is true of one deployment: addresses, files, sizes, times. Policy is in the bundle.
///
/// Made by `Configuration.read` from a `weir.yaml`, or empty; the command line changes what it names. Paths are relative to the
/// working folder.
public struct Configuration: Sendable, Equatable {
  /// The file that was read, nil without one.
  public var file: String?
  public var bundle: Located<String>?
  /// Public keys, one of which must have signed the bundle. Without any no signature is demanded.
  public var trust: [Located<String>] = []
  public var listeners: [Listener] = []
  /// nil: one for each processor.
  public var workerCount: Int?
  /// Buffers of all workers together. nil: a part of what the system allows.
  public var memoryBytesMax: Int?
  /// Where `/healthz`, `/readyz` and `/metrics` are answered, nil: nowhere.
  public var status: SocketAddress?
  /// The Unix socket of `weir admin`, nil: none.
  public var admin: String?
  public var accessLog = AccessLog.standardOutput
  public var clocks = Clocks()
  /// From SIGTERM until the end, whatever still runs.
  public var drain = Interval.seconds(30)
  /// How long connections are still accepted after SIGTERM, while the endpoint is taken out of service elsewhere.
  public var drainDelay = Interval.seconds(5)
  public var trustDomains: [TrustDomain] = []
  /// Certificates in PEM that `roots system` means.
  public var systemRoots: Located<String>
  /// What upstreams are shown.
  public var upstreamCertificate: CertificateFiles?
  public var services: [ServiceOverride] = []
  /// nil: as the system says.
  public var resolver: SocketAddress?
  /// Where keys of the file stand that are not `Located`, by their path.
  var places: [String: ConfigurationPlace] = [:]

  public struct Listener: Sendable, Equatable {
    public var address: Located<SocketAddress>
    /// The gateway of the bundle that answers here; nil: whatever is responsible for the host.
    public var gateway: Located<String>?
    public var trustedHops: [WeirPolicy.Network]
    public var tls: ListenerTLS?

    public init(
      address: Located<SocketAddress>, gateway: Located<String>? = nil, trustedHops: [WeirPolicy.Network] = [],
      tls: ListenerTLS? = nil
    ) {
      self.address = address
      self.gateway = gateway
      self.trustedHops = trustedHops
      self.tls = tls
    }
  }

  public struct ListenerTLS: Sendable, Equatable {
    public enum Clients: String, CaseIterable, Sendable {
      case anonymous, optional, required
    }

    public enum ApplicationProtocol: String, CaseIterable, Sendable {
      case http1, http2
    }

    public struct Certificate: Sendable, Equatable {
      public var files: CertificateFiles
      /// Server names, folded: `a.example`, `*.example` or `*`.
      public var names: [String]
      public var clients: Clients
      /// Also for clients that name no server.
      public var isFallback: Bool
    }

    public var certificates: [Certificate]
    public var protocols: Set<ApplicationProtocol>
  }

  /// A chain and its key, PEM.
  public struct CertificateFiles: Sendable, Equatable {
    public var chain: Located<String>
    public var key: Located<String>
  }

  public struct TrustDomain: Sendable, Equatable {
    public var name: Located<String>
    public var roots: Located<String>
  }

  /// Endpoints that take the place of the policy's.
  public struct ServiceOverride: Sendable, Equatable {
    public var name: Located<String>
    public var endpoints: [Service.StaticEndpoint]
  }

  public enum AccessLog: Sendable, Equatable {
    case off, standardOutput
    case file(String)
  }
}

/// A value and where it was written, for messages about what it leads to.
public struct Located<Value: Sendable & Equatable>: Sendable, Equatable {
  public var value: Value
  public var place: ConfigurationPlace

  public init(_ value: Value, at place: ConfigurationPlace) {
    self.value = value
    self.place = place
  }
}

/// A line and a column of the configuration, from 1; or the command line.
public enum ConfigurationPlace: Sendable, Hashable {
  case file(String, line: Int, column: Int)
  /// A file as a whole, or one with its own places: `shop.weir:9`.
  case document(String)
  /// An option; nil: the one that is missing.
  case commandLine(String?)
  /// Nobody wrote it: the default.
  case builtIn
}

extension ConfigurationPlace: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let file, let line, let column): "\(file):\(line):\(column)"
    case .document(let name): name
    case .commandLine(let option): option ?? "command line"
    case .builtIn: "default"
    }
  }
}
