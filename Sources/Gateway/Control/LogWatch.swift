import ProxyTelemetry
import ProxyTransport

/// Says once that lines of the access log are lost, and once that it is over.
struct LogWatch {
  /// Without a loss for so long, it is over.
  private static let quiet = Interval.seconds(10)

  private var dropped: UInt64 = 0
  private var before: UInt64 = 0
  private var lostAt: Instant?

  /// - Parameters:
  ///   - count: lines that were dropped so far.
  ///   - failure: why the file takes nothing now.
  /// - Returns: a line for the operator.
  mutating func look(dropped count: UInt64, _ failure: LogFailure?, at now: Instant) -> String? {
    if count > dropped || failure != nil {
      let isNew = lostAt == nil
      if isNew { before = dropped }
      dropped = count
      lostAt = now
      let cause = failure.map { "\($0)" } ?? "they come faster than they are written"
      return isNew ? "lines of the access log are dropped, requests are not: \(cause) [access_log]" : nil
    }
    guard let since = lostAt, now - since >= Self.quiet else { return nil }
    lostAt = nil
    return "the access log is written again; \(dropped - before) lines were dropped"
  }
}
