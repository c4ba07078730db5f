public import ProxyTransport

/// What `capacity` limits: the circuit breakers of a service, counted over all workers.
public enum Admission: BitwiseCopyable, Hashable, Sendable {
  /// Connections to its endpoints.
  case connection
  /// Requests that wait for a connection.
  case pending
  /// Requests that were sent or wait.
  case request
}

extension Upstreams {
  /// Retries that a service may have at once however few requests it has: with one request there would be no retry else.
  public static var retriesAtLeast: UInt64 { 3 }

  /// Takes a place, unless the service has as many as it may. Who was admitted leaves, once.
  public func admit(_ admission: Admission, _ service: Int32) -> Bool {
    let service = services[Int(service)]
    return cells.enter(service.line, admission.word, limit: service.limits[admission])
  }

  public func leave(_ admission: Admission, _ service: Int32) {
    cells.subtract(services[Int(service)].line, admission.word)
  }

  /// As `leave`, for what may outlive the table that admitted it: a connection.
  public func leave(_ admission: Admission, line: UpstreamCells.Line) { cells.subtract(line, admission.word) }

  /// Whether a request to the service waits for a connection, at any worker.
  public func hasPending(line: UpstreamCells.Line) -> Bool { cells.load(line, .pending) > 0 }

  /// Whether the service may have only so many connections.
  public func limitsConnections(_ service: Int32) -> Bool { services[Int(service)].limits.connections < .max }

  /// The line of a service's counts: the same in every table.
  public func line(of service: Int32) -> UpstreamCells.Line { services[Int(service)].line }

  /// Takes a place for a retry, from the decision to retry (so that those that wait count) to the end of the attempt: so many as
  /// `capacity` and the budget allow.
  ///
  /// - Parameter budget: the share of retries among the requests of the service, in hundredths of a percent.
  public func admitRetry(_ service: Int32, budget: Int) -> Bool {
    let service = services[Int(service)]
    let requests = cells.load(service.line, .requests)
    let share = requests.multipliedReportingOverflow(by: UInt64(clamping: budget)).partialValue / 10_000
    return cells.enter(service.line, .retries, limit: min(service.limits.retries, max(share, Self.retriesAtLeast)))
  }

  public func leaveRetry(_ service: Int32) { cells.subtract(services[Int(service)].line, .retries) }

  /// How many there are now; for people.
  public func count(_ admission: Admission, _ service: Int) -> Int {
    Int(cells.load(services[service].line, admission.word))
  }

  /// Retries that wait or run now; for people.
  public func retryCount(_ service: Int) -> Int { Int(cells.load(services[service].line, .retries)) }

  /// A request goes to an endpoint: least request counts it.
  public func began(_ endpoint: UpstreamCells.Line) { _ = cells.add(endpoint, .inFlight) }

  /// It has ended there.
  public func ended(_ endpoint: UpstreamCells.Line, hasFailed: Bool, after duration: Interval) {
    cells.subtract(endpoint, .inFlight)
    _ = cells.add(endpoint, .attempts)
    if hasFailed { _ = cells.add(endpoint, .failures) }
    cells.add(UInt64(max(duration.nanoseconds, 0)), endpoint, .duration)
  }
}

extension Admission {
  var word: UpstreamCells.ServiceWord {
    switch self {
    case .connection: .connections
    case .pending: .pending
    case .request: .requests
    }
  }
}

extension Upstreams.Limits {
  subscript(_ admission: Admission) -> UInt64 {
    switch admission {
    case .connection: connections
    case .pending: pending
    case .request: requests
    }
  }
}
