import Foundation
import PropertyTesting
import Testing

@testable import WeirPolicy

/// The calendar and the zones against Foundation, which reads the system's own database.
@Suite struct CivilTimeTests {
  @Test func everyZoneFollowsItsRule() throws {
    #expect(TimeZoneRule.names.count > 400)
    let start: Int64 = 1_767_225_600  // 2026-01-01T00:00:00Z
    for name in TimeZoneRule.names {
      let rule = try #require(TimeZoneRule.named(name))
      let zone = try #require(TimeZone(identifier: name), "\(name)")
      var seen = rule.offset(at: start)
      // Eleven years by half days; at each change, to the second.
      for step in 1...(11 * 731) {
        let instant = start + Int64(step) * 43_200
        let offset = rule.offset(at: instant)
        try #require(
          offset == zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))), "\(name) at \(instant)")
        if offset != seen {
          var low = instant - 43_200
          var high = instant
          while high - low > 1 {
            let middle = (low + high) / 2
            if rule.offset(at: middle) == seen { low = middle } else { high = middle }
          }
          try #require(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(high))) == offset, "\(name) \(high)")
          try #require(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(low))) == seen, "\(name) \(low)")
          seen = offset
        }
      }
    }
  }

  @Test func partsAgreeWithTheCalendar() throws {
    var calendar = Calendar(identifier: .gregorian)
    let seed: UInt64 = 7
    var random = SplitMix64(seed: seed)
    for name in ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Asia/Kathmandu"] {
      let rule = try #require(TimeZoneRule.named(name))
      calendar.timeZone = try #require(TimeZone(identifier: name))
      for _ in 0..<2_000 {
        let instant = Int64.random(in: 1_767_225_600...2_114_380_800, using: &random)
        let parts = calendar.dateComponents(
          [.year, .month, .day, .hour, .minute, .weekday], from: Date(timeIntervalSince1970: Double(instant)))
        func part(_ part: Attribute.TimePart) -> Int { Int(part.value(of: instant, in: rule)) }
        let date = CivilDate(daysSinceEpoch: Int64(part(.date)))
        try #require(
          date == CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0),
          "\(name) \(instant) seed \(seed)")
        try #require(part(.hour) == parts.hour && part(.minute) == parts.minute, "\(name) \(instant) seed \(seed)")
        // Foundation counts from Sunday, 1.
        try #require(part(.weekday) == ((parts.weekday ?? 0) + 5) % 7 + 1, "\(name) \(instant) seed \(seed)")
      }
    }
  }

  @Test func datesAreReversible() {
    for days in stride(from: Int64(-1_000_000), through: 1_000_000, by: 97) {
      #expect(CivilDate(daysSinceEpoch: days).daysSinceEpoch == days)
    }
    #expect(CivilDate(daysSinceEpoch: 0) == CivilDate(year: 1970, month: 1, day: 1))
    #expect(CivilDate(year: 2028, month: 2, day: 29).daysSinceEpoch == 21_243)
  }

  @Test func farInstantsDoNotTrap() throws {
    let rule = try #require(TimeZoneRule.named("Europe/Berlin"))
    for instant in [Int64.min, .max, 0, -1] {
      for part in Attribute.TimePart.allCases { _ = part.value(of: instant, in: rule) }
    }
    #expect(Attribute.TimePart.weekday.value(of: -1, in: nil) == 3)
    #expect(Attribute.TimePart.hour.value(of: -1, in: nil) == 23)
  }
}
