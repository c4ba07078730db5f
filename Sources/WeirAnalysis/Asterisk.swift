import WeirPolicy
import WeirReference
import WeirRequest

/// `OPTIONS *` (RFC 9112 section 3.2.4): the one canonical request whose path is no path. Method and path are known, so
/// what asks for them alone is a constant.
struct Asterisk {
  private let reference: ReferenceEvaluator
  /// Whose view of paths makes no difference here.
  private let scope: Int
  private let facts: RequestFacts

  init(reference: ReferenceEvaluator, scope: Int) {
    self.reference = reference
    self.scope = scope
    var facts = RequestFacts()
    facts.http = .init(method: "OPTIONS", scheme: nil, host: nil, target: "*", headers: [])
    self.facts = facts
  }

  func specialised(_ condition: Condition) -> Condition {
    switch condition {
    case .constant: return condition
    case .and(let operands): return .and(operands.map(specialised))
    case .or(let operands): return .or(operands.map(specialised))
    case .not(let operand): return .not(specialised(operand))
    case .test(let test):
      guard test.attribute.isOfTheTarget, test.predicate.isOfOneAttribute else { return condition }
      switch reference.evaluate(condition, scope: scope, facts) {
      case .yes: return .constant(true)
      case .no: return .constant(false)
      // It asks for data.
      case .undetermined, nil: return condition
      }
    }
  }
}

extension Attribute {
  /// Whether the method and the request target say it.
  fileprivate var isOfTheTarget: Bool {
    switch self {
    case .method, .path: true
    case .capture(_, let bindings): bindings.allSatisfy { $0.source == .path }
    case .scheme, .host, .port, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni, .caller,
      .callerTrustDomain, .callerNamespace, .callerAccount, .claim, .token, .time, .responseStatus, .responseHeader:
      false
    }
  }
}

extension Predicate {
  fileprivate var isOfOneAttribute: Bool {
    switch self {
    case .equalsAttribute, .isInAttribute, .hasAttribute: false
    case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex,
      .isInData, .has:
      true
    }
  }
}
