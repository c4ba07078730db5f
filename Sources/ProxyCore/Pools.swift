import ProxyTransport
import ProxyUpstream

/// The upstream connections of a worker that wait for a request, by endpoint: last in, first out, so that the warmest is used and the
/// others can go.
///
/// An endpoint is one of a service: two services at one address share no connection, since they may differ in what TLS demands.
struct Pools {
  private struct Pool {
    var firstIdle = UInt32.none
    /// HTTP/2: connections that take requests.
    var shared: InlineArray<2, UInt32> = [.none, .none]
    /// The table that named the endpoint last.
    var table: UInt64 = 0
  }

  /// By the endpoint's line.
  private var pools: [Pool] = []

  /// Makes room for the endpoints of a table.
  mutating func adopt(_ upstreams: borrowing Upstreams) {
    for endpoint in upstreams.endpoints {
      let line = Int(endpoint.line)
      while pools.count <= line { pools.append(Pool()) }
      pools[line].table = upstreams.number
    }
  }

  /// The next endpoint with connections that the table in force does not name, from a line that begins with 0.
  func nextFormer(_ number: UInt64, from line: inout UInt32) -> UInt32? {
    while Int(line) < pools.count {
      let pool = Int(line)
      line += 1
      let hasConnections =
        pools[pool].firstIdle != .none || pools[pool].shared[0] != .none || pools[pool].shared[1] != .none
      if pools[pool].table != number, hasConnections { return UInt32(pool) }
    }
    return nil
  }

  /// Whether the table that is in force names the endpoint.
  func isCurrent(_ line: UInt32, _ number: UInt64) -> Bool { pools[Int(line)].table == number }

  /// One of the two connections that many exchanges share, or `none`.
  func shared(_ line: UInt32, _ place: Int) -> UInt32 { pools[Int(line)].shared[place] }

  func hasRoomToShare(_ line: UInt32) -> Bool {
    pools[Int(line)].shared[0] == .none || pools[Int(line)].shared[1] == .none
  }

  mutating func share(_ c: UInt32, in connections: borrowing Slab<Connection>) {
    let line = Int(connections[c].pool)
    pools[line].shared[pools[line].shared[0] == .none ? 0 : 1] = c
  }

  mutating func unshare(_ c: UInt32, in connections: borrowing Slab<Connection>) {
    let line = Int(connections[c].pool)
    for place in 0..<2 where pools[line].shared[place] == c { pools[line].shared[place] = .none }
  }

  mutating func push(_ c: UInt32, in connections: borrowing Slab<Connection>) {
    let pool = Int(connections[c].pool)
    let next = pools[pool].firstIdle
    connections[c].nextIdle = next
    connections[c].previousIdle = .none
    if next != .none { connections[next].previousIdle = c }
    connections[c].flags.insert(.isPooled)
    pools[pool].firstIdle = c
  }

  mutating func pop(_ line: UInt32, in connections: borrowing Slab<Connection>) -> UInt32? {
    let c = pools[Int(line)].firstIdle
    guard c != .none else { return nil }
    remove(c, in: connections)
    return c
  }

  mutating func remove(_ c: UInt32, in connections: borrowing Slab<Connection>) {
    let next = connections[c].nextIdle
    let previous = connections[c].previousIdle
    if previous == .none {
      pools[Int(connections[c].pool)].firstIdle = next
    } else {
      connections[previous].nextIdle = next
    }
    if next != .none { connections[next].previousIdle = previous }
    connections[c].flags.remove(.isPooled)
  }
}
