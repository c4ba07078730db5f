import ProxyTransport

/// What will happen, ordered by time; of one moment, in the order in which it was planned.
struct Agenda {
  private struct Entry {
    let time: Instant
    let number: Int
    let action: () -> Void

    func precedes(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
  }

  /// A binary heap.
  private var entries: [Entry] = []
  private var planned = 0

  var next: Instant? { entries.first?.time }

  mutating func plan(at time: Instant, _ action: @escaping () -> Void) {
    entries.append(Entry(time: time, number: planned, action: action))
    planned += 1
    var child = entries.count - 1
    while child > 0, entries[child].precedes(entries[(child - 1) / 2]) {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// The first action that is due.
  mutating func pop(dueBy now: Instant) -> (() -> Void)? {
    guard let first = entries.first, first.time <= now, let last = entries.popLast() else { return nil }
    guard !entries.isEmpty else { return first.action }
    entries[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < entries.count && entries[child].precedes(entries[least]) {
        least = child
      }
      guard least != parent else { return first.action }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
