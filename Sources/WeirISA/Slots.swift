/// What a slot is filled with.
public enum SlotKind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case method, scheme, host, port
  /// The canonical path, seen as the flags say.
  case path
  case clientIP
  /// Named after the parameter, header or cookie.
  case query, header, cookie
  case sourceIP, sourcePort, sni
  case caller, callerTrustDomain, callerNamespace, callerAccount
  /// Named after the claim.
  case claim
  /// Present exactly when a valid token of the issuer is.
  case token
  /// Seconds since the epoch.
  case instant
  /// 1 (Monday) to 7 (Sunday).
  case weekday
  case hour, minute
  /// Days since the epoch in local time.
  case date
  case responseStatus
  /// Named after the header.
  case responseHeader
}

/// What a register holds when it is known.
public enum ValueType: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case bytes, integer, address
  case bytesList, integerList, addressList

  /// The type of one member of a list, or the type itself.
  public var element: ValueType {
    switch self {
    case .bytes, .bytesList: .bytes
    case .integer, .integerList: .integer
    case .address, .addressList: .address
    }
  }

  public var isList: Bool {
    switch self {
    case .bytes, .integer, .address: false
    case .bytesList, .integerList, .addressList: true
    }
  }

  /// The type of a list of these.
  public var list: ValueType {
    switch self {
    case .bytes, .bytesList: .bytesList
    case .integer, .integerList: .integerList
    case .address, .addressList: .addressList
    }
  }
}

/// One value that conditions read, the same for all scopes of a program.
public struct SlotRecord: TableRecord, Hashable {
  public static let wordCount = 4

  public var kind: SlotKind
  /// A list for headers, query parameters and cookies that may be repeated, and for claims that are sets.
  public var type: ValueType
  /// For `path`: ASCII letters in lower case.
  public var ignoresCase: Bool
  /// For `path`: without a final slash.
  public var ignoresTrailingSlash: Bool
  /// The string that names a header, query parameter, cookie or claim.
  public var name: UInt32?
  /// The issuer, an index into the policy's tokens.
  public var token: UInt32?
  /// The zone of a part of the time; `nil` for UTC.
  public var zone: UInt32?

  public init(
    kind: SlotKind, type: ValueType, ignoresCase: Bool = false, ignoresTrailingSlash: Bool = false,
    name: UInt32? = nil, token: UInt32? = nil, zone: UInt32? = nil
  ) {
    self.kind = kind
    self.type = type
    self.ignoresCase = ignoresCase
    self.ignoresTrailingSlash = ignoresTrailingSlash
    self.name = name
    self.token = token
    self.zone = zone
  }

  public init?(_ words: Span<UInt32>) {
    guard let kind = SlotKind(rawValue: UInt8(truncatingIfNeeded: words[0])),
      let type = ValueType(rawValue: UInt8(truncatingIfNeeded: words[0] >> 8)),
      words[0] >> 18 == 0
    else { return nil }
    self.init(
      kind: kind, type: type, ignoresCase: words[0] >> 16 & 1 == 1, ignoresTrailingSlash: words[0] >> 17 & 1 == 1,
      name: words[1] == .max ? nil : words[1], token: words[2] == .max ? nil : words[2],
      zone: words[3] == .max ? nil : words[3])
  }

  public func write(to words: inout [UInt32]) {
    words[0] =
      UInt32(kind.rawValue) | UInt32(type.rawValue) << 8 | (ignoresCase ? 1 << 16 : 0)
      | (ignoresTrailingSlash ? 1 << 17 : 0)
    words[1] = name ?? .max
    words[2] = token ?? .max
    words[3] = zone ?? .max
  }
}

/// A time zone as a rule for the present and the future (the footer of RFC 8536).
public struct ZoneRecord: TableRecord {
  /// When daylight saving begins or ends: `Mm.w.d/time` of POSIX TZ.
  public struct Transition: BitwiseCopyable, Sendable, Equatable {
    /// 1 to 12.
    public var month: UInt8
    /// 1 to 5; 5 is the last.
    public var week: UInt8
    /// 0 is Sunday.
    public var weekday: UInt8
    /// Seconds of local time after midnight; may be negative or beyond a day.
    public var seconds: Int32

    public init(month: UInt8, week: UInt8, weekday: UInt8, seconds: Int32) {
      self.month = month
      self.week = week
      self.weekday = weekday
      self.seconds = seconds
    }

    init?(day: UInt32, seconds: UInt32) {
      self.init(
        month: UInt8(truncatingIfNeeded: day), week: UInt8(truncatingIfNeeded: day >> 8),
        weekday: UInt8(truncatingIfNeeded: day >> 16), seconds: Int32(bitPattern: seconds))
      guard day >> 24 == 0, 1...12 ~= month, 1...5 ~= week, weekday <= 6 else { return nil }
      guard -604_800...604_800 ~= self.seconds else { return nil }
    }

    var day: UInt32 { UInt32(month) | UInt32(week) << 8 | UInt32(weekday) << 16 }
  }

  public static let wordCount = 8
  /// More than any zone is away from Greenwich, in seconds.
  public static let offsetMax: Int32 = 26 * 3600

  /// The string that names it.
  public var name: UInt32
  /// Seconds east of Greenwich.
  public var standardOffset: Int32
  public var hasDaylight: Bool
  public var daylightOffset: Int32
  public var begin: Transition
  public var end: Transition

  public init(
    name: UInt32, standardOffset: Int32, hasDaylight: Bool, daylightOffset: Int32, begin: Transition, end: Transition
  ) {
    self.name = name
    self.standardOffset = standardOffset
    self.hasDaylight = hasDaylight
    self.daylightOffset = daylightOffset
    self.begin = begin
    self.end = end
  }

  public init?(_ words: Span<UInt32>) {
    guard words[2] <= 1, let begin = Transition(day: words[4], seconds: words[5]),
      let end = Transition(day: words[6], seconds: words[7])
    else { return nil }
    self.init(
      name: words[0], standardOffset: Int32(bitPattern: words[1]), hasDaylight: words[2] == 1,
      daylightOffset: Int32(bitPattern: words[3]), begin: begin, end: end)
    guard -Self.offsetMax...Self.offsetMax ~= standardOffset, -Self.offsetMax...Self.offsetMax ~= daylightOffset
    else { return nil }
  }

  public func write(to words: inout [UInt32]) {
    words[0] = name
    words[1] = UInt32(bitPattern: standardOffset)
    words[2] = hasDaylight ? 1 : 0
    words[3] = UInt32(bitPattern: daylightOffset)
    words[4] = begin.day
    words[5] = UInt32(bitPattern: begin.seconds)
    words[6] = end.day
    words[7] = UInt32(bitPattern: end.seconds)
  }
}

/// A set that is loaded beside the program.
public struct DataSetRecord: TableRecord {
  public static let wordCount = 3

  /// The string with its qualified name.
  public var name: UInt32
  /// The type of a member; never a list.
  public var member: ValueType
  public var membersMax: UInt32

  public init(name: UInt32, member: ValueType, membersMax: UInt32) {
    self.name = name
    self.member = member
    self.membersMax = membersMax
  }

  public init?(_ words: Span<UInt32>) {
    guard words[1] <= 2, let member = ValueType(rawValue: UInt8(truncatingIfNeeded: words[1])) else { return nil }
    self.init(name: words[0], member: member, membersMax: words[2])
  }

  public func write(to words: inout [UInt32]) {
    words[0] = name
    words[1] = UInt32(member.rawValue)
    words[2] = membersMax
  }
}

extension SlotRecord {
  /// Whether type, name, issuer and zone are what the kind has.
  public var isWellFormed: Bool {
    guard kind == .path || !(ignoresCase || ignoresTrailingSlash) else { return false }
    let isNamed = name != nil
    let hasToken = token != nil
    let hasZone = zone != nil
    switch kind {
    case .method, .scheme, .host, .path, .sni, .caller, .callerTrustDomain, .callerNamespace, .callerAccount:
      return type == .bytes && !isNamed && !hasToken && !hasZone
    case .port, .sourcePort, .instant, .responseStatus:
      return type == .integer && !isNamed && !hasToken && !hasZone
    case .clientIP, .sourceIP:
      return type == .address && !isNamed && !hasToken && !hasZone
    case .query, .cookie, .header, .responseHeader:
      return isNamed && !hasToken && !hasZone
    case .claim:
      return isNamed && hasToken && !hasZone
    case .token:
      return type == .integer && !isNamed && hasToken && !hasZone
    case .weekday, .hour, .minute, .date:
      return type == .integer && !isNamed && !hasToken
    }
  }
}
