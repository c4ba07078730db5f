import WeirSource

/// One source file as the checker sees it: what the lossless tree says, without trivia.
public struct SourceUnit: Sendable {
  public var file: FileID
  /// `nil` when the line is missing; a diagnostic was already given.
  public var module: Path?
  public var imports: [Import]
  public var declarations: [Declaration]

  public init(file: FileID, module: Path?, imports: [Import], declarations: [Declaration]) {
    self.file = file
    self.module = module
    self.imports = imports
    self.declarations = declarations
  }
}

/// `import a.b` or `import a.b.{x, y}`
public struct Import: Hashable, Sendable {
  public var module: Path
  /// `nil` for the whole module.
  public var names: [Name]?
  public var span: SourceSpan

  public init(module: Path, names: [Name]?, span: SourceSpan) {
    self.module = module
    self.names = names
    self.span = span
  }
}

/// `@owner("payments")`
public struct Annotation: Hashable, Sendable {
  public enum Argument: Hashable, Sendable {
    case string(String)
    /// Days since 1970-01-01.
    case date(Int64)
  }

  public var name: Name
  public var argument: Spanned<Argument>?
  public var span: SourceSpan

  public init(name: Name, argument: Spanned<Argument>?, span: SourceSpan) {
    self.name = name
    self.argument = argument
    self.span = span
  }
}

public struct Declaration: Sendable {
  public enum Kind: Sendable {
    case mesh(MeshDeclaration), gateway(GatewayDeclaration), service(ServiceDeclaration)
    case principal(PrincipalDeclaration), authz(AuthzDeclaration), ceiling(CeilingDeclaration)
    case routes(RoutesDeclaration), retry(RetryDeclaration), headers(HeadersDeclaration), limit(LimitDeclaration)
    case jwt(JWTDeclaration), header(HeaderDeclaration), data(DataDeclaration), `let`(LetDeclaration)
    case fn(FunctionDeclaration), test(TestDeclaration), prove(ProveDeclaration)
  }

  /// Lines of the `///` comment above, without slashes and one leading space.
  public var documentation: [String]
  public var annotations: [Annotation]
  /// The place of `public`, when there.
  public var publicSpan: SourceSpan?
  public var kind: Kind
  public var span: SourceSpan

  public init(
    documentation: [String], annotations: [Annotation], publicSpan: SourceSpan?, kind: Kind, span: SourceSpan
  ) {
    self.documentation = documentation
    self.annotations = annotations
    self.publicSpan = publicSpan
    self.kind = kind
    self.span = span
  }
}

/// An item of a block: its kind and the place of the whole item. Order and repetitions are kept; the checker judges them.
public struct Item<Kind: Sendable>: Sendable {
  public var kind: Kind
  public var span: SourceSpan

  public init(_ kind: Kind, _ span: SourceSpan) {
    self.kind = kind
    self.span = span
  }
}

public struct MeshDeclaration: Sendable {
  public enum Field: Sendable {
    case trustDomain(Spanned<String>)
    case pathsMergeAndDecode
  }

  public var name: Name
  public var items: [Item<Field>]

  public init(name: Name, items: [Item<Field>]) {
    self.name = name
    self.items = items
  }
}

public struct GatewayDeclaration: Sendable {
  public enum Field: Sendable {
    case identity(Spanned<String>)
    case hosts([Spanned<String>])
  }

  public var name: Name
  public var items: [Item<Field>]

  public init(name: Name, items: [Item<Field>]) {
    self.name = name
    self.items = items
  }
}

public enum ProtocolName: String, CaseIterable, Hashable, Sendable { case http, http2, grpc, tcp }

/// `version "v1"`
public struct LabelItem: Hashable, Sendable {
  public var name: Name
  public var value: Spanned<String>

  public init(name: Name, value: Spanned<String>) {
    self.name = name
    self.value = value
  }
}

public struct StaticEndpoint: Hashable, Sendable {
  public var address: Spanned<String>
  public var labels: [LabelItem]

  public init(address: Spanned<String>, labels: [LabelItem]) {
    self.address = address
    self.labels = labels
  }
}

public struct ServiceDeclaration: Sendable {
  public enum Endpoints: Sendable {
    case `static`([StaticEndpoint]), dns(Spanned<String>), srv(Spanned<String>), file(Spanned<String>)
  }

  public enum Balance: Sendable {
    case p2c, roundRobin, maglev(by: KeySyntax)
  }

  public enum CapacityField: String, CaseIterable, Sendable { case connections, pending, requests, retries }

  public enum EjectField: Sendable {
    case after(errors: Spanned<Int64>), every(Spanned<Int64>), `for`(Spanned<Int64>), atMost(Spanned<Int64>)
  }

  public enum HealthField: Sendable {
    case http(path: Spanned<String>), grpc, connect
    /// Nanoseconds.
    case every(Spanned<Int64>), timeout(Spanned<Int64>)
    case upAfter(Spanned<Int64>), downAfter(Spanned<Int64>)
    /// Inclusive.
    case status(Spanned<ClosedRange<Int64>>)
  }

  public enum TLSField: Sendable {
    case serverName(Spanned<String>), rootsSystem, roots(Spanned<String>)
  }

  public enum Field: Sendable {
    /// One or several.
    case identity([Spanned<String>])
    case `protocol`(Spanned<ProtocolName>)
    case port(name: Name, number: Spanned<Int64>, protocol: Spanned<ProtocolName>)
    case endpoints(Endpoints)
    case subset(name: Name, labels: [LabelItem])
    case balance(Balance)
    case capacity([Item<(CapacityField, Spanned<Int64>)>])
    case eject([Item<EjectField>])
    case health([Item<HealthField>])
    /// Nanoseconds.
    case connectTimeout(Spanned<Int64>), idleTimeout(Spanned<Int64>)
    case tls([Item<TLSField>])
    case external
    case mtlsPermissive(port: Name?)
    case enforcedBySidecar
    case pathsCaseInsensitive
    case trailingSlashIgnored
  }

  public var name: Name
  public var owner: Path?
  public var items: [Item<Field>]

  public init(name: Name, owner: Path?, items: [Item<Field>]) {
    self.name = name
    self.owner = owner
    self.items = items
  }
}

public struct PrincipalDeclaration: Sendable {
  public var name: Name
  /// Each `identity` item.
  public var identities: [Spanned<String>]

  public init(name: Name, identities: [Spanned<String>]) {
    self.name = name
    self.identities = identities
  }
}

/// `when EXPR` or `always`
public enum ConditionSyntax: Sendable {
  case when(Expression)
  case always(SourceSpan)
}

public struct RuleSyntax: Sendable {
  public enum Effect: String, Sendable { case allow, deny, audit }

  public var documentation: [String]
  public var annotations: [Annotation]
  /// The place of `shadow`, when there.
  public var shadowSpan: SourceSpan?
  public var effect: Effect
  public var name: Name
  /// Days since 1970-01-01.
  public var until: Spanned<Int64>?
  public var condition: ConditionSyntax
  public var span: SourceSpan

  public init(
    documentation: [String], annotations: [Annotation], shadowSpan: SourceSpan?, effect: Effect, name: Name,
    until: Spanned<Int64>?, condition: ConditionSyntax, span: SourceSpan
  ) {
    self.documentation = documentation
    self.annotations = annotations
    self.shadowSpan = shadowSpan
    self.effect = effect
    self.name = name
    self.until = until
    self.condition = condition
    self.span = span
  }
}

public struct AuthzDeclaration: Sendable {
  public enum Layer: String, Sendable { case http, tcp }

  public var target: Name
  public var port: Name?
  /// `for http` on a mesh.
  public var layer: Spanned<Layer>?
  public var token: Name?
  public var rules: [RuleSyntax]

  public init(target: Name, port: Name?, layer: Spanned<Layer>?, token: Name?, rules: [RuleSyntax]) {
    self.target = target
    self.port = port
    self.layer = layer
    self.token = token
    self.rules = rules
  }
}

public struct CeilingDeclaration: Sendable {
  public var module: Path
  public var condition: Expression

  public init(module: Path, condition: Expression) {
    self.module = module
    self.condition = condition
  }
}
