import WeirAnalysis
import WeirPlan
import WeirPolicy
import WeirRequest

extension World {
  /// The request of a region; `nil` when it rests on variables, or cannot be written.
  func facts(_ region: Region, _ space: Space) -> RequestFacts? {
    guard region.variables.isEmpty else { return nil }
    return Witness(region, in: space, of: policy, for: .service(0, port: 0))?.facts
  }
}
