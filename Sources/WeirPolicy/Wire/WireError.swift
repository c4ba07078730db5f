/// Why bytes are not the encoding of a value. Closed, so that each reason can be shown and tested.
public enum WireError: Error, Hashable, Sendable {
  /// The bytes end within a value, or a count or length promises more than is left.
  case truncated
  /// Bytes follow the value.
  case trailingBytes
  /// A number takes more than 64 bits or more bytes than it needs.
  case malformedNumber
  /// A string is not UTF-8.
  case malformedText
  /// An enum has no such case: the name of the type.
  case unknownTag(String)
  /// A string that the table does not have.
  case unknownString
  /// Values are nested deeper than `WireReader.depthMax`.
  case tooDeep
  /// What the bytes ask for takes more memory than the reader may use.
  case tooLarge
  /// A number that its meaning does not allow: the name of the field.
  case outOfRange(String)
}
