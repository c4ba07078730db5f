/// A proleptic Gregorian date.
public struct CivilDate: Hashable, Sendable {
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int

  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date that many days after 1970-01-01.
  ///
  /// Years are counted from March in eras of 400 years, so that the leap day is the last day of a year. Total: years beyond what
  /// `Int` holds do not occur, since the argument is days.
  public init(daysSinceEpoch days: Int64) {
    let shifted = Int(days.clamped(to: -CivilDate.daysMax...CivilDate.daysMax)) + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Far beyond any clock and far from overflow.
  private static let daysMax: Int64 = 1 << 48

  public var daysSinceEpoch: Int64 {
    let year = month <= 2 ? self.year - 1 : self.year
    let era = year.floorDivided(by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468)
  }

  public static func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension CivilDate: CustomStringConvertible {
  /// `2026-11-21`
  public var description: String {
    let digits = String(year.magnitude)
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return (year < 0 ? "-" : "") + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      + "-\(padded(month))-\(padded(day))"
  }
}

extension Int {
  func floorDivided(by divisor: Int) -> Int {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}

extension Int64 {
  func clamped(to range: ClosedRange<Int64>) -> Int64 { Swift.min(Swift.max(self, range.lowerBound), range.upperBound) }
}

extension Attribute.TimePart {
  /// This part of an instant on the clock of `zone` (UTC without one), as `Attribute.time` reads it.
  ///
  /// - Parameter instant: seconds since 1970-01-01T00:00:00Z.
  /// - Complexity: constant.
  public func value(of instant: Int64, in zone: TimeZoneRule?) -> Int64 {
    if self == .instant { return instant }
    // Two years of room for the offset, so that nothing overflows.
    let bounded = Int(instant.clamped(to: (.min / 2)...(.max / 2)))
    let local = bounded + (zone?.offset(at: Int64(bounded)) ?? 0)
    let day = local.floorDivided(by: 86_400)
    let second = local - day * 86_400
    switch self {
    case .instant: return instant
    case .date: return Int64(day)
    case .hour: return Int64(second / 3_600)
    case .minute: return Int64(second / 60 % 60)
    // 1970-01-01 was a Thursday, 4.
    case .weekday: return Int64((day + 3) - (day + 3).floorDivided(by: 7) * 7 + 1)
    }
  }
}

extension TimeZoneRule {
  /// Seconds east of Greenwich at that instant.
  ///
  /// - Parameter instant: seconds since 1970-01-01T00:00:00Z.
  /// - Complexity: constant.
  /// - SeeAlso: RFC 8536 section 3.3, POSIX.1-2017 section 8.3.
  public func offset(at instant: Int64) -> Int {
    guard let daylight else { return standardOffset }
    let bounded = Int(instant.clamped(to: (.min / 2)...(.max / 2)))
    let day = (bounded + standardOffset).floorDivided(by: 86_400)
    let year = CivilDate(daysSinceEpoch: Int64(day)).year
    // Each change is told on the clock that it ends.
    let begin = daylight.begin.localSeconds(in: year) - standardOffset
    let end = daylight.end.localSeconds(in: year) - daylight.offset
    let isDaylight = begin < end ? begin <= bounded && bounded < end : !(end <= bounded && bounded < begin)
    return isDaylight ? daylight.offset : standardOffset
  }
}

extension TimeZoneRule.Transition {
  /// Seconds since the epoch on a clock that stands at the local time before the change.
  func localSeconds(in year: Int) -> Int {
    let first = Int(CivilDate(year: year, month: month, day: 1).daysSinceEpoch)
    // 1970-01-01 was a Thursday, 4 when Sunday is 0.
    let firstWeekday = (first + 4) - (first + 4).floorDivided(by: 7) * 7
    var day = (weekday - firstWeekday + 7) % 7 + 7 * (week - 1)
    if day >= CivilDate.daysIn(month: month, year: year) { day -= 7 }
    return (first + day) * 86_400 + seconds
  }
}
