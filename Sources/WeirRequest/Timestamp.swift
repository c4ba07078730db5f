/// Points in time as text (RFC 3339 section 5.6).
public enum Timestamp {
  /// Seconds since 1970-01-01T00:00:00Z; fractions of a second are cut off.
  ///
  /// `nil` for anything else, also for a leap second: a clock that counts seconds since the epoch has none.
  public static func seconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    var reader = Digits(bytes: bytes)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), reader.skip("Tt"), let hour = reader.number(2), reader.skip(":"),
      let minute = reader.number(2), reader.skip(":"), let second = reader.number(2), reader.skipFraction(),
      let offset = reader.offsetSeconds(), reader.index == bytes.count,
      (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year), hour < 24, minute < 60, second < 60
    else { return nil }
    let days = daysSinceEpoch(year: year, month: month, day: day)
    return days * 86_400 + hour * 3_600 + minute * 60 + second - offset
  }

  private static func daysIn(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar; years from 0.
  private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    // Years begin in March, so that the leap day comes last.
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

private struct Digits {
  let bytes: [UInt8]
  var index = 0

  private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// Exactly `count` decimal digits.
  mutating func number(_ count: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<count {
      guard let byte, 0x30...0x39 ~= byte else { return nil }
      value = value * 10 + Int64(byte - 0x30)
      index += 1
    }
    return value
  }

  /// One of the characters.
  mutating func skip(_ characters: StaticString) -> Bool {
    guard let byte, characters.description.utf8.contains(byte) else { return false }
    index += 1
    return true
  }

  /// Nothing, or a full stop and at least one digit.
  mutating func skipFraction() -> Bool {
    guard skip(".") else { return true }
    let start = index
    while let byte, 0x30...0x39 ~= byte { index += 1 }
    return index > start
  }

  /// `Z`, `+01:30`, `-08:00`: seconds east of Greenwich.
  mutating func offsetSeconds() -> Int64? {
    if skip("Zz") { return 0 }
    let sign: Int64
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
    return sign * (hours * 3_600 + minutes * 60)
  }
}
