/// Values, each kept once and numbered from 0 in the order of first use.
///
/// Beside a dictionary, a value is hashed once, whether it is known or new, and never again when the table grows.
public struct Interner<Value: Hashable> {
  @inlinable public var values: [Value] { kept }
  @usableFromInline var kept: [Value] = []
  /// Of each value.
  @usableFromInline var hashes: [Int] = []
  /// Numbers by hash, open addressing with linear probing; −1 where there is none. At least twice as many places as values.
  @usableFromInline var table: [Int32] = []

  @inlinable public init() {}

  @inlinable public var count: Int { kept.count }

  @inlinable public subscript(number: Int) -> Value { kept[number] }

  /// The number of a value, which is added when it is new.
  @inlinable public mutating func number(of value: Value) -> Int {
    if kept.count * 2 >= table.count { grow() }
    let hash = value.hashValue
    let place = place(of: value, hash)
    if table[place] >= 0 { return Int(table[place]) }
    table[place] = Int32(kept.count)
    kept.append(value)
    hashes.append(hash)
    return kept.count - 1
  }

  /// The number of a value that was added before.
  @inlinable public func known(_ value: Value) -> Int? {
    guard !table.isEmpty else { return nil }
    let number = table[place(of: value, value.hashValue)]
    return number >= 0 ? Int(number) : nil
  }

  /// Where a value is, or else would be.
  @inlinable func place(of value: Value, _ hash: Int) -> Int {
    let mask = table.count - 1
    var place = hash & mask
    while table[place] >= 0 {
      let number = Int(table[place])
      if hashes[number] == hash, kept[number] == value { break }
      place = (place + 1) & mask
    }
    return place
  }

  @inlinable mutating func grow() {
    table = [Int32](repeating: -1, count: max(16, table.count * 2))
    let mask = table.count - 1
    for number in hashes.indices {
      var place = hashes[number] & mask
      while table[place] >= 0 { place = (place + 1) & mask }
      table[place] = Int32(number)
    }
  }
}

extension Interner: Sendable where Value: Sendable {}
