/// The three truth values of a decision.
public enum Kleene: Hashable, Sendable {
  case no, undetermined, yes

  public init(_ value: Bool) { self = value ? .yes : .no }

  static prefix func ! (value: Kleene) -> Kleene {
    switch value {
    case .no: .yes
    case .undetermined: .undetermined
    case .yes: .no
    }
  }

  /// True only if all are; false if one is, whatever the others are.
  static func all(_ values: some Sequence<Kleene>) -> Kleene {
    var result = Kleene.yes
    for value in values {
      switch value {
      case .no: return .no
      case .undetermined: result = .undetermined
      case .yes: break
      }
    }
    return result
  }

  /// False only if all are; true if one is, whatever the others are.
  static func any(_ values: some Sequence<Kleene>) -> Kleene {
    !all(values.lazy.map { !$0 })
  }
}
