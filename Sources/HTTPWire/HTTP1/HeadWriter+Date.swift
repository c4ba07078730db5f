extension HeadWriter {
  /// Bytes of an IMF-fixdate.
  public static var dateBytes: Int { 29 }

  /// An IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7). A worker formats it once a second and copies it.
  ///
  /// - Parameter seconds: since 1970, not negative.
  @_lifetime(self: copy self)
  public mutating func appendDate(secondsSince1970 seconds: Int64) {
    let day = seconds / 86400
    let (year, month, dayOfMonth) = civilDate(day)
    append(weekdayName(day % 7))
    append(", ")
    append(dayOfMonth, digits: 2)
    append(byte: 0x20)
    append(monthName(month))
    append(byte: 0x20)
    append(year, digits: 4)
    append(byte: 0x20)
    append(seconds / 3600 % 24, digits: 2)
    append(byte: 0x3A)
    append(seconds / 60 % 60, digits: 2)
    append(byte: 0x3A)
    append(seconds % 60, digits: 2)
    append(" GMT")
  }

  @_lifetime(self: copy self)
  private mutating func append(_ number: Int64, digits: Int) {
    var divisor: Int64 = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      append(byte: 0x30 &+ UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }
}

/// Year, month (1 to 12) and day of a day since 1970 (Hinnant, "chrono-compatible low-level date algorithms").
private func civilDate(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let shifted = day + 719_468
  let era = shifted / 146_097
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
}

/// 1 January 1970 was a Thursday.
private func weekdayName(_ day: Int64) -> StaticString {
  switch day {
  case 0: "Thu"
  case 1: "Fri"
  case 2: "Sat"
  case 3: "Sun"
  case 4: "Mon"
  case 5: "Tue"
  default: "Wed"
  }
}

private func monthName(_ month: Int64) -> StaticString {
  switch month {
  case 1: "Jan"
  case 2: "Feb"
  case 3: "Mar"
  case 4: "Apr"
  case 5: "May"
  case 6: "Jun"
  case 7: "Jul"
  case 8: "Aug"
  case 9: "Sep"
  case 10: "Oct"
  case 11: "Nov"
  default: "Dec"
  }
}
