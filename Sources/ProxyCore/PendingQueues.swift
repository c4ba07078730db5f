import ProxyTransport
import ProxyUpstream

/// Exchanges that wait for a connection, by service, first come first served; linked through their slots.
struct PendingQueues {
  /// Of one service that has somebody waiting.
  private struct Queue {
    let service: UpstreamCells.Line
    var first: UInt32
    var last: UInt32
  }

  /// Few: services at their limit.
  private var queues: [Queue] = []

  var isEmpty: Bool { queues.isEmpty }

  /// Whether somebody waits for this service.
  func hasWaiters(_ service: UpstreamCells.Line) -> Bool { place(service) != nil }

  mutating func append(_ x: UInt32, _ service: UpstreamCells.Line, in exchanges: borrowing Slab<Exchange>) {
    exchanges[x].nextPending = .none
    guard let place = place(service) else {
      exchanges[x].previousPending = .none
      queues.append(Queue(service: service, first: x, last: x))
      return
    }
    let last = queues[place].last
    exchanges[x].previousPending = last
    exchanges[last].nextPending = x
    queues[place].last = x
  }

  mutating func remove(_ x: UInt32, _ service: UpstreamCells.Line, in exchanges: borrowing Slab<Exchange>) {
    guard let place = place(service) else { return }
    let next = exchanges[x].nextPending
    let previous = exchanges[x].previousPending
    if previous == .none { queues[place].first = next } else { exchanges[previous].nextPending = next }
    if next == .none { queues[place].last = previous } else { exchanges[next].previousPending = previous }
    if queues[place].first == .none { queues.remove(at: place) }
  }

  /// Who has waited longest for each service, the services by number; nil behind the last. A service whose queue ends meanwhile lets the
  /// number of the next one shrink.
  func first(_ number: Int) -> UInt32? { number < queues.count ? queues[number].first : nil }

  var count: Int { queues.count }

  private func place(_ service: UpstreamCells.Line) -> Int? {
    for index in queues.indices where queues[index].service == service { return index }
    return nil
  }
}
