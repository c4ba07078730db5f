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

  private struct State {
    var entries: [String: Entry] = [:]
    var free: [UpstreamCells.Line] = []
    var used: UpstreamCells.Line = 0
  }

  public let cells: UpstreamCells
  private let linesMax: UpstreamCells.Line
  private let state = Mutex(State())

  /// - Parameter linesMax: services, subsets and endpoints together; memory is backed when touched, 64 bytes a line.
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

  /// Frees the lines of endpoints that are in none of the tables still in use and have no requests. A table built before this call and
  /// not named here must not be used afterwards.
  public func collect(keeping tables: [Upstreams]) {
    let kept = Set(tables.flatMap { $0.endpoints.map(\.line) })
    state.withLock { state in
      for (name, entry) in state.entries {
        guard let service = entry.service, !kept.contains(entry.line), cells.load(entry.line, .inFlight) == 0 else {
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

/// Why a table of upstreams cannot be built.
public enum UpstreamError: Error, Hashable, Sendable {
  /// More services, subsets and endpoints than the registry has lines.
  case tooManyEndpoints
}
