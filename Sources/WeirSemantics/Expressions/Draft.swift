import WeirPolicy
import WeirSource

/// A condition with its `fn`s inlined and every `not` pushed down to the tests, before absence is judged.
indirect enum Draft {
  case constant(Bool)
  /// No operand is an `all`.
  case all([Draft])
  /// No operand is an `any`.
  case any([Draft])
  case test(DraftTest)

  /// One list of `and` or `or`: lists of the same kind inside it are taken apart.
  static func list(_ operands: [Draft], isAll: Bool) -> Draft {
    let flat = operands.flatMap { operand -> [Draft] in
      switch operand {
      case .all(let inner): isAll ? inner : [operand]
      case .any(let inner): isAll ? [operand] : inner
      case .constant, .test: [operand]
      }
    }
    return isAll ? .all(flat) : .any(flat)
  }

  var condition: Condition {
    switch self {
    case .constant(let value): .constant(value)
    case .all(let operands): .and(operands.map(\.condition))
    case .any(let operands): .or(operands.map(\.condition))
    case .test(let draft): draft.isInverted ? .not(.test(draft.test)) : .test(draft.test)
    }
  }

  /// The same with the captures of its patterns unnamed.
  var withoutCaptureNames: Draft {
    switch self {
    case .constant: return self
    case .all(let operands): return .all(operands.map(\.withoutCaptureNames))
    case .any(let operands): return .any(operands.map(\.withoutCaptureNames))
    case .test(var draft):
      if case .matches(let pattern) = draft.test.predicate { draft.test.predicate = .matches(pattern.anonymous) }
      return .test(draft)
    }
  }
}

/// A test and what is needed to speak of it.
struct DraftTest {
  var test: Test
  /// A `not` stands outside of the test.
  var isInverted: Bool
  /// Attributes of the test that may be absent.
  var optionals: [Reading]
  /// The whole test.
  var span: SourceSpan
  /// From the end of its last operand to the end of its `else`.
  var otherwise: SourceSpan?
  /// The call that brought it here, the outermost one.
  var call: InlinedCall?

  /// Without `else`, the value of this test with the `not`s around it when an attribute is absent.
  var absentValue: Bool {
    let own = test.quantifier == nil ? test.isNegated : false
    return own != isInverted
  }

  var isPresence: Bool { test.predicate == .isPresent }
}
