/// Ascending lists of numbers, each kept once: equal lists have one number.
struct ListPool: Sendable {
  private var kept = Interner<[Int32]>()
  /// The numbers in all lists together.
  private(set) var entryCount = 0
  private var unions: [UInt64: Int32] = [:]

  static let empty: Int32 = 0

  init() { _ = kept.number(of: []) }

  var lists: [[Int32]] { kept.values }

  /// - Parameter list: ascending, without repetition.
  mutating func id(_ list: [Int32]) -> Int32 {
    let count = kept.count
    let id = kept.number(of: list)
    if id == count { entryCount += list.count }
    return Int32(id)
  }

  mutating func union(_ left: Int32, _ right: Int32) -> Int32 {
    if left == right || right == ListPool.empty { return left }
    if left == ListPool.empty { return right }
    let key = UInt64(UInt32(bitPattern: min(left, right))) << 32 | UInt64(UInt32(bitPattern: max(left, right)))
    if let known = unions[key] { return known }
    let result = id(merge(lists[Int(left)], lists[Int(right)]) { _, _ in true })
    unions[key] = result
    return result
  }
}

extension [Int32] {
  /// Sorted, without repetition.
  var asSet: [Int32] {
    if count < 2 { return self }
    let sorted = self.sorted()
    var result: [Int32] = []
    for element in sorted where element != result.last { result.append(element) }
    return result
  }
}

/// The largest number of the first things that fit, found with few attempts; nothing at all always fits.
func largestFit<Result>(_ count: Int, _ attempt: (Int) -> Result?) -> (count: Int, result: Result?) {
  if let result = attempt(count) { return (count, result) }
  var low = 0
  var best = attempt(0)
  var high = count
  for _ in 0..<6 where high - low > 1 {
    let middle = (low + high) / 2
    if let result = attempt(middle) {
      low = middle
      best = result
    } else {
      high = middle
    }
  }
  return (low, best)
}
