import WeirRequest

/// Writes the text format of Prometheus, version 0.0.4: families in the order of the table, workers summed.
public struct PrometheusText: Sendable {
  /// A value that the control thread knows: certificates, discovery, reloads.
  public struct Sample: Sendable {
    var metric: Metric
    var values: [String]
    var value: String

    /// - Parameter values: one for each of the metric's labels.
    public init(_ metric: Metric, _ values: [String], _ value: Int64) {
      self.metric = metric
      self.values = values
      self.value = "\(value)"
    }

    /// A time, in seconds.
    public init(_ metric: Metric, _ values: [String], nanoseconds: UInt64) {
      self.metric = metric
      self.values = values
      value = secondsText(nanoseconds)
    }
  }

  private var lines: [Metric: [String]] = [:]

  /// - Parameters:
  ///   - registry: that gave the cells.
  ///   - workers: all whose cells it gave.
  ///   - samples: what is not counted in cells.
  public init(_ registry: MetricRegistry, _ workers: [WorkerMetrics], _ samples: [Sample] = []) {
    func sum(_ cell: Int) -> UInt64 { workers.reduce(0) { $0 &+ $1.cells.load(cell) } }
    for reason in ReasonCode.allCases {
      let count = sum(CellLayout.reasons + Int(reason.rawValue))
      if count > 0 { add(.requests, [reason.text], "\(count)") }
    }
    for (index, name) in StatusClass.names.enumerated() {
      add(.responses, [name], "\(sum(CellLayout.responses + index))")
    }
    for counter in WorkerCounter.allCases {
      guard let series = counter.series else { continue }
      add(series.metric, series.values, "\(sum(CellLayout.counters + counter.rawValue))")
    }
    for (side, opened, closed) in [
      ("downstream", WorkerCounter.downstreamOpened, WorkerCounter.downstreamClosed),
      ("upstream", WorkerCounter.upstreamOpened, WorkerCounter.upstreamClosed),
    ] {
      // Closed first: what is opened in between must not make it negative.
      let gone = sum(CellLayout.counters + closed.rawValue)
      let come = sum(CellLayout.counters + opened.rawValue)
      add(.openConnections, [side], "\(come >= gone ? come - gone : 0)")
    }
    for side in ConnectionSide.allCases {
      for end in ConnectionEnd.allCases {
        add(.closedConnections, [side.name, end.name], "\(sum(WorkerMetrics.cell(end, side)))")
      }
    }
    for (number, worker) in workers.enumerated() {
      let bytes = worker.cells.load(CellLayout.counters + WorkerCounter.memoryBytes.rawValue)
      add(.memoryBytes, ["\(number)"], "\(bytes)")
    }
    addSeries(registry, workers, sum)
    for sample in samples { add(sample.metric, sample.values, sample.value) }
    add(.seriesDropped, [], "\(registry.dropped)")
  }

  private mutating func addSeries(
    _ registry: MetricRegistry, _ workers: [WorkerMetrics], _ sum: (Int) -> UInt64
  ) {
    var routeValues: [UInt64: [String]] = [:]
    for series in registry.series {
      let cell = Int(series.cell)
      switch series.metric {
      case .routeDuration: routeValues[UInt64(series.cell)] = series.values
      case .serviceDuration: addHistogram(series.metric, series.values) { sum(cell + $0) }
      default:
        guard !series.lastLabels.isEmpty else {
          add(series.metric, series.values, "\(sum(cell))")
          continue
        }
        for (index, label) in series.lastLabels.enumerated() {
          add(series.metric, series.values + [label], "\(sum(cell + index))")
        }
      }
    }
    var routes: [UInt64: [UInt64]] = [:]
    for worker in workers {
      for slot in 0..<CellLayout.routeSlotCount {
        let first = CellLayout.routeSlots + slot * CellLayout.routeSlotCells
        let name = worker.cells.load(first)
        guard name != 0 else { continue }
        var cells = routes[name] ?? Array(repeating: 0, count: Histogram.cellCount)
        for index in cells.indices { cells[index] &+= worker.cells.load(first + 1 + index) }
        routes[name] = cells
      }
    }
    for (name, cells) in routes.sorted(by: { $0.key < $1.key }) {
      guard let values = routeValues[name] else { continue }
      addHistogram(.routeDuration, values) { cells[$0] }
    }
  }

  /// Nothing for a histogram that counted nothing: there may be many.
  private mutating func addHistogram(_ metric: Metric, _ values: [String], _ cell: (Int) -> UInt64) {
    var count: UInt64 = 0
    var buckets: [String] = []
    for bucket in 0..<Histogram.bucketCount {
      count &+= cell(1 + bucket)
      let bound = Histogram.bound(bucket).map(secondsText) ?? "+Inf"
      buckets.append(
        line(metric.rawValue + "_bucket", metric.labels + ["le"], values + [bound], "\(count)"))
    }
    guard count > 0 else { return }
    lines[metric, default: []] += buckets
    lines[metric, default: []].append(line(metric.rawValue + "_sum", metric.labels, values, secondsText(cell(0))))
    lines[metric, default: []].append(line(metric.rawValue + "_count", metric.labels, values, "\(count)"))
  }

  private mutating func add(_ metric: Metric, _ values: [String], _ value: String) {
    lines[metric, default: []].append(line(metric.rawValue, metric.labels, values, value))
  }

  private func line(_ name: String, _ labels: [String], _ values: [String], _ value: String) -> String {
    let pairs = zip(labels, values).map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    return "\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(value)\n"
  }

  /// Backslash, quote and line break.
  private func escaped(_ value: String) -> String {
    var text = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  public var text: String {
    var text = ""
    for metric in Metric.allCases {
      guard let lines = lines[metric] else { continue }
      text += "# HELP \(metric.rawValue) \(metric.help)\n# TYPE \(metric.rawValue) \(metric.kind.rawValue)\n"
      for line in lines { text += line }
    }
    return text
  }
}

/// Seconds, exactly.
private func secondsText(_ nanoseconds: UInt64) -> String {
  let fraction = String(nanoseconds % 1_000_000_000)
  var digits = String(repeating: "0", count: 9 - fraction.count) + fraction
  while digits.last == "0" { digits.removeLast() }
  return "\(nanoseconds / 1_000_000_000)" + (digits.isEmpty ? "" : "." + digits)
}
