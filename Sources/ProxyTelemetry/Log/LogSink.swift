import ProxyTransport

/// The log of one worker: formats lines into a block and hands full or old blocks over. A line that finds no room is dropped and
/// counted; a request never waits for its line.
public struct LogSink: ~Copyable {
  /// A block that is not full is handed over when its first line is this old.
  public static let blockAgeMax = Interval.milliseconds(200)
  /// A path of 16 KiB fits unless most of its bytes have to be escaped.
  public static let lineBytesMax = 64 << 10

  private var buffer = LineBuffer()
  private let queue: LogQueue
  private let keepsQueries: Bool
  private var clock = LogClock()
  /// When the block has to be handed over though it is not full; `nil`: it is empty. For the worker's next timer.
  public private(set) var deadline: Instant?

  /// - Parameter keepsQueries: values of queries are logged, not masked.
  public init(_ queue: LogQueue, keepsQueries: Bool) {
    self.queue = queue
    self.keepsQueries = keepsQueries
  }

  /// Appends the line of a request that has ended.
  ///
  /// - Parameters:
  ///   - texts: places in `memory`.
  ///   - room: where in `memory` the line is written: `lineBytesMax`. A line that is longer has no path.
  ///   - names: of the generation that decided it.
  /// - Returns: whether a block was handed over: then the writer is to be woken.
  /// - Complexity: linear in the line; no allocation.
  public mutating func append(
    _ record: RequestRecord, _ texts: LogTexts, in memory: inout Memory, room: ByteRange, names: borrowing LogNames,
    now: Instant, metrics: WorkerMetrics
  ) -> Bool {
    if buffer.count >= LineBuffer.blockBytes, !handOver() {
      metrics.count(.logLinesDropped)
      return false
    }
    guard let written = write(record, texts, in: &memory, room, names) else {
      metrics.count(.logLinesDropped)
      return false
    }
    buffer.append(memory.span(written))
    if deadline == nil { deadline = now + Self.blockAgeMax }
    return buffer.count >= LineBuffer.blockBytes && handOver()
  }

  /// The line; without path and query when it is too long with them.
  private mutating func write(
    _ record: RequestRecord, _ texts: LogTexts, in memory: inout Memory, _ room: ByteRange, _ names: borrowing LogNames
  ) -> ByteRange? {
    var line = LogLine(record, texts, keepsQueries: keepsQueries, in: room)
    if let written = line.write(names, &clock, in: &memory) { return written }
    var less = texts
    less.target = .empty
    var shorter = LogLine(record, less, keepsQueries: keepsQueries, in: room)
    return shorter.write(names, &clock, in: &memory)
  }

  /// Hands over what is old enough; at the end of a worker, everything.
  ///
  /// - Returns: as `append`.
  public mutating func flush(now: Instant) -> Bool {
    guard let deadline, deadline <= now else { return false }
    guard handOver() else {
      self.deadline = now + Self.blockAgeMax
      return false
    }
    return true
  }

  private mutating func handOver() -> Bool {
    guard queue.take(&buffer) else { return false }
    deadline = nil
    return true
  }
}
