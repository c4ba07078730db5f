import WeirISA
import WeirPolicy

/// The constants of a program, each kept once. Numbers are given in the order of first use, so equal policies give equal pools.
///
/// Strings are compared byte by byte: Swift's `==` takes canonically equivalent strings for one.
struct Pools {
  private(set) var strings: [[UInt8]] = []
  private var stringNumbers: [[UInt8]: Int] = [:]
  private(set) var integers: [Int64] = []
  private var integerNumbers: [Int64: Int] = [:]
  private(set) var addresses: [IPAddress] = []
  private var addressNumbers: [IPAddress: Int] = [:]
  /// Disjoint, ascending.
  private(set) var rangeSets: [[ClosedRange<Int64>]] = []
  private var rangeSetNumbers: [[ClosedRange<Int64>]: Int] = [:]
  /// Disjoint, ascending.
  private(set) var networkSets: [[AddressRange]] = []
  private var networkSetNumbers: [[AddressRange]: Int] = [:]
  /// Numbers of strings, ascending.
  private(set) var hashSets: [[Int]] = []
  private var hashSetNumbers: [[Int]: Int] = [:]
  private(set) var patterns: [Pattern] = []
  private var patternNumbers: [Pattern: Int] = [:]
  private(set) var groups: [Group] = []
  private var groupNumbers: [Group: Int] = [:]

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

  mutating func string(_ bytes: [UInt8]) -> Int { Self.intern(bytes, &strings, &stringNumbers) }

  mutating func integer(_ value: Int64) -> Int { Self.intern(value, &integers, &integerNumbers) }

  mutating func address(_ value: IPAddress) -> Int { Self.intern(value, &addresses, &addressNumbers) }

  mutating func ranges(_ ranges: [ClosedRange<Int64>]) -> Int {
    var merged: [ClosedRange<Int64>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return Self.intern(merged, &rangeSets, &rangeSetNumbers)
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
    return Self.intern(merged, &networkSets, &networkSetNumbers)
  }

  mutating func hashSet(_ members: [String]) -> Int {
    let numbers = Set(members.map { string($0) }).sorted()
    return Self.intern(numbers, &hashSets, &hashSetNumbers)
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
    return Self.intern(Pattern(prefix: prefix, segments: segments, hasRest: hasRest), &patterns, &patternNumbers)
  }

  mutating func group(_ patterns: [SegmentPattern], values: [String]) -> Int {
    let group = Group(hashSet: hashSet(values), patterns: patterns.map { pattern($0) })
    return Self.intern(group, &groups, &groupNumbers)
  }

  static func intern<Value: Hashable>(_ value: Value, _ values: inout [Value], _ numbers: inout [Value: Int]) -> Int {
    if let number = numbers[value] { return number }
    let number = values.count
    numbers[value] = number
    values.append(value)
    return number
  }
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
