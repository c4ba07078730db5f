import WeirPlan
import WeirPolicy

/// The clock.
extension CaseBuilder {
  /// One instant for all parts of the clock.
  mutating func addTime(_ region: Region) -> Bool {
    let clocks = space.slots.indices.compactMap { index -> (Attribute.TimePart, TimeZoneRule?, Int)? in
      if case .time(let part, let zone) = space.slots[index].attribute { (part, zone, index) } else { nil }
    }
    guard !clocks.isEmpty else { return true }
    let asked = clocks.filter { region.asked.contains($0.2) }
    func fits(_ instant: Int64) -> Bool {
      asked.allSatisfy { part, zone, slot in
        let value = SlotValue.value(.int(part.value(of: instant, in: zone)))
        return space.classes[slot].classID(of: value) == region.point.classOf[slot]
      }
    }
    var starts = [Self.today]
    for (part, _, slot) in asked {
      guard let place = region.point.classOf[slot],
        case .value(.int(let value)) = space.classes[slot].witnesses[place], value.magnitude < Self.today.magnitude * 8
      else { continue }
      if part == .instant { starts.insert(value, at: 0) }
      if part == .date { starts.insert(value * 86_400, at: 0) }
    }
    for start in starts {
      // Quarters of an hour of a week, then hours of more than a year, then minutes of an hour.
      let steps: [(seconds: Int64, count: Int64)] = [(900, 4 * 24 * 7), (3_600, 24 * 400), (60, 60)]
      for step in steps {
        for number in 0..<step.count {
          let instant = start + number * step.seconds
          if fits(instant) {
            scalars.append((.time(.instant, zone: nil), .int(instant)))
            return true
          }
        }
      }
    }
    return false
  }

  /// 2026-01-01, a day like any other: a proof never reads the clock.
  static let today: Int64 = 20_454 * 86_400
}
