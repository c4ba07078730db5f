public struct Destination: Hashable, Sendable {
  /// An index into `Policy.services`.
  public var service: Int
  public var subset: String?

  public init(service: Int, subset: String?) {
    self.service = service
    self.subset = subset
  }
}

extension Destination {
  func name(among services: [Service]) -> String {
    services[service].name + (subset.map { ".\($0)" } ?? "")
  }
}

extension Policy {
  /// `payments` or `payments.canary`
  public func name(of destination: Destination) -> String { destination.name(among: services) }
}

public struct WeightedDestination: Hashable, Sendable {
  public var destination: Destination
  /// Hundredths of a percent; a split's weights sum to 10,000.
  public var weight: Int

  public init(destination: Destination, weight: Int) {
    self.destination = destination
    self.weight = weight
  }
}

/// What stickiness hashes; absent or empty falls back to the draw.
public enum StickyKey: Hashable, Sendable {
  case cookie(String)
  case attribute(Attribute)
}

/// Text with pieces of the request in it: `https://api.shop.example/{path...}`
public struct Template: Hashable, Sendable {
  public enum Part: Hashable, Sendable {
    case text(String)
    case capture(name: String, [CaptureBinding])
    /// The whole path without its first slash.
    case wholePath
  }

  public var parts: [Part]
  public var text: String

  public init(parts: [Part], text: String) {
    self.parts = parts
    self.text = text
  }
}

public struct HeaderChange: Hashable, Sendable {
  public enum Side: UInt8, Hashable, Sendable { case request, response }

  public enum Value: Hashable, Sendable {
    case text(String)
    /// Absent: the header is removed (`set`) or nothing is added (`add`).
    case attribute(Attribute)
  }

  public enum Operation: Hashable, Sendable {
    case set(Value)
    case add(Value)
    case remove
  }

  public var side: Side
  /// Lower case.
  public var header: String
  public var operation: Operation

  public init(side: Side, header: String, operation: Operation) {
    self.side = side
    self.header = header
    self.operation = operation
  }
}

public struct Cors: Hashable, Sendable {
  public var origins: [String]
  public var methods: [String]
  public var headers: [String]
  public var exposedHeaders: [String]
  public var allowsCredentials: Bool
  public var maxAgeNanoseconds: Int64?

  public init(
    origins: [String], methods: [String], headers: [String], exposedHeaders: [String], allowsCredentials: Bool,
    maxAgeNanoseconds: Int64?
  ) {
    self.origins = origins
    self.methods = methods
    self.headers = headers
    self.exposedHeaders = exposedHeaders
    self.allowsCredentials = allowsCredentials
    self.maxAgeNanoseconds = maxAgeNanoseconds
  }
}

public struct Retry: Hashable, Sendable {
  public enum Cause: Hashable, Sendable {
    case connectFailure, reset, timeout
    case status(ClosedRange<Int64>)
    case grpc(UInt8)
  }

  /// Empty for one written in a route.
  public var name: String
  /// The first included.
  public var tries: Int
  public var causes: [Cause]
  /// Over `response.*`; all of `causes` or this.
  public var condition: Condition?
  public var perTryTimeoutNanoseconds: Int64?
  public var backoffMinNanoseconds: Int64
  public var backoffMaxNanoseconds: Int64
  /// Hundredths of a percent.
  public var budget: Int
  public var evenUnsafe: Bool
  public var idempotencyHeader: String?
  public var position: Position

  public init(
    name: String, tries: Int, causes: [Cause], condition: Condition?, perTryTimeoutNanoseconds: Int64?,
    backoffMinNanoseconds: Int64, backoffMaxNanoseconds: Int64, budget: Int, evenUnsafe: Bool,
    idempotencyHeader: String?, position: Position
  ) {
    self.name = name
    self.tries = tries
    self.causes = causes
    self.condition = condition
    self.perTryTimeoutNanoseconds = perTryTimeoutNanoseconds
    self.backoffMinNanoseconds = backoffMinNanoseconds
    self.backoffMaxNanoseconds = backoffMaxNanoseconds
    self.budget = budget
    self.evenUnsafe = evenUnsafe
    self.idempotencyHeader = idempotencyHeader
    self.position = position
  }
}

/// Everything a route does once it is chosen.
public struct RouteAction: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// One entry of 10,000 without a split.
    case forward([WeightedDestination], sticky: StickyKey?)
    case redirect(status: Int, location: Template)
    case respond(status: Int, body: String?)
  }

  public struct Mirror: Hashable, Sendable {
    public var destination: Destination
    /// Hundredths of a percent.
    public var share: Int

    public init(destination: Destination, share: Int) {
      self.destination = destination
      self.share = share
    }
  }

  public struct Delay: Hashable, Sendable {
    public var nanoseconds: Int64
    public var share: Int

    public init(nanoseconds: Int64, share: Int) {
      self.nanoseconds = nanoseconds
      self.share = share
    }
  }

  public struct Abort: Hashable, Sendable {
    public var status: Int
    public var share: Int

    public init(status: Int, share: Int) {
      self.status = status
      self.share = share
    }
  }

  public var kind: Kind
  public var rewritePath: Template?
  public var rewriteHost: String?
  /// In the order they are written, `headers` blocks expanded.
  public var headerChanges: [HeaderChange] = []
  public var cors: Cors?
  public var mirrors: [Mirror] = []
  public var delay: Delay?
  public var abort: Abort?
  public var timeoutNanoseconds: Int64?
  public var idleTimeoutNanoseconds: Int64?
  /// An index into `Policy.retries`.
  public var retry: Int?
  public var allowsWebSocket = false

  public init(kind: Kind) { self.kind = kind }
}

public struct Route: Hashable, Sendable {
  /// `otherwise` for the fallback.
  public var name: String
  /// The qualified name of the mounted block it comes from.
  public var mount: String?
  /// The mount's prefix worked in; constant true for `otherwise`.
  public var condition: Condition
  public var action: RouteAction
  public var annotations: Annotations
  public var documentation: String
  public var module: String
  public var position: Position

  public init(
    name: String, mount: String?, condition: Condition, action: RouteAction, annotations: Annotations,
    documentation: String, module: String, position: Position
  ) {
    self.name = name
    self.mount = mount
    self.condition = condition
    self.action = action
    self.annotations = annotations
    self.documentation = documentation
    self.module = module
    self.position = position
  }
}

/// Routes in the order they are tried, mounts expanded. The last one is an `otherwise` of this table.
public struct RouteTable: Hashable, Sendable {
  public enum Owner: Hashable, Sendable {
    case gateway(Int)
    case service(Int)
    case hosts([HostPattern])
  }

  public var owner: Owner
  public var tokens: [Int]
  public var pathView: PathView
  public var routes: [Route]
  /// As in `AuthzScope`.
  public var singleReads: [Attribute]
  public var module: String
  public var position: Position

  public init(
    owner: Owner, tokens: [Int], pathView: PathView, routes: [Route], singleReads: [Attribute], module: String,
    position: Position
  ) {
    self.owner = owner
    self.tokens = tokens
    self.pathView = pathView
    self.routes = routes
    self.singleReads = singleReads
    self.module = module
    self.position = position
  }
}
