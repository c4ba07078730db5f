import WeirPolicy

/// A value at an edge of what a test asks for, where rules are wrong most often.
struct Boundary: Hashable {
  enum Place: Hashable {
    case value(Value)
    /// A path below this one.
    case below(String)
    /// A path that begins like this one and goes on in the same segment.
    case beside(String)
  }

  let attribute: Attribute
  let place: Place

  /// The value in words.
  var text: String {
    switch place {
    case .value(.string(let text)): "\"\(text)\" itself"
    case .value(.int(let number)):
      if case .time(let part, zone: _) = attribute { part.word(for: number) ?? "\(number)" } else { "\(number)" }
    case .value(.ip(let address)): "\(address)"
    case .below(let path): "a path below \"\(path)\""
    case .beside(let path): "a path that only begins like \"\(path)\""
    }
  }

  func covers(_ value: Value) -> Bool {
    switch (place, value) {
    case (.value(let wanted), _): value == wanted
    case (.below(let path), .string(let text)): text.utf8.starts(with: "\(path)/".utf8)
    case (.beside(let path), .string(let text)):
      text.utf8.count > path.utf8.count && text.utf8.starts(with: path.utf8)
        && !text.utf8.starts(with: "\(path)/".utf8)
    case (.below, _), (.beside, _): false
    }
  }

  /// True of requests with a value that it covers: one of them, where there are many.
  var probe: Condition {
    let value: Value =
      switch place {
      case .value(let value): value
      case .below(let path): .string("\(path)/below")
      case .beside(let path): .string("\(path)-beside")
      }
    return .test(Test(attribute: attribute, predicate: .equals(value), whenAbsent: false, position: .nowhere))
  }
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
      ).map { Boundary(attribute: attribute, place: .value(.int($0))) }
    case .isInNetworks(let networks) where networks.count <= Self.listedMax:
      return distinct(networks.flatMap(\.edges)).map { Boundary(attribute: attribute, place: .value(.ip($0))) }
    case .isUnder(let path) where path != "/":
      return [.value(.string(path)), .below(path), .beside(path)].map { Boundary(attribute: attribute, place: $0) }
    case .isPresent, .equals, .isIn, .isInRanges, .isInNetworks, .isUnder, .matches, .matchesAny, .matchesRegex,
      .equalsAttribute, .isInAttribute, .isInData, .has, .hasAttribute:
      return []
    }
  }

  private static let listedMax = 8

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
