/// Deadlines of numbered timers, to the millisecond (Varghese and Lauck 1987, hierarchical wheels).
///
/// Six levels of 256 buckets: 1 ms, 256 ms, 65.5 s, 4.7 h …, which together cover the whole monotonic clock. A timer never fires early
/// and at most a millisecond late. Setting a later deadline writes a number: the node moves when its bucket comes up. Everything is O(1)
/// but `advance`, which looks at each node at most once a level.
///
/// Numbers are small and dense (slots of a slab); storage grows to the largest one that was set.
public struct TimerWheel: ~Copyable {
  private struct Node: BitwiseCopyable {
    /// In ticks.
    var deadline: UInt64
    /// When the bucket comes up, in ticks; at most `deadline` while linked.
    var due: UInt64
    /// Neighbours in the list of a bucket; equal to the node itself when it is in none.
    var next: UInt32
    var previous: UInt32
  }

  private static var levels: Int { 6 }
  /// The heads of the buckets are the first nodes, then that of the expired timers; timer 0 comes next.
  private static var expired: UInt32 { 1536 }
  private static var firstTimer: UInt32 { 1537 }
  private static var nanosecondsPerTick: UInt64 { 1_000_000 }

  private var nodes: [Node]
  /// A bit for each bucket that has nodes; four words a level.
  private var occupied: InlineArray<24, UInt64> = InlineArray(repeating: 0)
  /// The last tick that has come up. Nodes of level `n` agree with it above digit `n` and have a larger digit `n`.
  private var tick: UInt64

  public init(now: Instant) {
    tick = now.nanoseconds / Self.nanosecondsPerTick
    nodes = (0..<Self.firstTimer).map { Node(deadline: 0, due: 0, next: $0, previous: $0) }
  }

  /// Sets or moves the deadline of a timer.
  public mutating func set(_ timer: UInt32, to deadline: Instant) {
    let node = Int(Self.firstTimer) + Int(timer)
    if node >= nodes.count { grow(to: node) }
    let (whole, rest) = deadline.nanoseconds.quotientAndRemainder(dividingBy: Self.nanosecondsPerTick)
    let ticks = whole + (rest > 0 ? 1 : 0)
    nodes[node].deadline = ticks
    if nodes[node].next != UInt32(node) {
      if nodes[node].due <= ticks, nodes[node].due > tick { return }
      unlink(node)
    }
    place(node)
  }

  /// The timer will not fire. Does nothing when it is not set.
  public mutating func cancel(_ timer: UInt32) {
    let node = Int(Self.firstTimer) + Int(timer)
    guard node < nodes.count, nodes[node].next != UInt32(node) else { return }
    unlink(node)
  }

  /// Whether the timer is set and did not fire.
  public func isSet(_ timer: UInt32) -> Bool {
    let node = Int(Self.firstTimer) + Int(timer)
    return node < nodes.count && nodes[node].next != UInt32(node)
  }

  /// Whether no timer is set.
  public var isEmpty: Bool { nodes[Int(Self.expired)].next == Self.expired && earliest() == nil }

  /// When to call `advance` next: no later than the first deadline, perhaps earlier. Nil when no timer is set.
  public func next() -> Instant? {
    if nodes[Int(Self.expired)].next != Self.expired { return instant(tick) }
    return earliest().map { instant($0.due) }
  }

  /// Moves the time on. What has expired waits for `popExpired`.
  public mutating func advance(to now: Instant) {
    let target = now.nanoseconds / Self.nanosecondsPerTick
    while let (bucket, due) = earliest(), due <= target {
      tick = due
      while nodes[bucket].next != UInt32(bucket) {
        let node = Int(nodes[bucket].next)
        unlink(node)
        place(node)
      }
    }
    tick = max(tick, target)
  }

  /// The next timer that has expired; it is no longer set. In order of deadlines, those of one millisecond in any order.
  public mutating func popExpired() -> UInt32? {
    let node = nodes[Int(Self.expired)].next
    guard node != Self.expired else { return nil }
    unlink(Int(node))
    return node - Self.firstTimer
  }

  /// The first bucket that comes up, and when. Complexity: a look at four words for each level.
  private func earliest() -> (bucket: Int, due: UInt64)? {
    for level in 0..<Self.levels {
      for word in 0..<4 {
        let bits = occupied[level * 4 + word]
        guard bits != 0 else { continue }
        let digit = word * 64 + bits.trailingZeroBitCount
        let shift = UInt64(level * 8)
        let above = tick & (~0 << (shift + 8))
        return (level * 256 + digit, above | UInt64(digit) << shift)
      }
    }
    return nil
  }

  /// Links a node, which is in no list, where its deadline belongs.
  private mutating func place(_ node: Int) {
    let deadline = nodes[node].deadline
    guard deadline > tick else { return link(node, into: Int(Self.expired), due: tick) }
    // The highest digit in which the two differ is the level.
    let level = (63 - (deadline ^ tick).leadingZeroBitCount) / 8
    let shift = UInt64(level * 8)
    let digit = Int(deadline >> shift & 0xFF)
    occupied[level * 4 + digit / 64] |= 1 << UInt64(digit % 64)
    link(node, into: level * 256 + digit, due: deadline & (~0 << shift))
  }

  /// At the end of the list.
  private mutating func link(_ node: Int, into head: Int, due: UInt64) {
    let last = nodes[head].previous
    nodes[node].due = due
    nodes[node].next = UInt32(head)
    nodes[node].previous = last
    nodes[Int(last)].next = UInt32(node)
    nodes[head].previous = UInt32(node)
  }

  private mutating func unlink(_ node: Int) {
    let next = nodes[node].next
    let previous = nodes[node].previous
    nodes[Int(previous)].next = next
    nodes[Int(next)].previous = previous
    nodes[node].next = UInt32(node)
    nodes[node].previous = UInt32(node)
    // It was the last one of a bucket.
    if next == previous, next < Self.expired {
      let head = Int(next)
      occupied[head / 64] &= ~(1 << UInt64(head % 64))
    }
  }

  private mutating func grow(to node: Int) {
    nodes.reserveCapacity(max(node + 1, nodes.count * 2))
    for new in nodes.count...node {
      nodes.append(Node(deadline: 0, due: 0, next: UInt32(new), previous: UInt32(new)))
    }
  }

  private func instant(_ ticks: UInt64) -> Instant {
    let (product, overflow) = ticks.multipliedReportingOverflow(by: Self.nanosecondsPerTick)
    return Instant(nanoseconds: overflow ? .max : product)
  }
}
