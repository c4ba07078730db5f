import WeirSource

/// `payments` or `payments.canary`
public struct DestinationSyntax: Hashable, Sendable {
  public var service: Name
  public var subset: Name?
  public var span: SourceSpan

  public init(service: Name, subset: Name?, span: SourceSpan) {
    self.service = service
    self.subset = subset
    self.span = span
  }
}

public struct WeightedDestinationSyntax: Hashable, Sendable {
  public var destination: DestinationSyntax
  /// Hundredths of a percent.
  public var weight: Spanned<Int64>

  public init(destination: DestinationSyntax, weight: Spanned<Int64>) {
    self.destination = destination
    self.weight = weight
  }
}

public enum DestinationsSyntax: Hashable, Sendable {
  case single(DestinationSyntax)
  case split([WeightedDestinationSyntax], SourceSpan)
}

/// What a sticky split or maglev hashes.
public enum KeySyntax: Hashable, Sendable {
  case cookie(Spanned<String>)
  case header(Spanned<String>)
  case operand(Operand)
}

public enum HeaderChangeSyntax: Hashable, Sendable {
  /// `set request.header["x"] to "v"`
  case set(Operand, to: Operand)
  /// `add "v" to response.header["x"]`
  case add(Operand, to: Operand)
  case remove(Operand)
}

public enum CorsField: Sendable {
  case origins([Spanned<String>]), methods([Name]), headers([Spanned<String>]), expose([Spanned<String>])
  case credentials
  /// Nanoseconds.
  case maxAge(Spanned<Int64>)
}

public enum RetryCauseSyntax: Sendable {
  case connectFailure, reset, timeout
  /// Inclusive.
  case status(Spanned<ClosedRange<Int64>>)
  /// The lower-case name of a gRPC status, e.g. `unavailable`.
  case grpc(Name)
}

public enum RetryField: Sendable {
  case tries(Spanned<Int64>)
  case on([Item<RetryCauseSyntax>])
  case when(Expression)
  /// Nanoseconds.
  case perTryTimeout(Spanned<Int64>)
  /// Nanoseconds.
  case backoff(Spanned<Int64>, to: Spanned<Int64>)
  /// Hundredths of a percent.
  case budget(Spanned<Int64>)
  case evenUnsafe
  case idempotencyHeader(Spanned<String>)
}

public enum StatementSyntax: Sendable {
  public enum Retry: Sendable {
    case named(Name)
    case inline([Item<RetryField>])
  }

  case forward(DestinationsSyntax, sticky: KeySyntax?)
  case rewritePath(Spanned<String>), rewriteHost(Spanned<String>)
  case redirect(status: Spanned<Int64>, to: Spanned<String>)
  case respond(status: Spanned<Int64>, body: Spanned<String>?)
  case change(HeaderChangeSyntax)
  /// Use of a `headers` declaration.
  case headers(Name)
  case cors([Item<CorsField>])
  case mirror(DestinationSyntax, share: Spanned<Int64>)
  /// Nanoseconds; hundredths of a percent.
  case delay(Spanned<Int64>, share: Spanned<Int64>)
  case abort(status: Spanned<Int64>, share: Spanned<Int64>)
  /// Nanoseconds.
  case timeout(Spanned<Int64>), idleTimeout(Spanned<Int64>)
  case upgradeWebSocket
  case retry(Retry)
}

public struct RouteSyntax: Sendable {
  public var documentation: [String]
  public var annotations: [Annotation]
  public var name: Name
  public var condition: ConditionSyntax
  public var statements: [Item<StatementSyntax>]
  public var span: SourceSpan

  public init(
    documentation: [String], annotations: [Annotation], name: Name, condition: ConditionSyntax,
    statements: [Item<StatementSyntax>], span: SourceSpan
  ) {
    self.documentation = documentation
    self.annotations = annotations
    self.name = name
    self.condition = condition
    self.statements = statements
    self.span = span
  }
}

public enum RouteItem: Sendable {
  case route(RouteSyntax)
  case mount(prefix: Spanned<String>, from: Path, mayUse: [Name], SourceSpan)
  case otherwise([Item<StatementSyntax>], SourceSpan)
}

public struct RoutesDeclaration: Sendable {
  public enum Target: Sendable {
    /// A gateway, a service, or (for `public routes`) the block's own name.
    case name(Name)
    case hosts([Spanned<String>])
  }

  public var target: Target
  public var token: Name?
  public var items: [RouteItem]
  /// The closing brace, where a missing `otherwise` is reported.
  public var end: SourceSpan

  public init(target: Target, token: Name?, items: [RouteItem], end: SourceSpan) {
    self.target = target
    self.token = token
    self.items = items
    self.end = end
  }
}

public struct RetryDeclaration: Sendable {
  public var name: Name
  public var items: [Item<RetryField>]

  public init(name: Name, items: [Item<RetryField>]) {
    self.name = name
    self.items = items
  }
}

public struct HeadersDeclaration: Sendable {
  public var name: Name
  public var changes: [Item<HeaderChangeSyntax>]

  public init(name: Name, changes: [Item<HeaderChangeSyntax>]) {
    self.name = name
    self.changes = changes
  }
}
