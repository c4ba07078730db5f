import WeirISA
import WeirPlan
import WeirPolicy

/// The constants of a program, each kept once. Numbers are given in the order of first use, so equal policies give equal pools.
///
/// Strings are compared byte by byte: Swift's `==` takes canonically equivalent strings for one.
struct Pools {
  private(set) var strings = Interner<PooledString>()
  private(set) var integers = Interner<Int64>()
  private(set) var addresses = Interner<IPAddress>()
  /// Disjoint, ascending.
  private(set) var rangeSets = Interner<[ClosedRange<Int64>]>()
  /// Disjoint, ascending.
  private(set) var networkSets = Interner<[AddressRange]>()
  /// Numbers of strings, ascending.
  private(set) var hashSets = Interner<[Int]>()
  private(set) var patterns = Interner<Pattern>()
  private(set) var groups = Interner<Group>()

  /// A pattern without its names.
  struct Pattern: Hashable {
    var prefix: Int
    /// `nil` for a free segment.
    var segments: [Int?]
    var hasRest: Bool
  }

  struct Group: Hashable {
    var hashSet: Int
    var patterns: [Int]
  }

  mutating func string(_ text: String) -> Int { string(Array(text.utf8)) }

  mutating func string(_ bytes: [UInt8]) -> Int { strings.number(of: PooledString(bytes: bytes)) }

  mutating func integer(_ value: Int64) -> Int { integers.number(of: value) }

  mutating func address(_ value: IPAddress) -> Int { addresses.number(of: value) }

  mutating func ranges(_ ranges: [ClosedRange<Int64>]) -> Int {
    var merged: [ClosedRange<Int64>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return rangeSets.number(of: merged)
  }

  mutating func networks(_ networks: [Network]) -> Int {
    var merged: [AddressRange] = []
    for range in networks.map({ AddressRange($0) }).sorted(by: { $0.first.isBelow($1.first) }) {
      if let last = merged.last, !last.last.isBelow(range.first) {
        if last.last.isBelow(range.last) { merged[merged.count - 1].last = range.last }
      } else {
        merged.append(range)
      }
    }
    return networkSets.number(of: merged)
  }

  mutating func hashSet(_ members: [String]) -> Int {
    var numbers: [Int] = []
    for number in members.map({ string($0) }).sorted() where number != numbers.last { numbers.append(number) }
    return hashSets.number(of: numbers)
  }

  mutating func pattern(_ pattern: SegmentPattern) -> Int {
    let prefix = string(pattern.prefix)
    let segments = pattern.segments.map { segment -> Int? in
      switch segment {
      case .literal(let text): string(text)
      case .capture: nil
      }
    }
    let hasRest =
      switch pattern.rest {
      case .none: false
      case .any: true
      }
    return patterns.number(of: Pattern(prefix: prefix, segments: segments, hasRest: hasRest))
  }

  mutating func group(_ patterns: [SegmentPattern], values: [String]) -> Int {
    let group = Group(hashSet: hashSet(values), patterns: patterns.map { pattern($0) })
    return groups.number(of: group)
  }
}

/// Compared byte by byte, hashed all at once.
struct PooledString: Hashable {
  var bytes: [UInt8]

  func hash(into hasher: inout Hasher) { hasher.combine(xxh3(bytes, seed: 0)) }
}

/// The addresses of a network, or of several that touch.
struct AddressRange: Hashable {
  var first: IPAddress
  var last: IPAddress

  init(_ network: Network) {
    first = network.base
    let bits = network.prefixLength
    let high: UInt64 = bits >= 64 ? 0 : bits == 0 ? .max : .max >> UInt64(bits)
    let low: UInt64 = bits >= 128 ? 0 : bits <= 64 ? .max : .max >> UInt64(bits - 64)
    last = IPAddress(high: first.high | high, low: first.low | low)
  }
}

extension IPAddress {
  func isBelow(_ other: IPAddress) -> Bool { high != other.high ? high < other.high : low < other.low }
}
