import WeirSource

public struct TestDeclaration: Sendable {
  public var name: Spanned<String>
  public var target: Name
  public var port: Name?
  public var cases: [CaseSyntax]

  public init(name: Spanned<String>, target: Name, port: Name?, cases: [CaseSyntax]) {
    self.name = name
    self.target = target
    self.port = port
    self.cases = cases
  }
}

public struct CaseSyntax: Sendable {
  public enum Method: Sendable {
    case word(Name)
    /// One that the language has no word for.
    case quoted(Spanned<String>)

    public var span: SourceSpan {
      switch self {
      case .word(let name): name.span
      case .quoted(let text): text.span
      }
    }

    public var text: String {
      switch self {
      case .word(let name): name.text
      case .quoted(let text): text.value
      }
    }
  }

  public enum Request: Sendable {
    /// `target` is a path or a URL.
    case http(method: Method, target: Spanned<String>)
    case connect(SourceSpan)
  }

  public enum Caller: Sendable {
    case nobody(SourceSpan)
    /// A service, gateway or principal, or a SPIFFE identity as a string.
    case operand(Operand)
  }

  public enum FactValue: Sendable {
    case operand(Operand)
    /// `token is invalid expired`
    case invalid(Name)
  }

  public struct Fact: Sendable {
    public var subject: Operand
    public var value: FactValue
    public var span: SourceSpan

    public init(subject: Operand, value: FactValue, span: SourceSpan) {
      self.subject = subject
      self.value = value
      self.span = span
    }
  }

  public enum Expectation: Sendable {
    case allow(by: Name?)
    case denyBy(Name), denyNoRule, denyIndeterminate
    case reject(Name)
    case shadow(allow: Bool)
    case audit(Name)
    case limit(Name)
    /// `otherwise` is a name here.
    case route(Name, to: DestinationsSyntax?)
    case to(DestinationsSyntax)
    case redirect(status: Spanned<Int64>, to: Spanned<String>)
    case respond(status: Spanned<Int64>)
  }

  public var request: Request
  /// `nil` when `from` is left out: nothing is known of the caller.
  public var caller: Caller?
  public var facts: [Fact]
  public var draw: Spanned<Int64>?
  public var expectations: [Item<Expectation>]
  public var span: SourceSpan

  public init(
    request: Request, caller: Caller?, facts: [Fact], draw: Spanned<Int64>?, expectations: [Item<Expectation>],
    span: SourceSpan
  ) {
    self.request = request
    self.caller = caller
    self.facts = facts
    self.draw = draw
    self.expectations = expectations
    self.span = span
  }
}

public struct ProveDeclaration: Sendable {
  public enum Outcome: Sendable {
    case allow(Place, ConditionSyntax)
    case deny(Place, ConditionSyntax)
    case route(Table, to: DestinationSyntax, ConditionSyntax)
  }

  /// Whose rules are meant: without a port those of each.
  public struct Place: Sendable {
    public var name: Name
    public var port: Name?

    public init(name: Name, port: Name?) {
      self.name = name
      self.port = port
    }
  }

  /// Whose routes are meant.
  public enum Table: Sendable {
    case name(Name)
    /// A host that a `routes` block names.
    case host(Spanned<String>)
  }

  public enum Claim: Sendable {
    case never(Outcome)
    case always(Outcome)
    case equivalent(Place, Place, ConditionSyntax?)
  }

  public var name: Spanned<String>
  public var claims: [Item<Claim>]

  public init(name: Spanned<String>, claims: [Item<Claim>]) {
    self.name = name
    self.claims = claims
  }
}
