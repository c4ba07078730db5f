import WeirISA
import WeirPlan
import WeirPolicy

/// The slots of a program: one for each value that some condition reads.
struct SlotTable {
  private var kept = Interner<SlotRecord>()
  private(set) var zones: [ZoneRecord] = []
  private let headerTypes: [String: ScalarType]
  private let tokens: [TokenIssuer]

  init(_ policy: Policy) {
    headerTypes = Dictionary(policy.headers.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    tokens = policy.tokens
  }

  var slots: [SlotRecord] { kept.values }

  /// The slot of an attribute, captures excepted; `isRepeated` for one under `any` or `all`.
  ///
  /// - Returns: `nil` for a capture or a claim that no issuer has.
  mutating func slot(
    for attribute: Attribute, isRepeated: Bool, view: PathView, _ pools: inout Pools
  ) -> Int? {
    guard let record = record(for: attribute, isRepeated: isRepeated, view: view, &pools) else { return nil }
    return kept.number(of: record)
  }

  private mutating func record(
    for attribute: Attribute, isRepeated: Bool, view: PathView, _ pools: inout Pools
  ) -> SlotRecord? {
    func named(_ kind: SlotKind, _ name: String, _ type: ValueType, _ pools: inout Pools) -> SlotRecord {
      SlotRecord(kind: kind, type: isRepeated ? type.list : type, name: UInt32(pools.string(name)))
    }
    switch attribute {
    case .method: return SlotRecord(kind: .method, type: .bytes)
    case .scheme: return SlotRecord(kind: .scheme, type: .bytes)
    case .host: return SlotRecord(kind: .host, type: .bytes)
    case .port: return SlotRecord(kind: .port, type: .integer)
    case .path:
      return SlotRecord(
        kind: .path, type: .bytes, ignoresCase: view.ignoresCase, ignoresTrailingSlash: view.ignoresTrailingSlash)
    case .clientIP: return SlotRecord(kind: .clientIP, type: .address)
    case .query(let name): return named(.query, name, .bytes, &pools)
    case .cookie(let name): return named(.cookie, name, .bytes, &pools)
    case .header(let name): return named(.header, name, ValueType(headerTypes[name] ?? .string), &pools)
    case .sourceIP: return SlotRecord(kind: .sourceIP, type: .address)
    case .sourcePort: return SlotRecord(kind: .sourcePort, type: .integer)
    case .sni: return SlotRecord(kind: .sni, type: .bytes)
    case .caller: return SlotRecord(kind: .caller, type: .bytes)
    case .callerTrustDomain: return SlotRecord(kind: .callerTrustDomain, type: .bytes)
    case .callerNamespace: return SlotRecord(kind: .callerNamespace, type: .bytes)
    case .callerAccount: return SlotRecord(kind: .callerAccount, type: .bytes)
    case .claim(let token, let name):
      guard let type = type(ofClaim: name, token: token) else { return nil }
      return SlotRecord(
        kind: .claim, type: ValueType(type), name: UInt32(pools.string(name)), token: UInt32(token))
    case .token(let token): return SlotRecord(kind: .token, type: .integer, token: UInt32(token))
    case .capture: return nil
    case .time(let part, let zone):
      let kind: SlotKind =
        switch part {
        case .instant: .instant
        case .weekday: .weekday
        case .hour: .hour
        case .minute: .minute
        case .date: .date
        }
      // An instant is the same everywhere.
      return SlotRecord(kind: kind, type: .integer, zone: part == .instant ? nil : zone.map { add($0, &pools) })
    case .responseStatus: return SlotRecord(kind: .responseStatus, type: .integer)
    case .responseHeader(let name):
      return named(.responseHeader, name, ValueType(headerTypes[name] ?? .string), &pools)
    }
  }

  private func type(ofClaim name: String, token: Int) -> ScalarType? {
    guard tokens.indices.contains(token) else { return nil }
    if let claim = tokens[token].claims.first(where: { $0.name == name }) { return claim.type }
    switch name {
    case "iss", "sub": return .string
    case "aud": return .stringSet
    default: return nil
    }
  }

  private mutating func add(_ rule: TimeZoneRule, _ pools: inout Pools) -> UInt32 {
    func transition(_ transition: TimeZoneRule.Transition?) -> ZoneRecord.Transition {
      guard let transition else { return ZoneRecord.Transition(month: 1, week: 1, weekday: 0, seconds: 0) }
      return ZoneRecord.Transition(
        month: UInt8(clamping: transition.month), week: UInt8(clamping: transition.week),
        weekday: UInt8(clamping: transition.weekday), seconds: Int32(clamping: transition.seconds))
    }
    let record = ZoneRecord(
      name: UInt32(pools.string(rule.name)), standardOffset: Int32(clamping: rule.standardOffset),
      hasDaylight: rule.daylight != nil, daylightOffset: Int32(clamping: rule.daylight?.offset ?? 0),
      begin: transition(rule.daylight?.begin), end: transition(rule.daylight?.end))
    if let number = zones.firstIndex(of: record) { return UInt32(number) }
    zones.append(record)
    return UInt32(zones.count - 1)
  }
}

extension ValueType {
  /// How a declared type is kept at run time.
  init(_ type: ScalarType) {
    switch type {
    case .string, .identity, .host, .path: self = .bytes
    case .int, .bool, .time: self = .integer
    case .ip: self = .address
    case .stringSet: self = .bytesList
    }
  }
}
