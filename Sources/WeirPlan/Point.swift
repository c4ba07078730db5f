/// One request, as the class of each dimension of a space.
public struct Point: Hashable, Sendable {
  /// `nil` where the dimension is unavailable, or holds what it cannot hold: doubt, never a guess.
  public var classOf: [Int?]

  /// - Parameters:
  ///   - values: for each slot of the space.
  ///   - variables: for each variable of the space; `nil` for undetermined.
  public init(_ space: Space, values: [SlotValue], variables: [Bool?]) {
    classOf =
      zip(space.classes, values).map { $0.classID(of: $1) } + variables.map { value in value.map { $0 ? 1 : 0 } }
  }

  init(classOf: [Int?]) { self.classOf = classOf }
}

extension DecisionGraph {
  /// The entry that decides; `nil` when the graph cannot tell and the bitmaps have to.
  public func entry(at point: Point, _ space: Space) -> Int? {
    entry { point.classOf[space.order[$0]] }
  }
}

extension Bitmaps {
  public func matches(at point: Point) -> Matches { matches { point.classOf[$0] } }
}
