public import ProxyTransport

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
  /// Why the destination takes nothing; nil while it does.
  public private(set) var failure: LogFailure?

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
    failure = nil
  }

  /// Writes everything that waits. Called whenever a worker handed something over, and once a second.
  public mutating func drain(now: Instant) {
    for queue in queues {
      while let block = queue.next() {
        write(block.bytes.span.extracting(0..<block.count), block.lineCount, now)
        queue.giveBack(block)
      }
    }
  }

  private mutating func write(_ bytes: Span<UInt8>, _ lineCount: Int, _ now: Instant) {
    let isTried = retryAt <= now
    let written = isTried ? append(bytes) : 0
    // Only of a block that was cut off they have to be looked for.
    let linesWritten = written == bytes.count ? lineCount : lines(bytes, 0..<written)
    metrics.count(.logLinesWritten, by: UInt64(linesWritten))
    if isTried, written == bytes.count { failure = nil }
    guard written < bytes.count else { return }
    if isTried { retryAt = now + Self.retryInterval }
    if written > 0, bytes[written - 1] != UInt8(ascii: "\n") { isTorn = true }
    metrics.count(.logLinesDropped, by: UInt64(lineCount - linesWritten))
  }

  /// Writes as much as the destination takes, and says how much that is.
  private mutating func append(_ bytes: Span<UInt8>) -> Int {
    var written = 0
    while written < bytes.count {
      if isTorn {
        let lineBreak: InlineArray<1, UInt8> = [UInt8(ascii: "\n")]
        guard put(lineBreak.span) > 0 else { break }
        isTorn = false
      }
      let count = put(bytes.extracting(written..<bytes.count))
      guard count > 0 else { break }
      written += count
    }
    return written
  }

  private mutating func put(_ bytes: Span<UInt8>) -> Int {
    switch destination.write(bytes) {
    case .bytes(let count): return count
    case .wouldBlock, .endOfStream: failure = .full
    case .failed(let error): failure = .system(error)
    }
    return 0
  }

  /// Lines that end in a range.
  private func lines(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    var count = 0
    for index in range where bytes[index] == UInt8(ascii: "\n") { count += 1 }
    return count
  }
}

/// Why log lines are not written.
public enum LogFailure: Hashable, Sendable {
  case system(SystemError)
  /// A pipe that nobody empties.
  case full
}

extension LogFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): "\(error)"
    case .full: "nobody takes what was written"
    }
  }
}
