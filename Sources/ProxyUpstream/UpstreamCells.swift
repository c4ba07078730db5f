import ProxyTransport

/// What all workers know of upstreams: lines of counters, one for each service, cluster and endpoint, written without locks.
///
/// A line is two cache lines of eight words: what choosing an endpoint reads and writes, and what is only counted.
public struct UpstreamCells: BitwiseCopyable, Sendable {
  /// The place of a line.
  public typealias Line = UInt32

  /// The words of a service's line.
  enum ServiceWord: Int {
    case connections, pending, requests, retries
    /// Endpoints that are ejected, those whose time is over and that were not yet swept among them.
    case ejected
    /// Endpoints that failed their health checks.
    case unhealthy
  }

  /// The words of a cluster's line.
  enum ClusterWord: Int {
    /// Round robin: choices so far.
    case turns
  }

  /// The words of an endpoint's line.
  enum EndpointWord: Int {
    /// Requests that it has now.
    case inFlight
    /// Failures in a row of our side: connecting, resets, timeouts; and when the first one was.
    case localFailures, localSince
    /// Failures in a row that it answered: 5xx; and when the first one was.
    case serverFailures, serverSince
    /// Nanoseconds of the monotonic clock; 0 when it is not ejected.
    case ejectedUntil
    /// 1 when it failed its health checks.
    case isDown
    /// How often it was ejected.
    case ejections
    /// Attempts that ended, those of them that failed, and the time that they took in nanoseconds.
    case attempts, failures, duration
  }

  private let cells: AtomicCells
  private static var wordsPerLine: Int { 16 }

  /// Nil when the system has no memory for so many lines.
  init?(lines: Int) {
    guard let cells = AtomicCells(count: lines * Self.wordsPerLine, spacing: .dense) else { return nil }
    self.cells = cells
  }

  private static func index(_ line: Line, _ word: Int) -> Int { Int(line) * wordsPerLine + word }

  func load(_ line: Line, _ word: ServiceWord) -> UInt64 { cells.load(Self.index(line, word.rawValue)) }
  func load(_ line: Line, _ word: EndpointWord) -> UInt64 { cells.load(Self.index(line, word.rawValue)) }
  func store(_ value: UInt64, _ line: Line, _ word: EndpointWord) {
    cells.store(value, at: Self.index(line, word.rawValue))
  }

  /// The new value.
  func add(_ line: Line, _ word: ServiceWord) -> UInt64 { cells.add(1, to: Self.index(line, word.rawValue)) }
  func add(_ line: Line, _ word: EndpointWord) -> UInt64 { cells.add(1, to: Self.index(line, word.rawValue)) }
  func add(_ line: Line, _ word: ClusterWord) -> UInt64 { cells.add(1, to: Self.index(line, word.rawValue)) }

  func add(_ number: UInt64, _ line: Line, _ word: EndpointWord) {
    _ = cells.add(number, to: Self.index(line, word.rawValue))
  }

  func subtract(_ line: Line, _ word: ServiceWord) { cells.subtract(1, from: Self.index(line, word.rawValue)) }
  func subtract(_ line: Line, _ word: EndpointWord) { cells.subtract(1, from: Self.index(line, word.rawValue)) }

  func exchange(_ line: Line, _ word: EndpointWord, expected: UInt64, desired: UInt64) -> Bool {
    cells.exchange(Self.index(line, word.rawValue), expected: expected, desired: desired)
  }

  /// Adds one unless the word would pass `limit`: exactly so many enter, however many workers try.
  func enter(_ line: Line, _ word: ServiceWord, limit: UInt64) -> Bool {
    guard limit < .max else {
      _ = add(line, word)
      return true
    }
    var value = load(line, word)
    while value < limit {
      if cells.exchange(Self.index(line, word.rawValue), expected: value, desired: value + 1) { return true }
      value = load(line, word)
    }
    return false
  }

  /// As never used.
  func clear(_ line: Line) {
    for word in 0..<Self.wordsPerLine { cells.store(0, at: Self.index(line, word)) }
  }
}
