/// A constant of a policy after type checking: what a slot is compared with.
///
/// The declared type (`Host`, `Method`, `Identity` …) has been used up by then: hosts are folded, durations are numbers.
public enum Value: Hashable, Sendable {
  /// Strings, paths, hosts, methods, schemes, identities.
  case string(String)
  /// Integers, statuses and ports; Bool as 0 and 1; times in seconds since the epoch; dates in days since the epoch; weekdays 1 (Monday) to 7.
  case int(Int64)
  case ip(IPAddress)
}

/// The segments of a path or a SPIFFE identity, some of them free.
///
/// What follows the prefix and one slash is split at slashes, empty segments kept: `/` has one empty segment, `/v1/` has `v1` and an
/// empty one. So the pattern `/` is one empty literal, `/cart/{rest...}` is the literal `cart` and a rest that covers `/cart`,
/// `/cart/` and everything below, and `/{rest...}` has no segment and covers every path. The rest is the remaining segments joined by
/// slashes, empty for `/cart` and `/cart/`.
public struct SegmentPattern: Hashable, Sendable {
  public enum Segment: Hashable, Sendable {
    case literal(String)
    /// One non-empty segment; the name may be empty in `{}`.
    case capture(String)
  }

  /// What may follow the segments.
  public enum Rest: Hashable, Sendable {
    /// Nothing.
    case none
    /// Zero or more segments, named or not: `{rest...}`, `{...}`.
    case any(name: String?)
  }

  /// What stands before the first segment and is compared as it is: empty for a path, `spiffe://shop.example` for an identity.
  public var prefix: String
  public var segments: [Segment]
  public var rest: Rest
  /// The pattern as it was written.
  public var text: String

  public init(prefix: String, segments: [Segment], rest: Rest, text: String) {
    self.prefix = prefix
    self.segments = segments
    self.rest = rest
    self.text = text
  }
}

/// Where a captured piece comes from: the first binding whose pattern matches gives it.
public struct CaptureBinding: Hashable, Sendable {
  public enum Source: Hashable, Sendable { case path, caller }

  public enum Piece: Hashable, Sendable {
    /// The index of a segment of the pattern.
    case segment(Int)
    /// What the pattern's rest matched, without a leading slash.
    case rest
  }

  public var source: Source
  public var pattern: SegmentPattern
  public var piece: Piece

  public init(source: Source, pattern: SegmentPattern, piece: Piece) {
    self.source = source
    self.pattern = pattern
    self.piece = piece
  }
}

/// Something of a request that a policy can read.
public enum Attribute: Hashable, Sendable {
  case method, scheme, host, port, path, clientIP
  case query(String), header(String), cookie(String)
  case sourceIP, sourcePort, sni
  case caller, callerTrustDomain, callerNamespace, callerAccount
  /// A typed claim of a token of issuer `token` (an index into `Policy.tokens`); `iss`, `sub` and `aud` always exist.
  case claim(token: Int, name: String)
  /// Whether a valid token of that issuer is there; only tested for presence.
  case token(Int)
  case capture(name: String, [CaptureBinding])
  case time(TimePart, zone: TimeZoneRule?)
  case responseStatus
  case responseHeader(String)

  public enum TimePart: String, CaseIterable, Hashable, Sendable {
    /// Seconds since the epoch.
    case instant
    /// 1 (Monday) to 7 (Sunday).
    case weekday
    case hour, minute
    /// Days since the epoch in local time.
    case date
  }
}

/// A time zone as a rule for the present and the future (the footer of RFC 8536), so that decisions do not depend on the host's files.
public struct TimeZoneRule: Hashable, Sendable {
  /// When daylight saving begins or ends: the form `Mm.w.d/time` of POSIX TZ.
  public struct Transition: Hashable, Sendable {
    public var month: Int
    /// 1 to 5; 5 is the last.
    public var week: Int
    /// 0 is Sunday.
    public var weekday: Int
    /// Seconds of local time after midnight; may be negative or beyond a day.
    public var seconds: Int

    public init(month: Int, week: Int, weekday: Int, seconds: Int) {
      self.month = month
      self.week = week
      self.weekday = weekday
      self.seconds = seconds
    }
  }

  public struct Daylight: Hashable, Sendable {
    /// Seconds east of Greenwich.
    public var offset: Int
    public var begin: Transition
    public var end: Transition

    public init(offset: Int, begin: Transition, end: Transition) {
      self.offset = offset
      self.begin = begin
      self.end = end
    }
  }

  /// `Europe/Berlin`
  public var name: String
  /// Seconds east of Greenwich.
  public var standardOffset: Int
  public var daylight: Daylight?

  public init(name: String, standardOffset: Int, daylight: Daylight?) {
    self.name = name
    self.standardOffset = standardOffset
    self.daylight = daylight
  }
}
