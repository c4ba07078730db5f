import ProxyTransport

/// Where log lines are written.
public protocol LogDestination: ~Copyable {
  /// Appends bytes and says how many; fewer than given when the destination is full.
  mutating func write(_ bytes: Span<UInt8>) -> Transfer
}

extension AppendOnlyFile: LogDestination {}

/// Writes blocks of log lines. What a destination does not take is dropped and counted, and tried again a second later: a full disk
/// costs lines, never requests.
public struct LogOutput<Destination: LogDestination & ~Copyable>: ~Copyable {
  /// How long a destination that failed is left alone.
  static var retryInterval: Interval { .seconds(1) }

  private(set) var destination: Destination
  private let queues: [LogQueue]
  /// Cells of the writing thread's own.
  private let metrics: WorkerMetrics
  private var retryAt = Instant.zero
  /// A line was cut off: the next block begins on a new one.
  private var isTorn = false

  public init(_ destination: consuming Destination, queues: [LogQueue], metrics: WorkerMetrics) {
    self.destination = destination
    self.queues = queues
    self.metrics = metrics
  }

  /// Writes to another destination from now on.
  public mutating func write(to other: consuming Destination) {
    destination = other
    retryAt = .zero
    isTorn = false
  }

  /// Writes everything that waits. Called whenever a worker handed something over, and once a second.
  public mutating func drain(now: Instant) {
    for queue in queues {
      while let block = queue.next() {
        write(block.bytes.span.extracting(0..<block.count), now)
        queue.giveBack(block)
      }
    }
  }

  private mutating func write(_ bytes: Span<UInt8>, _ now: Instant) {
    var written = 0
    while retryAt <= now, written < bytes.count {
      if isTorn {
        let lineBreak: InlineArray<1, UInt8> = [UInt8(ascii: "\n")]
        guard case .bytes(1) = destination.write(lineBreak.span) else { break }
        isTorn = false
      }
      guard case .bytes(let count) = destination.write(bytes.extracting(written..<bytes.count)), count > 0 else {
        break
      }
      written += count
    }
    guard written < bytes.count else { return }
    if retryAt <= now { retryAt = now + Self.retryInterval }
    if written > 0, bytes[written - 1] != UInt8(ascii: "\n") { isTorn = true }
    var dropped: UInt64 = 0
    for index in written..<bytes.count where bytes[index] == UInt8(ascii: "\n") { dropped += 1 }
    metrics.count(.logLinesDropped, by: dropped)
  }
}
