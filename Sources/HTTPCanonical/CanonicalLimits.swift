/// Sizes beyond which a request is refused. Fixed, so that a policy can be proved for every request that gets past
/// them; `RejectReason.explanation` repeats the numbers, and a test compares the two.
public enum CanonicalLimits {
  /// Path bytes before canonicalisation. What common servers accept for a whole request line.
  public static let pathBytesMax = 8192

  /// Query bytes, without the question mark.
  public static let queryBytesMax = 8192

  /// Host bytes without port and trailing dot: the longest name that DNS can hold (RFC 1035 section 2.3.4).
  public static let hostBytesMax = 253

  /// Bytes of one label of a host (RFC 1035 section 2.3.4).
  public static let hostLabelBytesMax = 63

  /// Bytes that every canonical host fits in, IPv6 literals with brackets included: the room to give to
  /// `CanonicalHost.write`. It is more than the input where `::` stood for a single group of zeros.
  public static let hostScratchBytes = 256

  /// Header name bytes.
  public static let headerNameBytesMax = 256

  /// Header value bytes after trimming.
  public static let headerValueBytesMax = 8192

  /// Field lines in a request.
  public static let headerFieldsMax = 100

  /// Bytes of all header names and values together.
  public static let headerSectionBytesMax = 16384
}
