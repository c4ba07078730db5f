import WeirPolicy

/// A value at an edge of what a test asks for, where rules are wrong most often.
struct Boundary: Hashable {
  /// True of requests with the value.
  let probe: Condition
  /// The value in words: `6`, `10.255.255.255`, `a path beside "/debug"`
  let text: String
}

extension Test {
  /// For ranges and networks the last values inside and the first ones outside; for `under` the path itself, one below and one
  /// beside it. None for other tests, nor for long lists: those are data, and their edges nobody's thought.
  var boundaries: [Boundary] {
    guard quantifier == nil else { return [] }
    switch predicate {
    case .isInRanges(let ranges) where ranges.count <= Self.listedMax:
      return distinct(
        ranges.flatMap { range in
          [range.lowerBound, range.lowerBound &- 1, range.upperBound, range.upperBound &+ 1]
            // Open ends have no neighbour.
            .filter { $0 != .min && $0 != .max && attribute.integers.contains($0) }
        }
      ).map { boundary(.equals(.int($0)), attribute.isInstant ? "\($0) s" : "\($0)") }
    case .isInNetworks(let networks) where networks.count <= Self.listedMax:
      return distinct(networks.flatMap(\.edges)).map { boundary(.equals(.ip($0)), "\($0)") }
    case .isUnder(let path) where path != "/":
      return [
        boundary(.equals(.string(path)), "\"\(path)\" itself"),
        Boundary(
          probe: .and([.test(asking(.isUnder(path))), .not(.test(asking(.equals(.string(path)))))]),
          text: "a path below \"\(path)\""),
        boundary(.matchesRegex(path.escapedForRegex + "[^/].*"), "a path that only begins like \"\(path)\""),
      ]
    case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex,
      .equalsAttribute, .isInAttribute,
      .isInData, .has, .hasAttribute:
      return []
    }
  }

  private static let listedMax = 8

  private func boundary(_ predicate: Predicate, _ text: String) -> Boundary {
    Boundary(probe: .test(asking(predicate)), text: text)
  }

  private func asking(_ predicate: Predicate) -> Test {
    Test(attribute: attribute, predicate: predicate, whenAbsent: false, position: .nowhere)
  }

  private func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }
}

extension Attribute {
  /// What an integer attribute can hold.
  fileprivate var integers: ClosedRange<Int64> {
    switch self {
    case .time(.hour, zone: _): 0...23
    case .time(.minute, zone: _): 0...59
    case .time(.weekday, zone: _): 1...7
    case .port: 1...65_535
    case .sourcePort: 0...65_535
    case .method, .scheme, .host, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sni, .caller,
      .callerTrustDomain, .callerNamespace, .callerAccount, .claim, .token, .capture, .time(.instant, zone: _),
      .time(.date, zone: _), .responseStatus, .responseHeader:
      .min ... .max
    }
  }

  fileprivate var isInstant: Bool { if case .time(.instant, zone: _) = self { true } else { false } }
}

extension Network {
  /// The first and the last address and their neighbours outside, of the same family.
  fileprivate var edges: [IPAddress] {
    guard prefixLength > 0 else { return [] }
    let first = UInt128(base.high) << 64 | UInt128(base.low)
    let last = first | (prefixLength == 128 ? 0 : UInt128.max >> UInt128(prefixLength))
    let neighbours = [first > 0 ? first - 1 : nil, last < .max ? last + 1 : nil].compactMap(\.self)
    return [first, last].map(IPAddress.init(bits:))
      + neighbours.map(IPAddress.init(bits:)).filter { $0.isIPv4 == base.isIPv4 }
  }
}

extension IPAddress {
  fileprivate init(bits: UInt128) {
    self.init(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
  }
}

extension String {
  fileprivate var escapedForRegex: String {
    var result = ""
    for scalar in unicodeScalars {
      if "\\.^$*+?()[]{}|".unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}
