/// Sizes beyond which a message is refused. A message at the limit is taken.
public enum WireLimits {
  /// Bytes of a head, from the first byte of its first line to the end of the empty line, an empty line in front included.
  public static let headBytesMax = 16 * 1024

  /// Field lines of a head or of a trailer section.
  public static let fieldsMax = 100

  /// Field lines, and their bytes, that a proxy adds to a head at most: what it has written itself may be longer by them.
  public static let ownFieldsMax = 8
  public static let ownBytesMax = 1024

  /// Options in the `Connection` fields of a head, empty list members included. Each one named is looked for among all fields.
  public static let connectionOptionsMax = 32

  /// Bytes of all chunk extensions of a body together, from the semicolon on. Nobody uses them; they cost work.
  public static let chunkExtensionBytesMax = 4 * 1024

  /// Digits of a chunk size, leading zeros included.
  public static let chunkSizeDigitsMax = 16

  /// Bytes of a trailer section, its empty line included.
  public static let trailerBytesMax = 4 * 1024
}
