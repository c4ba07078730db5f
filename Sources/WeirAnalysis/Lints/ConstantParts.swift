import WeirPolicy

/// The largest parts of a condition that are constant while the whole is not: a dead branch of an `or`, an `and` operand that
/// keeps nobody out.
///
/// One test alone is left out, whatever it asks: it may be a guard, or ask for what a `let` holds that many rules share.
struct ConstantParts {
  struct Part {
    let condition: Condition
    let kind: MeaningFinding.Kind
  }

  private(set) var found: [Part] = []
  private var asked = 0
  private let isConstant: (Condition, Bool) -> Bool

  /// Beyond as many questions about one condition, the rest of it is not looked at.
  private static let questionsMax = 64

  /// - Parameters:
  ///   - condition: one that is not constant.
  ///   - isConstant: whether it is proved that a condition always has a value.
  init(of condition: Condition, isConstant: @escaping (Condition, Bool) -> Bool) {
    self.isConstant = isConstant
    lookInside(condition)
  }

  private mutating func lookInside(_ condition: Condition) {
    switch condition {
    case .constant, .test: break
    // As constant as what is denied.
    case .not(let operand): lookInside(operand)
    case .and(let operands), .or(let operands): for operand in operands { look(operand) }
    }
  }

  private mutating func look(_ condition: Condition) {
    switch condition {
    case .constant, .test: break
    case .not(let operand): look(operand)
    case .and(let operands), .or(let operands):
      // What asks for presence alone is a guard, needed or not.
      let isGuard = condition.tests.allSatisfy { $0.predicate == .isPresent }
      if !isGuard, operands.asksTwiceOfOne, asked < Self.questionsMax {
        asked += 1
        if isConstant(condition, false) { return found.append(Part(condition: condition, kind: .neverTrue)) }
        if isConstant(condition, true) { return found.append(Part(condition: condition, kind: .alwaysTrue)) }
      }
      lookInside(condition)
    }
  }
}

extension [Condition] {
  /// Whether two of them look at one attribute, or at attributes that are parts of one. Others cannot say the same or the opposite.
  fileprivate var asksTwiceOfOne: Bool {
    var seen: Set<Attribute> = []
    for operand in self {
      let own = Set(operand.tests.flatMap(\.reads).flatMap(\.sources))
      guard seen.isDisjoint(with: own) else { return true }
      seen.formUnion(own)
    }
    return false
  }
}

extension Attribute {
  /// What it is a part of.
  fileprivate var sources: [Attribute] {
    switch self {
    case .callerTrustDomain, .callerNamespace, .callerAccount: [.caller]
    case .capture(_, let bindings): bindings.map { $0.source == .path ? .path : .caller }
    case .time: [.time(.instant, zone: nil)]
    case .claim(let issuer, _): [.token(issuer)]
    case .method, .scheme, .host, .port, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .caller, .token, .responseStatus, .responseHeader:
      [self]
    }
  }
}
