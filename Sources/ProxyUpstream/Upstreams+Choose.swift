public import ProxyTransport

extension Upstreams {
  /// An endpoint for the next attempt: by power of two choices (the one of two random endpoints that has fewer requests; Mitzenmacher
  /// 2001), or the next one in turn.
  ///
  /// Endpoints that are ejected or failed their health checks are left out, unless fewer than half of the cluster would be left: then the
  /// rest would break down under the load of all, so every endpoint is used (panic threshold). Endpoints that were tried are always left
  /// out.
  ///
  /// - Returns: an index into `endpoints`, or nil when none is left.
  /// - Complexity: O(1) while all endpoints of the service are well and none was tried; else O(endpoints of the cluster).
  public func choose(
    _ cluster: UInt32, at now: Instant, _ random: inout RandomSource, avoiding tried: TriedEndpoints = TriedEndpoints()
  ) -> UInt32? {
    let cluster = clusters[Int(cluster)]
    let service = services[Int(cluster.service)].line
    guard cluster.count > 0 else { return nil }
    guard tried.isEmpty, cells.load(service, .ejected) == 0, cells.load(service, .unhealthy) == 0 else {
      return chooseWithCare(cluster, now, &random, tried)
    }
    switch cluster.balance {
    case .roundRobin: return cluster.first + turn(cluster, among: cluster.count)
    case .p2c:
      let (left, right) = Self.two(of: cluster.count, &random)
      return lighter(cluster.first + left, cluster.first + right)
    }
  }

  private func chooseWithCare(
    _ cluster: Cluster, _ now: Instant, _ random: inout RandomSource, _ tried: TriedEndpoints
  ) -> UInt32? {
    let range = cluster.first..<(cluster.first + cluster.count)
    var available: UInt32 = 0
    var untried: UInt32 = 0
    var both: UInt32 = 0
    for index in range {
      let isAvailable = isAvailable(index, now)
      let isUntried = !tried.contains(endpoints[Int(index)].line)
      if isAvailable { available += 1 }
      if isUntried { untried += 1 }
      if isAvailable, isUntried { both += 1 }
    }
    let isPanic = available * 2 < cluster.count
    let count = isPanic ? untried : both
    guard count > 0 else { return nil }

    /// The candidate with so many before it. Others eject meanwhile: the last one seen stands in for one that is gone.
    func candidate(_ rank: UInt32) -> UInt32? {
      var rank = rank
      var last: UInt32?
      for index in range where !tried.contains(endpoints[Int(index)].line) && (isPanic || isAvailable(index, now)) {
        if rank == 0 { return index }
        rank -= 1
        last = index
      }
      return last
    }

    switch cluster.balance {
    case .roundRobin: return candidate(turn(cluster, among: count))
    case .p2c:
      let (first, second) = Self.two(of: count, &random)
      guard let left = candidate(first), let right = candidate(second) else { return nil }
      return lighter(left, right)
    }
  }

  /// Whether an endpoint is well and was not tried.
  public func mayTake(_ index: Int, at now: Instant, avoiding tried: TriedEndpoints) -> Bool {
    isAvailable(UInt32(index), now) && !tried.contains(endpoints[index].line)
  }

  /// Whether fewer than half of a service's endpoints are well, so that all of them are asked.
  ///
  /// - Complexity: O(endpoints of the service).
  public func asksAll(ofService service: Int, at now: Instant) -> Bool {
    let range = endpoints(ofService: service)
    let wellCount = range.count { isAvailable(UInt32($0), now) }
    return wellCount * 2 < range.count
  }

  private func isAvailable(_ endpoint: UInt32, _ now: Instant) -> Bool {
    let line = endpoints[Int(endpoint)].line
    return cells.load(line, .isDown) == 0 && cells.load(line, .ejectedUntil) <= now.nanoseconds
  }

  private func turn(_ cluster: Cluster, among count: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: (cells.add(cluster.line, .turns) &- 1) % UInt64(count))
  }

  private func lighter(_ left: UInt32, _ right: UInt32) -> UInt32 {
    cells.load(endpoints[Int(right)].line, .inFlight) < cells.load(endpoints[Int(left)].line, .inFlight) ? right : left
  }

  /// Two different numbers below `count`, or 0 twice.
  private static func two(of count: UInt32, _ random: inout RandomSource) -> (UInt32, UInt32) {
    guard count > 1 else { return (0, 0) }
    let first = UInt32(truncatingIfNeeded: random.next(below: UInt64(count)))
    let second = UInt32(truncatingIfNeeded: random.next(below: UInt64(count - 1)))
    return (first, second < first ? second : second + 1)
  }
}
