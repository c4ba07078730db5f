/// A value of Kleene's logic: `undetermined` when something was unavailable and mattered.
public enum Truth: UInt8, BitwiseCopyable, Sendable {
  case no, undetermined, yes
}

/// What a scope says of a request.
public struct Decision: BitwiseCopyable, Sendable, Equatable {
  public enum Reason: UInt8, BitwiseCopyable, Sendable {
    /// A rule holds.
    case rule
    /// No allow holds.
    case noRule
    /// A rule that mattered could not be decided.
    case indeterminate
  }

  public let isAllowed: Bool
  public let reason: Reason
  /// The deciding rule, or the first undetermined one that mattered: its place in the scope.
  public let rule: Int?

  static func allow(by rule: Int) -> Decision { Decision(isAllowed: true, reason: .rule, rule: rule) }
  static func deny(by rule: Int) -> Decision { Decision(isAllowed: false, reason: .rule, rule: rule) }
  static func indeterminate(because rule: Int?) -> Decision {
    Decision(isAllowed: false, reason: .indeterminate, rule: rule)
  }
  static let noRule = Decision(isAllowed: false, reason: .noRule, rule: nil)
}

/// What a route table says of a request: the place of a route in its scope.
public enum RouteChoice: BitwiseCopyable, Sendable, Equatable {
  case route(Int)
  /// The condition of this route is undetermined and no earlier one holds.
  case indeterminate(Int)
  case none
}

/// Which rules of a scope hold, and which are undetermined: owned by the caller, used again.
public struct MatchSet: ~Copyable, Sendable {
  private var held: [UInt64] = []
  private var doubted: [UInt64] = []
  /// Rules of the scope that was matched last.
  public private(set) var ruleCount = 0

  public init(for program: borrowing VerifiedProgram) {
    let words = (program.rulesPerScopeMax + 63) / 64
    // Two arrays from the start: a shared one would be copied at the first decision.
    held = Array(repeating: 0, count: words)
    doubted = Array(repeating: 0, count: words)
  }

  /// The value of a rule, by its place in the scope.
  public subscript(rule: Int) -> Truth {
    guard rule >= 0, rule < ruleCount else { return .no }
    let bit: UInt64 = 1 << UInt64(rule % 64)
    return held[rule / 64] & bit != 0 ? .yes : doubted[rule / 64] & bit != 0 ? .undetermined : .no
  }

  /// The first rule that holds from a place on; `nil` for none.
  ///
  /// - Complexity: one bit a rule that is passed over.
  public func firstHeld(from start: Int) -> Int? {
    guard start >= 0, start < ruleCount else { return nil }
    var word = start / 64
    var rest = held[word] & (.max << UInt64(start % 64))
    while rest == 0 {
      word += 1
      guard word < (ruleCount + 63) / 64 else { return nil }
      rest = held[word]
    }
    return 64 * word + rest.trailingZeroBitCount
  }

  /// - Returns: `false` when the set was made for another program and is too small.
  mutating func begin(_ count: Int) -> Bool {
    ruleCount = 0
    guard (count + 63) / 64 <= held.count else { return false }
    for word in 0..<((count + 63) / 64) {
      held[word] = 0
      doubted[word] = 0
    }
    ruleCount = count
    return true
  }

  /// Every rule that holds or is undetermined, in order, until `body` says that it is enough.
  @inline(__always)
  func forEach(_ body: (Int, Truth) -> Bool) {
    for word in 0..<((ruleCount + 63) / 64) {
      var rest = held[word] | doubted[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest - 1
        guard body(64 * word + bit, held[word] >> UInt64(bit) & 1 == 1 ? .yes : .undetermined) else { return }
      }
    }
  }

  mutating func record(_ truth: Truth, for rule: Int) {
    switch truth {
    case .no: break
    case .undetermined: doubted[rule / 64] |= 1 << UInt64(rule % 64)
    case .yes: held[rule / 64] |= 1 << UInt64(rule % 64)
    }
  }
}
