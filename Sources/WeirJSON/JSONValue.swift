/// A JSON text as a value (RFC 8259). Objects keep the order of their members and never hold one name twice.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number without fraction and exponent that fits.
  case int(Int64)
  /// Finite.
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Hashable, Sendable {
    public var name: String
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The member with this name, when this is an object that has it. Names are compared byte for byte, as other readers
  /// of JSON do: to Swift's `==` two spellings of `é` would be one name. Complexity: O(members).
  public subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The string, or `null` without one.
  public static func string(orNull value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
}
