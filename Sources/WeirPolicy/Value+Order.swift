/// Strings are equal byte for byte, as a request's bytes are compared: Swift's own `==` takes canonically equivalent strings for one.
extension Value {
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.int(let left), .int(let right)): left == right
    case (.ip(let left), .ip(let right)): left == right
    case (.string, _), (.int, _), (.ip, _): false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .string(let text): for byte in text.utf8 { hasher.combine(byte) }
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
    case (.string(let left), .string(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.int, .ip), (.int, .string), (.ip, .string): true
    case (.ip, .int), (.string, .int), (.string, .ip): false
    }
  }
}
