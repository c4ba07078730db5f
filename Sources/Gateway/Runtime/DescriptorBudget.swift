/// How the descriptors of the process are divided: what serves no traffic never goes without.
struct DescriptorBudget {
  /// Of clients and upstreams together, for each worker.
  let connectionsMax: Int

  /// The control threads and what they have open: signals, watches, discovery, the log, 24 connections of status and admin, files that a
  /// reload reads.
  private static let control = 72
  /// Connections of a worker, below which it is no use.
  private static let connectionsLeast = 16

  /// - Parameter limit: of the process.
  init(limit: Int, workerCount: Int, listenerCount: Int) {
    connectionsMax = max((limit - Self.reserve(limit, workerCount, listenerCount)) / workerCount, Self.connectionsLeast)
  }

  /// The least limit that will do.
  static func least(workerCount: Int, listenerCount: Int) -> Int {
    var limit = control
    while (limit - reserve(limit, workerCount, listenerCount)) / workerCount < connectionsLeast { limit += 1 }
    return limit
  }

  /// Checks of endpoints that run at once, each on a connection: a sixteenth of the limit.
  static func checksMax(limit: Int) -> Int { min(max(limit / 16, 1), 256) }

  /// What is not for connections of workers.
  private static func reserve(_ limit: Int, _ workerCount: Int, _ listenerCount: Int) -> Int {
    control + checksMax(limit: limit) + workerCount * (listenerCount + 2)
  }
}
