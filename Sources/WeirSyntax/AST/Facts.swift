import WeirSource

public struct LimitDeclaration: Sendable {
  public enum Field: Sendable {
    /// `prefixes`: lengths for IPv4 and IPv6.
    case rate(Spanned<Rate>, burst: Spanned<Int64>?, by: Operand?, prefixes: [Spanned<Int64>])
    case when(Expression)
    case keys(Spanned<Int64>)
  }

  public struct Rate: Hashable, Sendable {
    public var count: Int64
    public var perNanoseconds: Int64

    public init(count: Int64, perNanoseconds: Int64) {
      self.count = count
      self.perNanoseconds = perNanoseconds
    }
  }

  public var name: Name
  public var target: Name
  public var port: Name?
  public var token: Name?
  public var items: [Item<Field>]

  public init(name: Name, target: Name, port: Name?, token: Name?, items: [Item<Field>]) {
    self.name = name
    self.target = target
    self.port = port
    self.token = token
    self.items = items
  }
}

public struct JWTDeclaration: Sendable {
  public enum Field: Sendable {
    case issuer(Spanned<String>)
    case audience([Spanned<String>])
    case keysURL(Spanned<String>), keysFile(Spanned<String>)
    case algorithms([Name])
    /// `from` is the path into the claims, empty when left out.
    case claim(name: Name, type: TypeName, from: [Spanned<String>], split: Spanned<String>?)
  }

  public var name: Name
  public var items: [Item<Field>]

  public init(name: Name, items: [Item<Field>]) {
    self.name = name
    self.items = items
  }
}

public struct HeaderDeclaration: Sendable {
  public var header: Spanned<String>
  public var type: TypeName

  public init(header: Spanned<String>, type: TypeName) {
    self.header = header
    self.type = type
  }
}

public struct DataDeclaration: Sendable {
  public var name: Name
  public var type: TypeName
  public var max: Spanned<Int64>
  /// Nanoseconds.
  public var stale: Spanned<Int64>

  public init(name: Name, type: TypeName, max: Spanned<Int64>, stale: Spanned<Int64>) {
    self.name = name
    self.type = type
    self.max = max
    self.stale = stale
  }
}

public struct LetDeclaration: Sendable {
  public var name: Name
  public var type: TypeName?
  public var value: Operand

  public init(name: Name, type: TypeName?, value: Operand) {
    self.name = name
    self.type = type
    self.value = value
  }
}

public struct FunctionDeclaration: Sendable {
  public var name: Name
  public var parameters: [(name: Name, type: TypeName)]
  public var result: TypeName
  public var body: Expression

  public init(name: Name, parameters: [(name: Name, type: TypeName)], result: TypeName, body: Expression) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.body = body
  }
}
