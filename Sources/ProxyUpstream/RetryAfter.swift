public import ProxyTransport
import WeirPolicy

/// Reads the field `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date as servers must send it (section 5.6.7, IMF-fixdate).
public enum RetryAfter {
  /// How long to wait; nil for anything else, the obsolete forms of dates among it. A date that is past is zero. Saturates: seconds may
  /// have any number of digits.
  ///
  /// - Parameter wallClock: nanoseconds since 1970.
  public static func parse(_ value: Span<UInt8>, wallClock: Int64) -> Interval? {
    if let seconds = number(value, 0, value.count) { return .seconds(seconds) }
    return date(value).map { max(.zero, Interval.seconds($0) - Interval(nanoseconds: wallClock)) }
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, as seconds since 1970.
  private static func date(_ value: Span<UInt8>) -> Int64? {
    func has(_ character: Unicode.Scalar, at index: Int) -> Bool { value[index] == UInt8(ascii: character) }
    guard value.count == 29, has(",", at: 3), has(" ", at: 4), has(" ", at: 7), has(" ", at: 11), has(" ", at: 16),
      has(":", at: 19), has(":", at: 22), has(" ", at: 25), has("G", at: 26), has("M", at: 27), has("T", at: 28)
    else { return nil }
    guard let day = number(value, 5, 7), let month = month(value[8], value[9], value[10]),
      let year = number(value, 12, 16), let hour = number(value, 17, 19), let minute = number(value, 20, 22),
      let second = number(value, 23, 25), hour < 24, minute < 60, second <= 60, day >= 1,
      day <= CivilDate.daysIn(month: month, year: Int(year))
    else { return nil }
    let days = CivilDate(year: Int(year), month: month, day: Int(day)).daysSinceEpoch
    return days * 86_400 + hour * 3_600 + minute * 60 + second
  }

  /// One digit or more. Saturates.
  private static func number(_ value: Span<UInt8>, _ start: Int, _ end: Int) -> Int64? {
    guard start < end else { return nil }
    var result: Int64 = 0
    for index in start..<end {
      guard (0x30...0x39).contains(value[index]) else { return nil }
      let (tens, isBeyond) = result.multipliedReportingOverflow(by: 10)
      let (sum, isPast) = tens.addingReportingOverflow(Int64(value[index] - 0x30))
      result = isBeyond || isPast ? .max : sum
    }
    return result
  }

  private static func month(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int? {
    switch (Unicode.Scalar(first), Unicode.Scalar(second), Unicode.Scalar(third)) {
    case ("J", "a", "n"): 1
    case ("F", "e", "b"): 2
    case ("M", "a", "r"): 3
    case ("A", "p", "r"): 4
    case ("M", "a", "y"): 5
    case ("J", "u", "n"): 6
    case ("J", "u", "l"): 7
    case ("A", "u", "g"): 8
    case ("S", "e", "p"): 9
    case ("O", "c", "t"): 10
    case ("N", "o", "v"): 11
    case ("D", "e", "c"): 12
    default: nil
    }
  }
}
