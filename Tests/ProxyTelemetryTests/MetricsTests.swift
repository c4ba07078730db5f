import Foundation
import ProxyTransport
import Testing
import WeirPolicy

@testable import ProxyTelemetry

/// The root of the repository.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// A gateway, a service with two rules and a table with two routes.
func smallTopology(firstRule: String = "first") -> Topology {
  let position = Position(file: 0, line: 7, column: 1)
  var policy = Policy()
  policy.files = ["shop.weir"]
  policy.gateways = [Gateway(name: "edge", module: "m", identity: nil, hosts: [], authz: nil, position: position)]
  policy.services = [
    Service(
      name: "web", module: "m", owner: "m", identities: [],
      ports: [Service.Port(name: "", number: 80, protocol: .http, isPermissive: true, authz: 0)], endpoints: .none,
      subsets: [Service.Subset(name: "v1", labels: [])], balance: .p2c, capacity: nil, ejection: nil, health: nil,
      connectTimeoutNanoseconds: nil, idleTimeoutNanoseconds: nil, tls: nil, isExternal: false,
      isEnforcedBySidecar: false, ignoresPathCase: false, ignoresTrailingSlash: false, position: position)
  ]
  func rule(_ name: String, _ effect: Rule.Effect) -> Rule {
    Rule(
      name: name, effect: effect, isShadow: false, condition: .constant(true), until: nil, module: "m",
      annotations: Annotations(), documentation: "", position: position)
  }
  policy.authz = [
    AuthzScope(
      target: .service(0, port: 0), tokens: [], pathView: .exact,
      rules: [rule(firstRule, .allow), rule("no \"x\"", .deny)],
      singleReads: [], position: position)
  ]
  let forward = RouteAction(
    kind: .forward(
      [WeightedDestination(destination: Destination(service: 0, subset: "v1"), weight: 10_000)], sticky: nil))
  func route(_ name: String) -> Route {
    Route(
      name: name, mount: nil, condition: .constant(true), action: forward, annotations: Annotations(),
      documentation: "", module: "m", position: position)
  }
  policy.routeTables = [
    RouteTable(
      owner: .gateway(0), tokens: [], pathView: .exact, routes: [route("api"), route("otherwise")], singleReads: [],
      module: "m", position: position)
  ]
  return Topology(policy)
}

@Suite struct MetricsTests {
  private func forwarded() -> RequestRecord {
    var record = RequestRecord()
    record.decision = .allow
    record.reason = .forwarded
    record.status = 200
    (record.table, record.route, record.scope, record.rule, record.service) = (0, 1, 0, 0, 0)
    record.attempts = 2
    record.phases.ended = 12_000
    return record
  }

  @Test func workersAreSummed() throws {
    var registry = MetricRegistry()
    let cells = registry.cells(for: smallTopology())
    let workers = [try #require(WorkerMetrics()), try #require(WorkerMetrics())]
    let record = forwarded()
    for worker in workers { worker.record(record, under: cells) }
    var denied = RequestRecord()
    (denied.decision, denied.reason, denied.status) = (.deny, .rule, 403)
    (denied.scope, denied.rule, denied.isAudited, denied.shadowDiffers) = (0, 1, true, true)
    workers[1].record(denied, under: cells)
    workers[0].count(.downstreamOpened, by: 5)
    workers[1].count(.downstreamClosed, by: 2)
    let lines = PrometheusText(registry, workers).text.split(separator: "\n").map(String.init)
    for line in [
      "weir_requests_total{reason=\"forwarded\"} 2", "weir_requests_total{reason=\"rule\"} 1",
      "weir_responses_total{status=\"2xx\"} 2", "weir_responses_total{status=\"4xx\"} 1",
      "weir_rule_decisions_total{scope=\"web\",rule=\"first\",effect=\"allow\",place=\"shop.weir:7\"} 2",
      "weir_rule_decisions_total{scope=\"web\",rule=\"no \\\"x\\\"\",effect=\"deny\",place=\"shop.weir:7\"} 1",
      "weir_shadow_differences_total{scope=\"web\"} 1", "weir_audited_requests_total{scope=\"web\"} 1",
      "weir_route_requests_total{table=\"edge\",route=\"otherwise\",place=\"shop.weir:7\"} 2",
      "weir_service_requests_total{service=\"web\",status=\"2xx\"} 2", "weir_service_retries_total{service=\"web\"} 2",
      "weir_service_request_duration_seconds_bucket{service=\"web\",le=\"0.000008192\"} 0",
      "weir_service_request_duration_seconds_bucket{service=\"web\",le=\"0.000012288\"} 2",
      "weir_service_request_duration_seconds_bucket{service=\"web\",le=\"+Inf\"} 2",
      "weir_service_request_duration_seconds_sum{service=\"web\"} 0.000024",
      "weir_service_request_duration_seconds_count{service=\"web\"} 2",
      "weir_route_request_duration_seconds_count{table=\"edge\",route=\"otherwise\"} 2",
      "weir_open_connections{side=\"downstream\"} 3", "# TYPE weir_requests_total counter",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
  }

  /// What a scraper demands: each family once, its lines together, before them its help and type, no series twice.
  @Test func textIsWellFormed() throws {
    var registry = MetricRegistry()
    let cells = registry.cells(for: smallTopology())
    let worker = try #require(WorkerMetrics())
    worker.record(forwarded(), under: cells)
    let text = PrometheusText(registry, [worker], [.init(.bundle, ["ab", "1"], 1)]).text
    var family = ""
    var seen: Set<String> = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# HELP ") {
        family = String(line.split(separator: " ")[2])
        #expect(seen.insert("family " + family).inserted)
        continue
      }
      if line.hasPrefix("# TYPE ") {
        #expect(line.split(separator: " ")[2] == family)
        continue
      }
      #expect(line.hasPrefix(family))
      let end = try #require(line.lastIndex(of: " "))
      #expect(seen.insert(String(line[..<end])).inserted, "\(line)")
      #expect(Double(line[line.index(after: end)...]) != nil)
    }
    #expect(text.hasSuffix("\n"))
  }

  @Test func namesKeepTheirCells() {
    var registry = MetricRegistry()
    let first = registry.cells(for: smallTopology())
    let second = registry.cells(for: smallTopology(firstRule: "renamed"))
    let third = registry.cells(for: smallTopology())
    #expect(first.rules == third.rules && first.routes == third.routes && first.services == third.services)
    #expect(first.rules[0] != second.rules[0] && first.rules[1] == second.rules[1])
  }

  @Test func bucketsCoverTheirBounds() throws {
    for bucket in 0..<(Histogram.bucketCount - 1) {
      let bound = try #require(Histogram.bound(bucket))
      #expect(Histogram.bucket(bound) == bucket)
      #expect(Histogram.bucket(bound + 1) == bucket + 1)
    }
    #expect(Histogram.bound(Histogram.bucketCount - 1) == nil)
    #expect(Histogram.bucket(0) == 0 && Histogram.bucket(.max) == Histogram.bucketCount - 1)
    let last = try #require(Histogram.bound(Histogram.bucketCount - 2))
    #expect(last > 100_000_000_000)
  }

  @Test func routesBeyondTheFirstHaveNoHistogram() throws {
    var registry = MetricRegistry()
    let worker = try #require(WorkerMetrics())
    var topology = smallTopology()
    let route = topology.tables[0].routes[0]
    topology.tables[0].routes = (0..<1_010).map { number in
      var route = route
      route.name = "r\(number)"
      return route
    }
    let cells = registry.cells(for: topology)
    for number in 0..<1_010 {
      var record = forwarded()
      record.route = Int32(number)
      worker.record(record, under: cells)
    }
    let text = PrometheusText(registry, [worker]).text
    #expect(text.contains("weir_route_request_duration_seconds_count{table=\"edge\",route=\"r999\"} 1\n"))
    #expect(!text.contains("weir_route_request_duration_seconds_count{table=\"edge\",route=\"r1000\"}"))
    #expect(text.contains("weir_route_requests_total{table=\"edge\",route=\"r1009\",place=\"shop.weir:7\"} 1\n"))
  }

  @Test func documentationListsEveryFamily() throws {
    let page = try String(contentsOf: repository.appending(path: "docs/metrics.md"), encoding: .utf8)
    let rows = Metric.allCases.map { metric in
      let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
      return "| `\(metric.rawValue)` | \(metric.kind.rawValue) | \(labels) | \(metric.help) |"
    }
    let found = page.split(separator: "\n").map(String.init).filter { $0.hasPrefix("| `weir_") }
    #expect(found == rows)
  }
}
