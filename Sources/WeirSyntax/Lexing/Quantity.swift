/// The value of a token that begins with a digit or a sign.
enum Quantity: Hashable {
  case int(Int64)
  /// Hundredths of a percent.
  case percent(Int64)
  /// Nanoseconds.
  case duration(Int64)
  /// Bytes.
  case size(Int64)
  case rate(count: Int64, perNanoseconds: Int64)
  /// Days since 1970-01-01.
  case date(Int64)
  /// Seconds since 1970-01-01T00:00:00Z.
  case time(Int64)
}

/// The units, once: the lexer reads them, spelling help offers them, `grammar/lexical.md` lists them.
enum Units {
  /// Nanoseconds.
  static let durations: [(name: String, value: Int64)] = [
    ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
  ]
  /// Bytes.
  static let sizes: [(name: String, value: Int64)] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]
  /// Nanoseconds.
  static let rates: [(name: String, value: Int64)] = [
    ("s", 1_000_000_000), ("min", 60_000_000_000), ("h", 3_600_000_000_000),
  ]

  /// What people write elsewhere, by lower-case text.
  static let elsewhere: [String: String] = [
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "msec": "ms", "millis": "ms", "usec": "us", "nsec": "ns",
    "min": "m", "mins": "m", "minute": "m", "minutes": "m", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "day": "d", "days": "d", "k": "KiB", "kb": "KiB", "kib": "KiB", "mb": "MiB", "mib": "MiB", "gb": "GiB",
    "gib": "GiB", "g": "GiB", "b": "B", "byte": "B", "bytes": "B",
  ]
  static let ratesElsewhere: [String: String] = [
    "sec": "s", "second": "s", "seconds": "s", "m": "min", "minute": "min", "minutes": "min", "mins": "min",
    "hr": "h", "hour": "h", "hours": "h",
  ]
}
