/// Why bytes are not a JSON text that is accepted, and where.
public struct JSONError: Error, Hashable, Sendable {
  public enum Reason: String, CaseIterable, Hashable, Sendable {
    case unexpectedEnd = "the text ends in the middle of a value"
    case unexpectedByte = "a byte that JSON does not allow here"
    case trailingBytes = "something follows the value"
    case invalidNumber = "not a JSON number"
    case numberTooLarge = "a number beyond the range of a 64-bit float"
    case controlCharacter = "a control character in a string must be escaped"
    case invalidEscape = "not an escape of JSON"
    case loneSurrogate = "half of a surrogate pair"
    case invalidUTF8 = "a string that is not valid UTF-8"
    case duplicateName = "the same member name twice in one object"
    case tooDeep = "nested deeper than 64 levels"
  }

  public let reason: Reason
  /// Offset of the byte at which it was seen, from 0.
  public let offset: Int

  init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// For people: the reason and the place.
  public var message: String { "\(reason.rawValue) (byte \(offset + 1))" }
}
