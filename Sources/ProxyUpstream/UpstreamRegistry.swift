import ProxyTransport
import Synchronization

/// Finds the line of a service, cluster or endpoint by its name, so that counts outlive the generations that use them.
///
/// One for the process; used by the control thread when it builds tables, never on the request path.
public final class UpstreamRegistry: Sendable {
  private struct Entry {
    let line: UpstreamCells.Line
    /// The line of the service that an endpoint belongs to.
    let service: UpstreamCells.Line?
  }

  private struct Table {
    weak var hold: TableHold?
    let lines: Set<UpstreamCells.Line>
  }

  private struct State {
    var entries: [String: Entry] = [:]
    var tables: [Table] = []
    /// There may be lines to free although no table has gone since they were looked for.
    var mayHaveFree = false
    var free: [UpstreamCells.Line] = []
    var used: UpstreamCells.Line = 0
  }

  public let cells: UpstreamCells
  private let linesMax: UpstreamCells.Line
  private let state = Mutex(State())

  /// - Parameter linesMax: services, subsets and endpoints together; memory is backed when touched, 128 bytes a line.
  public init?(linesMax: Int = 1 << 20) {
    guard linesMax > 0, let count = UpstreamCells.Line(exactly: linesMax), let cells = UpstreamCells(lines: linesMax)
    else { return nil }
    self.cells = cells
    self.linesMax = count
  }

  /// The line of a service.
  func service(_ name: String) throws(UpstreamError) -> UpstreamCells.Line { try line(name, service: nil) }

  /// The line of a service's subset.
  func cluster(_ service: String, _ subset: String) throws(UpstreamError) -> UpstreamCells.Line {
    try line("\(service).\(subset)", service: nil)
  }

  /// The line of an endpoint of a service.
  func endpoint(
    _ address: SocketAddress, of name: String, _ service: UpstreamCells.Line
  ) throws(UpstreamError) -> UpstreamCells.Line {
    try line("\(name) \(address)", service: service)
  }

  private func line(_ name: String, service: UpstreamCells.Line?) throws(UpstreamError) -> UpstreamCells.Line {
    let found = state.withLock { state -> UpstreamCells.Line? in
      if let entry = state.entries[name] { return entry.line }
      let line: UpstreamCells.Line
      if let free = state.free.popLast() {
        line = free
      } else {
        guard state.used < linesMax else { return nil }
        line = state.used
        state.used += 1
      }
      state.entries[name] = Entry(line: line, service: service)
      return line
    }
    guard let found else { throw .tooManyEndpoints }
    return found
  }

  /// Lines stay theirs as long as this object lives.
  func add(_ hold: TableHold, _ lines: [UpstreamCells.Line]) {
    state.withLock {
      $0.tables.append(Table(hold: hold, lines: Set(lines)))
      $0.mayHaveFree = true
    }
  }

  /// Frees the lines of endpoints that are in no table still in use and have no requests. Now and then, and not while a table is being
  /// made.
  ///
  /// - Complexity: O(1) while no table has gone; else O(names).
  public func collect() {
    state.withLock { state in
      let before = state.tables.count
      state.tables.removeAll { $0.hold == nil }
      guard state.mayHaveFree || state.tables.count < before else { return }
      let kept = state.tables.reduce(into: Set()) { $0.formUnion($1.lines) }
      state.mayHaveFree = false
      for (name, entry) in state.entries {
        guard let service = entry.service, !kept.contains(entry.line) else { continue }
        guard cells.load(entry.line, .inFlight) == 0 else {
          state.mayHaveFree = true
          continue
        }
        if cells.load(entry.line, .ejectedUntil) != 0 { cells.subtract(service, .ejected) }
        if cells.load(entry.line, .isDown) != 0 { cells.subtract(service, .unhealthy) }
        cells.clear(entry.line)
        state.entries[name] = nil
        state.free.append(entry.line)
      }
    }
  }

  /// Names that have a line.
  public var count: Int { state.withLock(\.entries.count) }
}

/// Says by its life whether a table is in use.
final class TableHold: Sendable {}

/// Why a table of upstreams cannot be built.
public enum UpstreamError: Error, Hashable, Sendable {
  /// More services, subsets and endpoints than the registry has lines.
  case tooManyEndpoints
}
