/// A set of classes of one slot: ascending members, or all but them.
///
/// A set over `count` classes has one form only, the shorter one, so equal sets are equal values.
public struct ClassSet: Hashable, Sendable {
  public let members: [Int32]
  /// All classes but `members`.
  public let isComplement: Bool

  /// - Parameter members: ascending, without repetition.
  init(_ members: [Int32], isComplement: Bool = false, count: Int) {
    if members.count * 2 > count || (members.count * 2 == count && isComplement) {
      var rest: [Int32] = []
      rest.reserveCapacity(count - members.count)
      var index = 0
      for candidate in 0..<Int32(count) {
        if index < members.count, members[index] == candidate { index += 1 } else { rest.append(candidate) }
      }
      self.members = rest
      self.isComplement = !isComplement
    } else {
      self.members = members
      self.isComplement = isComplement
    }
  }

  static func full(count: Int) -> ClassSet { ClassSet([], isComplement: true, count: count) }

  public var isFull: Bool { isComplement && members.isEmpty }
  public var isEmpty: Bool { !isComplement && members.isEmpty }

  /// - Complexity: O(log members).
  public func contains(_ candidate: Int) -> Bool {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if members[middle] < Int32(candidate) { low = middle + 1 } else { high = middle }
    }
    return (low < members.count && members[low] == Int32(candidate)) != isComplement
  }

  func size(of count: Int) -> Int { isComplement ? count - members.count : members.count }

  func inverted(count: Int) -> ClassSet { ClassSet(members, isComplement: !isComplement, count: count) }

  /// - Complexity: linear in both member lists, or in `count` when the form changes.
  func intersection(_ other: ClassSet, count: Int) -> ClassSet {
    switch (isComplement, other.isComplement) {
    case (false, false): ClassSet(merge(members, other.members) { $0 && $1 }, count: count)
    case (false, true): ClassSet(merge(members, other.members) { $0 && !$1 }, count: count)
    case (true, false): ClassSet(merge(members, other.members) { !$0 && $1 }, count: count)
    case (true, true): ClassSet(merge(members, other.members) { $0 || $1 }, isComplement: true, count: count)
    }
  }

  func union(_ other: ClassSet, count: Int) -> ClassSet {
    inverted(count: count).intersection(other.inverted(count: count), count: count).inverted(count: count)
  }
}

/// The elements of two ascending lists that `isKept` keeps, told whether each list has them.
func merge(_ left: [Int32], _ right: [Int32], _ isKept: (Bool, Bool) -> Bool) -> [Int32] {
  var result: [Int32] = []
  var i = 0
  var j = 0
  while i < left.count || j < right.count {
    if j == right.count || (i < left.count && left[i] < right[j]) {
      if isKept(true, false) { result.append(left[i]) }
      i += 1
    } else if i == left.count || right[j] < left[i] {
      if isKept(false, true) { result.append(right[j]) }
      j += 1
    } else {
      if isKept(true, true) { result.append(left[i]) }
      i += 1
      j += 1
    }
  }
  return result
}
