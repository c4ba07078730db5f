/// Nothing was made.
public struct NotMade: Error {
  public init() {}
}

/// `#require` for a value that cannot be copied.
public func made<Value: ~Copyable>(_ value: consuming Value?) throws(NotMade) -> Value {
  guard let value else { throw NotMade() }
  return value
}
