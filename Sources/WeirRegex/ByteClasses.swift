/// The coarsest partition of the 256 bytes in which no set of an automaton splits a class.
///
/// Classes are numbered by their first byte, so equal partitions are equal values.
struct ByteClasses: Sendable {
  /// The class of each byte.
  let classOf: [UInt8]
  let count: Int

  init(separating sets: Set<ByteSet>) {
    var classOf = [Int](repeating: 0, count: 256)
    var count = 1
    for set in sets {
      // The class that the members of the set in each old class move to.
      var moved = [Int?](repeating: nil, count: count)
      var hasRest = [Bool](repeating: false, count: count)
      for byte in 0..<256 where !set.contains(UInt8(byte)) { hasRest[classOf[byte]] = true }
      for byte in 0..<256 where set.contains(UInt8(byte)) {
        let old = classOf[byte]
        guard hasRest[old] else { continue }
        if let new = moved[old] {
          classOf[byte] = new
        } else {
          moved[old] = count
          classOf[byte] = count
          count += 1
        }
      }
    }
    self.init(numbering: classOf)
  }

  /// Numbers the classes of any partition by their first byte.
  init(numbering partition: [Int]) {
    var numbers: [Int: UInt8] = [:]
    var next = 0
    classOf = partition.map { old in
      if let number = numbers[old] { return number }
      // At most 256 classes, so the number fits.
      let number = UInt8(truncatingIfNeeded: next)
      numbers[old] = number
      next += 1
      return number
    }
    count = numbers.count
  }

  /// One byte of each class.
  var representatives: [UInt8] {
    var first = [UInt8](repeating: 0, count: count)
    for byte in (0..<256).reversed() { first[Int(classOf[byte])] = UInt8(byte) }
    return first
  }
}
