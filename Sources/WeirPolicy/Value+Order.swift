/// Strings are equal byte for byte, as a request's bytes are compared: Swift's own `==` takes canonically equivalent strings for one.
extension Value {
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)): left.hasBytes(of: right)
    case (.int(let left), .int(let right)): left == right
    case (.ip(let left), .ip(let right)): left == right
    case (.string, _), (.int, _), (.ip, _): false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    // Strings with equal bytes are equal strings, so they have one hash.
    case .string(let text): hasher.combine(text)
    case .int(let number): hasher.combine(number)
    case .ip(let address): hasher.combine(address)
    }
  }
}

/// The order in which sets of constants are kept: integers, addresses, strings by their bytes.
extension Value: Comparable {
  public static func < (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.int(let left), .int(let right)): left < right
    case (.ip(let left), .ip(let right)): left < right
    case (.string(let left), .string(let right)): left.precedesByBytes(right)
    case (.int, .ip), (.int, .string), (.ip, .string): true
    case (.ip, .int), (.string, .int), (.string, .ip): false
    }
  }
}

extension String {
  /// An order that is the same on every machine and tells canonically equivalent strings apart.
  public func precedesByBytes(_ other: String) -> Bool {
    let (left, right) = (utf8Span.span, other.utf8Span.span)
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return left[index] < right[index]
    }
    return left.count < right.count
  }

  /// Whether both strings have the same bytes, which of two equal strings only those may not have that go beyond ASCII.
  func hasBytes(of other: String) -> Bool {
    guard self == other else { return false }
    return utf8Span.isKnownASCII && other.utf8Span.isKnownASCII || utf8.elementsEqual(other.utf8)
  }
}
