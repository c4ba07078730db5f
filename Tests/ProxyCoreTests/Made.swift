/// Nothing was made.
struct NotMade: Error {}

/// `#require` for a value that cannot be copied.
func made<Value: ~Copyable>(_ value: consuming Value?) throws(NotMade) -> Value {
  guard let value else { throw NotMade() }
  return value
}
