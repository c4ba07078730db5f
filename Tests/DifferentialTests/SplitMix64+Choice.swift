import PropertyTesting

extension SplitMix64 {
  /// True `percent` times in a hundred.
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: elements.indices, using: &self)]
  }

  mutating func some(_ elements: [String], _ count: ClosedRange<Int>) -> [String] {
    Array(elements.shuffled(using: &self).prefix(Int.random(in: count, using: &self)))
  }
}
