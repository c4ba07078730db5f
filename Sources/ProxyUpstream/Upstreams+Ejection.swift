public import ProxyTransport

/// How an attempt ended, as far as it tells about the endpoint.
public enum AttemptOutcome: BitwiseCopyable, Hashable, Sendable {
  /// An answer other than 5xx and 429.
  case success
  /// An answer that says that the server is at fault: 5xx.
  case serverFailure
  /// No whole answer: not connected, reset, out of time. Counted apart: one 5xx does not make up for a lost connection.
  case localFailure
  /// 429: it works, and has too much to do. Neither one nor the other.
  case overload

  /// By the status of the answer.
  public init(status: UInt16) {
    self = status == 429 ? .overload : status >= 500 ? .serverFailure : .success
  }

  /// By the status of a call of gRPC: INTERNAL, UNAVAILABLE and DATA_LOSS are the server's, RESOURCE_EXHAUSTED says that it has too much
  /// to do; the others are answers.
  public init(callStatus: UInt8) {
    switch callStatus {
    case 8: self = .overload
    case 13, 14, 15: self = .serverFailure
    default: self = .success
    }
  }

  /// The endpoint is to blame.
  public var isFailure: Bool { self == .serverFailure || self == .localFailure }
}

extension Upstreams {
  /// Notes how an attempt ended. The worker whose report completes a row of failures ejects the endpoint, if so many may be ejected.
  ///
  /// - Returns: whether it was ejected now.
  @discardableResult
  public func report(
    _ outcome: AttemptOutcome, _ line: UpstreamCells.Line, ofService service: Int32, at now: Instant
  ) -> Bool {
    let service = services[Int(service)]
    guard let ejection = service.ejection else { return false }
    switch outcome {
    case .overload: return false
    case .success:
      // Written only when needed, so that the line of a good endpoint stays in every worker's cache.
      if cells.load(line, .localFailures) != 0 { cells.store(0, line, .localFailures) }
      if cells.load(line, .serverFailures) != 0 { cells.store(0, line, .serverFailures) }
      return false
    case .serverFailure:
      // It answered, so connecting to it works.
      if cells.load(line, .localFailures) != 0 { cells.store(0, line, .localFailures) }
      return count(.serverFailures, .serverSince, line, service, ejection, now)
    case .localFailure: return count(.localFailures, .localSince, line, service, ejection, now)
    }
  }

  private func count(
    _ failures: UpstreamCells.EndpointWord, _ since: UpstreamCells.EndpointWord, _ line: UpstreamCells.Line,
    _ service: Service, _ ejection: Ejection, _ now: Instant
  ) -> Bool {
    let first = Instant(nanoseconds: cells.load(line, since))
    // Two workers that begin a row at once may lose one failure of it.
    if cells.load(line, failures) == 0 || now - first > ejection.window {
      cells.store(now.nanoseconds, line, since)
      cells.store(0, line, failures)
    }
    guard cells.add(line, failures) >= ejection.errors else { return false }
    return eject(line, service, ejection, now)
  }

  private func eject(
    _ line: UpstreamCells.Line, _ service: Service, _ ejection: Ejection, _ now: Instant
  ) -> Bool {
    let until = cells.load(line, .ejectedUntil)
    // Requests that were on the way when it was ejected.
    guard until <= now.nanoseconds else { return false }
    // One whose time is over and that was not swept has its place among the ejected still.
    let takesPlace = until == 0
    if takesPlace, !cells.enter(service.line, .ejected, limit: ejection.countMax) { return false }
    guard
      cells.exchange(line, .ejectedUntil, expected: until, desired: (now + ejection.length).nanoseconds)
    else {
      // Another worker did it.
      if takesPlace { cells.subtract(service.line, .ejected) }
      return false
    }
    cells.store(0, line, .localFailures)
    cells.store(0, line, .serverFailures)
    _ = cells.add(line, .ejections)
    return true
  }

  /// Lets endpoints return whose time is over. By the control thread, now and then: they are chosen again without it, but choosing is
  /// slower and their places among the ejected stay taken.
  public func sweep(at now: Instant) {
    for service in services {
      let cluster = clusters[Int(service.cluster)]
      for endpoint in endpoints[Int(cluster.first)..<Int(cluster.first + cluster.count)] {
        let until = cells.load(endpoint.line, .ejectedUntil)
        guard until != 0, until <= now.nanoseconds,
          cells.exchange(endpoint.line, .ejectedUntil, expected: until, desired: 0)
        else { continue }
        cells.subtract(service.line, .ejected)
      }
    }
  }

  /// Notes the outcome of health checks. By one thread at a time.
  public func setHealth(_ isUp: Bool, _ line: UpstreamCells.Line, ofService service: Int32) {
    guard (cells.load(line, .isDown) == 0) != isUp else { return }
    cells.store(isUp ? 0 : 1, line, .isDown)
    if isUp {
      cells.subtract(services[Int(service)].line, .unhealthy)
    } else {
      _ = cells.add(services[Int(service)].line, .unhealthy)
    }
  }
}
