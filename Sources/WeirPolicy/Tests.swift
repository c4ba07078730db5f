/// `test "name" for SERVICE { … }`
public struct TestSuite: Hashable, Sendable {
  public enum Target: Hashable, Sendable {
    /// Indices into `Policy.services` and its ports.
    case service(Int, port: Int?)
    case gateway(Int)
  }

  public struct Fact: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
      case single(WeirPolicy.Value)
      /// A set claim, a data set's content, or several lines of a header.
      case several([WeirPolicy.Value])
    }

    public enum Subject: Hashable, Sendable {
      case attribute(Attribute)
      case data(Int)
    }

    public var subject: Subject
    public var value: Value

    public init(subject: Subject, value: Value) {
      self.subject = subject
      self.value = value
    }
  }

  public enum Caller: Hashable, Sendable {
    /// `from` left out.
    case unstated
    case nobody
    case identity(String)
  }

  public enum Expectation: Hashable, Sendable {
    case allow(by: String?)
    case denyBy(String), denyNoRule, denyIndeterminate
    /// A reject code.
    case reject(String)
    case shadow(allow: Bool)
    case audit(String)
    case limit(String)
    case route(String)
    /// The plan; one entry of 10,000 when there is no split.
    case to([WeightedDestination])
    case redirect(status: Int, location: String)
    case respond(status: Int)
  }

  public struct Case: Hashable, Sendable {
    /// `nil` for `connect`.
    public var method: String?
    /// The path or URL as it is written; empty for `connect`.
    public var target: String
    public var caller: Caller
    public var facts: [Fact]
    /// The reject code of `token is invalid CODE`.
    public var tokenError: String?
    /// 0...9,999; `nil` when not given.
    public var draw: Int?
    public var expectations: [Expectation]
    public var position: Position

    public init(
      method: String?, target: String, caller: Caller, facts: [Fact], tokenError: String?, draw: Int?,
      expectations: [Expectation], position: Position
    ) {
      self.method = method
      self.target = target
      self.caller = caller
      self.facts = facts
      self.tokenError = tokenError
      self.draw = draw
      self.expectations = expectations
      self.position = position
    }
  }

  public var name: String
  public var module: String
  public var target: Target
  public var cases: [Case]
  public var position: Position

  public init(name: String, module: String, target: Target, cases: [Case], position: Position) {
    self.name = name
    self.module = module
    self.target = target
    self.cases = cases
    self.position = position
  }
}

/// `prove "name" { … }`
public struct Proof: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    /// An index into `Policy.authz`; one claim for each port that is meant.
    case allow(authz: Int, Condition)
    case deny(authz: Int, Condition)
    /// An index into `Policy.routeTables`.
    case route(table: Int, to: Destination, Condition)
  }

  public enum Statement: Hashable, Sendable {
    case never(Outcome)
    case always(Outcome)
    /// Indices into `Policy.authz`.
    case equivalent(Int, Int, Condition)
  }

  public struct Claim: Hashable, Sendable {
    public var statement: Statement
    /// Where it begins.
    public var position: Position

    public init(_ statement: Statement, position: Position) {
      self.statement = statement
      self.position = position
    }
  }

  public var name: String
  public var module: String
  public var claims: [Claim]
  public var position: Position

  public init(name: String, module: String, claims: [Claim], position: Position) {
    self.name = name
    self.module = module
    self.claims = claims
    self.position = position
  }
}
