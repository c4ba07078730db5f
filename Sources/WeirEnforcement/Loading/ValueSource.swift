import WeirISA
import WeirPolicy
import WeirVM

/// Where a value of a request comes from: what a slot is filled with, a key made of, a header set to.
///
/// Plain bits, so that reading one touches no reference count.
struct ValueSource: BitwiseCopyable, Sendable, Equatable {
  var kind: SlotKind
  var type: ValueType
  /// For `path`.
  var ignoresCase = false
  /// For `path`.
  var ignoresTrailingSlash = false
  /// Of a header, parameter or cookie: in `PlanTables.text`.
  var name = Place.empty
  /// Of a claim or token: an index into `Topology.tokens`.
  var token = 0
  /// Of a claim: its place among those of its issuer, see `TokenIssuer.place(of:)`.
  var claim = 0
  /// Of a part of the time; `nil` is UTC.
  var zone: ZoneRecord?
}

extension ZoneRecord {
  /// The zone without its name, which telling the time does not need.
  var rule: TimeZoneRule {
    TimeZoneRule(
      name: "", standardOffset: Int(standardOffset),
      daylight: hasDaylight
        ? TimeZoneRule.Daylight(offset: Int(daylightOffset), begin: begin.rule, end: end.rule) : nil)
  }

  /// `nil` for offsets that no zone has.
  init?(_ rule: TimeZoneRule) {
    guard let standardOffset = Int32(exactly: rule.standardOffset),
      let daylightOffset = Int32(exactly: rule.daylight?.offset ?? 0)
    else { return nil }
    let none = Transition(month: 1, week: 1, weekday: 0, seconds: 0)
    var begin = none
    var end = none
    if let daylight = rule.daylight {
      guard let first = Transition(daylight.begin), let last = Transition(daylight.end) else { return nil }
      begin = first
      end = last
    }
    self.init(
      name: 0, standardOffset: standardOffset, hasDaylight: rule.daylight != nil, daylightOffset: daylightOffset,
      begin: begin, end: end)
  }
}

extension ZoneRecord.Transition {
  var rule: TimeZoneRule.Transition {
    TimeZoneRule.Transition(month: Int(month), week: Int(week), weekday: Int(weekday), seconds: Int(seconds))
  }

  init?(_ transition: TimeZoneRule.Transition) {
    guard let month = UInt8(exactly: transition.month), let week = UInt8(exactly: transition.week),
      let weekday = UInt8(exactly: transition.weekday), let seconds = Int32(exactly: transition.seconds)
    else { return nil }
    self.init(month: month, week: week, weekday: weekday, seconds: seconds)
  }
}

extension TokenIssuer {
  /// `iss`, `sub` and `aud` are 0, 1, 2; declared claims follow in their order.
  func place(of claim: String) -> Int? {
    switch claim {
    case "iss": 0
    case "sub": 1
    case "aud": 2
    default: claims.firstIndex { $0.name == claim }.map { $0 + 3 }
    }
  }

  /// What a register holds of the claim at a place.
  func valueType(ofClaimAt place: Int) -> ValueType {
    switch place {
    case 0, 1: .bytes
    case 2: .bytesList
    default: claims[place - 3].type.valueType
    }
  }
}
