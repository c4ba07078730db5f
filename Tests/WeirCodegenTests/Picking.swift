import PropertyTesting

extension SplitMix64 {
  /// One of the elements; there is at least one.
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(next() % UInt64(elements.count))]
  }

  mutating func chance(_ oneIn: UInt64) -> Bool { next() % oneIn == 0 }
}
