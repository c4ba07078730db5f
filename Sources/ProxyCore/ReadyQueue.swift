import ProxyTransport

/// The connections that have something to do, first come first served, linked through their slots.
struct ReadyQueue {
  private var first = UInt32.none
  private var last = UInt32.none

  var isEmpty: Bool { first == .none }

  mutating func append(_ index: UInt32, in connections: borrowing Slab<Connection>) {
    guard !connections[index].flags.contains(.isQueued) else { return }
    connections[index].flags.insert(.isQueued)
    connections[index].nextReady = .none
    if last == .none { first = index } else { connections[last].nextReady = index }
    last = index
  }

  mutating func popFirst(in connections: borrowing Slab<Connection>) -> UInt32? {
    guard first != .none else { return nil }
    let index = first
    first = connections[index].nextReady
    if first == .none { last = .none }
    connections[index].flags.remove(.isQueued)
    return index
  }
}
