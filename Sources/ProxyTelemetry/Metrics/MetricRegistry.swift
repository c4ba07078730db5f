import WeirPolicy
import WeirRequest

/// Gives series their cells: the same cells for the same name in every generation, so that counters go on when a policy is replaced.
///
/// The control thread's own. Workers know cells by number: see `PolicyCells`.
public struct MetricRegistry: Sendable {
  /// A name and where its cells begin.
  struct Series: Sendable {
    var metric: Metric
    var values: [String]
    var cell: UInt32
    /// For what has a cell for each of several values of the last label.
    var lastLabels: [String]
  }

  private struct Key: Hashable {
    var metric: Metric
    var values: [String]
  }

  /// Cells of a worker. Untouched ones cost nothing.
  public static let cellCount = 1 << 20

  private var known: [Key: UInt32] = [:]
  private(set) var series: [Series] = []
  private var nextCell = CellLayout.firstFree
  /// Series that had no room.
  private(set) var dropped: UInt64 = 0

  public init() {}

  /// The cells of everything that a policy names.
  ///
  /// - Complexity: linear in the topology.
  public mutating func cells(for topology: Topology) -> PolicyCells {
    var cells = PolicyCells()
    for scope in topology.scopes {
      let name = topology.name(of: scope.target)
      cells.shadows.append(cell(.shadowDifferences, [name]))
      cells.audits.append(cell(.auditedRequests, [name]))
      cells.firstRule.append(cells.rules.count)
      for rule in scope.rules {
        let effect = (rule.isShadow ? "shadow " : "") + "\(rule.effect)"
        cells.rules.append(cell(.ruleDecisions, [name, rule.name, effect, topology.place(of: rule.position)]))
      }
    }
    for table in topology.tables {
      let name = topology.name(of: table.owner)
      cells.firstRoute.append(cells.routes.count)
      for route in table.routes {
        cells.routes.append(cell(.routeRequests, [name, route.name, topology.place(of: route.position)]))
        cells.routeNames.append(routeName([name, route.name]))
      }
    }
    for service in topology.services {
      cells.services.append(cell(.serviceRequests, [service.name], lastLabels: StatusClass.names))
      cells.retries.append(cell(.serviceRetries, [service.name]))
      let takesCalls = service.ports.contains { $0.protocol == .grpc }
      cells.calls.append(
        takesCalls ? cell(.serviceCalls, [service.name], lastLabels: CallStatus.names) : CellLayout.nobody)
      cells.durations.append(cell(.serviceDuration, [service.name], count: Histogram.cellCount))
    }
    return cells
  }

  /// What a route is called in the table of route histograms; 0 is nobody.
  private mutating func routeName(_ values: [String]) -> UInt32 { cell(.routeDuration, values, count: 1) }

  private mutating func cell(
    _ metric: Metric, _ values: [String], lastLabels: [String] = [], count: Int = 1
  ) -> UInt32 {
    let key = Key(metric: metric, values: values)
    if let known = known[key] { return known }
    let wanted = max(count, lastLabels.count)
    guard nextCell + wanted <= Self.cellCount else {
      dropped += 1
      return CellLayout.nobody
    }
    let cell = UInt32(nextCell)
    nextCell += wanted
    known[key] = cell
    series.append(Series(metric: metric, values: values, cell: cell, lastLabels: lastLabels))
    return cell
  }
}

/// The cells of one policy, by its indices. Immutable; the generation that holds the bundle holds them.
public struct PolicyCells: Sendable {
  /// By scope: where its rules begin in `rules`.
  var firstRule: [Int] = []
  var rules: [UInt32] = []
  var shadows: [UInt32] = []
  var audits: [UInt32] = []
  /// By table: where its routes begin in `routes`.
  var firstRoute: [Int] = []
  var routes: [UInt32] = []
  var routeNames: [UInt32] = []
  /// By service: cells of status classes.
  var services: [UInt32] = []
  var retries: [UInt32] = []
  var durations: [UInt32] = []
  /// By service: cells of statuses of gRPC.
  var calls: [UInt32] = []
}

/// What lies at fixed places among the cells of a worker.
enum CellLayout {
  /// Written for series without room, shown by nobody. Room for a histogram.
  static let nobody: UInt32 = 0
  static let reasons = Histogram.cellCount
  static let responses = reasons + 256
  static let counters = responses + StatusClass.names.count
  /// By side: connections by their end, handshakes by the number of their failure.
  static let ends = counters + 64
  static let endCells = 16
  static let handshakeFailures = ends + ConnectionSide.allCases.count * endCells
  static let handshakeFailureCells = 64
  /// Histograms of routes: an open-addressed table, each with the name of its route before it.
  static let routeSlots = handshakeFailures + ConnectionSide.allCases.count * handshakeFailureCells
  static let routeSlotCount = 2_048
  static let routeSlotCells = Histogram.cellCount + 1
  /// At most that many are used.
  static let routesMax = 1_000
  /// How many are.
  static let routesUsed = routeSlots + routeSlotCount * routeSlotCells
  static let firstFree = routesUsed + 1
}
