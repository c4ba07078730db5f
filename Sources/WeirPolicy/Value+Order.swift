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
