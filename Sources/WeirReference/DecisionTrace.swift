import WeirPolicy
import WeirRequest

/// One look of a decision at rules, limits or routes, with the request as it was there: after rewrites, with the caller that was seen.
public struct DecisionLook {
  public enum Place: Hashable, Sendable {
    /// Indices into `Policy.authz`, `Policy.limits` and `Policy.routeTables`.
    case authz(Int)
    case limit(Int)
    case routes(Int)
  }

  public let place: Place
  let reader: AttributeReader

  /// The value of a condition, or of a part of one, in this look.
  public func value(of condition: Condition) -> Kleene { reader.evaluate(condition) }

  /// The one value of an attribute; `nil` without one, or where it is not known.
  public func value(of attribute: Attribute) -> Value? {
    guard case .known(.scalar(let value)) = reader.read(attribute) else { return nil }
    return value
  }
}

/// Collects looks while a request is decided.
final class LookRecorder {
  var looks: [DecisionLook] = []

  func note(_ place: DecisionLook.Place, _ reader: AttributeReader) {
    looks.append(DecisionLook(place: place, reader: reader))
  }
}

extension ReferenceEvaluator {
  /// What a decision looked at, in order. Whatever comes after a refusal is not looked at.
  public func looks(deciding facts: RequestFacts) -> [DecisionLook] {
    let recorder = LookRecorder()
    _ = ReferenceEvaluator(policy: policy, recorder: recorder).decide(facts)
    return recorder.looks
  }

  /// Tells the recorder, if there is one, of a look at a table.
  func note(_ table: RouteTable, _ reader: AttributeReader) {
    guard let recorder, let index = policy.routeTables.firstIndex(where: { $0.position == table.position }) else {
      return
    }
    recorder.note(.routes(index), reader)
  }
}
