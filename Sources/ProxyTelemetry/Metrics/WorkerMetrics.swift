import ProxyTransport
import WeirRequest

/// The cells of one worker: it alone writes them, whoever scrapes reads them. A handle without reference counts.
public struct WorkerMetrics: BitwiseCopyable, Sendable {
  let cells: AtomicCells

  /// - Returns: `nil` when the system has no memory for the mapping.
  public init?() {
    guard let cells = AtomicCells(count: MetricRegistry.cellCount, spacing: .dense) else { return nil }
    self.cells = cells
  }

  public func count(_ counter: WorkerCounter, by number: UInt64 = 1) {
    cells.bump(CellLayout.counters + counter.rawValue, by: number)
  }

  /// What was counted, or set, so far.
  public func value(of counter: WorkerCounter) -> UInt64 { cells.load(CellLayout.counters + counter.rawValue) }

  /// Sets what is a gauge.
  public func set(_ counter: WorkerCounter, to value: UInt64) {
    cells.store(value, at: CellLayout.counters + counter.rawValue)
  }

  /// Counts a connection that was closed.
  public func count(_ end: ConnectionEnd, _ side: ConnectionSide) {
    count(side == .downstream ? .downstreamClosed : .upstreamClosed)
    cells.bump(Self.cell(end, side))
  }

  /// Counts a handshake that failed.
  ///
  /// - Parameter failure: a number below 64; what it means, whoever reads it knows.
  public func countHandshake(_ failure: UInt8, _ side: ConnectionSide) { cells.bump(Self.cell(failure, side)) }

  /// How many handshakes failed so.
  public func handshakes(_ failure: UInt8, _ side: ConnectionSide) -> UInt64 { cells.load(Self.cell(failure, side)) }

  /// How many connections were closed so.
  public func connections(endedBy end: ConnectionEnd, _ side: ConnectionSide) -> UInt64 {
    cells.load(Self.cell(end, side))
  }

  static func cell(_ end: ConnectionEnd, _ side: ConnectionSide) -> Int {
    CellLayout.ends + Int(side.rawValue) * CellLayout.endCells + Int(end.rawValue)
  }

  private static func cell(_ failure: UInt8, _ side: ConnectionSide) -> Int {
    CellLayout.handshakeFailures + Int(side.rawValue) * CellLayout.handshakeFailureCells
      + Int(failure) % CellLayout.handshakeFailureCells
  }

  /// Counts one request that has ended.
  ///
  /// - Parameter policy: the cells of the generation that decided it.
  /// - Complexity: constant, no allocation, no reference counting.
  public func record(_ record: RequestRecord, under policy: borrowing PolicyCells) {
    cells.bump(CellLayout.reasons + Int(record.reason.rawValue))
    cells.bump(CellLayout.responses + StatusClass.index(record.status))
    if record.scope >= 0 {
      let scope = Int(record.scope)
      if record.rule >= 0 { cells.bump(Int(policy.rules[policy.firstRule[scope] + Int(record.rule)])) }
      if record.shadowDiffers { cells.bump(Int(policy.shadows[scope])) }
      if record.isAudited { cells.bump(Int(policy.audits[scope])) }
    }
    if record.table >= 0, record.route >= 0 {
      let route = policy.firstRoute[Int(record.table)] + Int(record.route)
      cells.bump(Int(policy.routes[route]))
      addRoute(policy.routeNames[route], record.phases.ended)
    }
    guard record.service >= 0, record.attempts > 0 else { return }
    let service = Int(record.service)
    // The status of a local reply is not one of the service.
    let status = record.reason == .forwarded ? StatusClass.index(record.status) : 0
    cells.bump(Int(policy.services[service]) + status)
    if record.attempts > 1 { cells.bump(Int(policy.retries[service]), by: UInt64(record.attempts - 1)) }
    add(record.phases.ended, at: Int(policy.durations[service]))
    if let call = record.call { cells.bump(Int(policy.calls[service]) + CallStatus.index(call)) }
  }

  private func add(_ nanoseconds: UInt64, at histogram: Int) {
    cells.bump(histogram, by: nanoseconds)
    cells.bump(histogram + 1 + Histogram.bucket(nanoseconds))
  }

  /// The histogram of a route begins with its first request, for the first routes that have one.
  private func addRoute(_ name: UInt32, _ nanoseconds: UInt64) {
    guard name != CellLayout.nobody else { return }
    var slot = Int(name &* 0x9E37_79B1) & (CellLayout.routeSlotCount - 1)
    while true {
      let first = CellLayout.routeSlots + slot * CellLayout.routeSlotCells
      let owner = cells.load(first)
      if owner == 0 {
        guard cells.load(CellLayout.routesUsed) < UInt64(CellLayout.routesMax) else { return }
        cells.bump(CellLayout.routesUsed)
        cells.store(UInt64(name), at: first)
      }
      if owner == 0 || owner == UInt64(name) { return add(nanoseconds, at: first + 1) }
      slot = (slot + 1) & (CellLayout.routeSlotCount - 1)
    }
  }
}
