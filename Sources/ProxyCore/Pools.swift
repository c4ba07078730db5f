import ProxyTransport

/// The upstream connections of a worker that wait for a request, by endpoint: last in, first out, so that the warmest is used and the
/// others can go.
struct Pools {
  struct Pool {
    let endpoint: ForwardingPlan.Endpoint
    /// Which set of TLS contexts its connections are made with; 0 for clear text.
    let contexts: UInt64
    var firstIdle = UInt32.none
    var idleCount: UInt32 = 0
    var openCount: UInt32 = 0
  }

  private var pools: [Pool] = []

  /// The pools of the endpoints of a plan, those that exist already among them.
  ///
  /// Whoever is verified in another way, or is shown another certificate, has another pool.
  ///
  /// Complexity: quadratic in the number of different endpoints; off the request path.
  mutating func adopt(_ plan: borrowing ForwardingPlan, contexts: UInt64) -> [UInt32] {
    plan.endpoints.map { endpoint in
      let contexts = endpoint.tls == nil ? 0 : contexts
      let known = pools.firstIndex { $0.endpoint == endpoint && $0.contexts == contexts }
      if let known { return UInt32(known) }
      pools.append(Pool(endpoint: endpoint, contexts: contexts))
      return UInt32(pools.count - 1)
    }
  }

  subscript(index: UInt32) -> Pool {
    get { pools[Int(index)] }
    set { pools[Int(index)] = newValue }
  }

  mutating func push(_ c: UInt32, in connections: borrowing Slab<Connection>) {
    let pool = Int(connections[c].pool)
    let next = pools[pool].firstIdle
    connections[c].nextIdle = next
    connections[c].previousIdle = .none
    if next != .none { connections[next].previousIdle = c }
    connections[c].flags.insert(.isPooled)
    pools[pool].firstIdle = c
    pools[pool].idleCount += 1
  }

  mutating func pop(_ pool: UInt32, in connections: borrowing Slab<Connection>) -> UInt32? {
    let c = pools[Int(pool)].firstIdle
    guard c != .none else { return nil }
    remove(c, in: connections)
    return c
  }

  mutating func remove(_ c: UInt32, in connections: borrowing Slab<Connection>) {
    let pool = Int(connections[c].pool)
    let next = connections[c].nextIdle
    let previous = connections[c].previousIdle
    if previous == .none { pools[pool].firstIdle = next } else { connections[previous].nextIdle = next }
    if next != .none { connections[next].previousIdle = previous }
    connections[c].flags.remove(.isPooled)
    pools[pool].idleCount -= 1
  }

  mutating func opened(_ pool: UInt32) { pools[Int(pool)].openCount += 1 }
  mutating func closed(_ pool: UInt32) { pools[Int(pool)].openCount -= 1 }
}
