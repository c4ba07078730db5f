import WeirPolicy

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
      (1...12).contains(month), day >= 1, day <= CivilDate.daysIn(month: month, year: year), hour < 24, minute < 60,
      second < 60
    else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    return days * 86_400 + Int64(hour * 3_600 + minute * 60 + second - offset)
  }

  /// `2026-11-21T10:00:00Z`; `nil` for years that do not have four digits.
  public static func text(_ seconds: Int64) -> String? {
    let second = ((seconds % 86_400) + 86_400) % 86_400
    let date = CivilDate(daysSinceEpoch: seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0))
    guard (0...9_999).contains(date.year) else { return nil }
    let time = [second / 3_600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(date)T\(time.joined(separator: ":"))Z"
  }
}

private struct Digits {
  let bytes: [UInt8]
  var index = 0

  private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// Exactly `count` decimal digits.
  mutating func number(_ count: Int) -> Int? {
    var value = 0
    for _ in 0..<count {
      guard let byte, 0x30...0x39 ~= byte else { return nil }
      value = value * 10 + Int(byte - 0x30)
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
  mutating func offsetSeconds() -> Int? {
    if skip("Zz") { return 0 }
    let sign: Int
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
    return sign * (hours * 3_600 + minutes * 60)
  }
}
