import ProxyTelemetry
import ProxyTransport
import WeirPolicy

/// Where the requests of one generation are counted, and by which names they are told.
public struct GenerationTelemetry: Sendable {
  let cells: PolicyCells
  let names: LogNames

  /// - Parameter registry: gives names their cells, and the same names the same cells in every generation.
  public init(_ topology: Topology, identity: String, generation: UInt64, in registry: inout MetricRegistry) {
    cells = registry.cells(for: topology)
    names = LogNames(topology, identity: identity, generation: generation)
  }
}

/// Where one worker counts, and where its lines go.
public struct WorkerTelemetry: ~Copyable {
  let metrics: WorkerMetrics
  /// `nil`: no access log.
  var log: LogSink?

  public init(metrics: WorkerMetrics, log: consuming LogSink?) {
    self.metrics = metrics
    self.log = log
  }

  /// When lines have to be handed over though nothing happens.
  var deadline: Instant? {
    switch log {
    case .some(let log): log.deadline
    case .none: nil
    }
  }

  var hasLog: Bool {
    switch log {
    case .some: true
    case .none: false
    }
  }
}
