import ProxyTransport
import ProxyUpstream

/// The endpoints of a generation as its exchanges use them.
///
/// Noncopyable, so that choosing one copies no array: each copy would count references, twice a request and endpoint.
struct UpstreamTable: ~Copyable {
  private let table: Upstreams

  init(_ table: Upstreams) { self.table = table }

  var number: UInt64 { table.number }

  func cluster(service: Int32, subset: Int32) -> UInt32 { table.cluster(service: service, subset: subset) }

  /// An endpoint for the next attempt; `nil` when none is left.
  func choose(
    _ cluster: UInt32, at now: Instant, _ random: inout RandomSource, avoiding tried: TriedEndpoints = TriedEndpoints()
  ) -> Endpoint? {
    table.choose(cluster, at: now, &random, avoiding: tried).map { table.endpoints[Int($0)] }
  }

  func endpoints(ofService service: Int32) -> Range<Int> { table.endpoints(ofService: Int(service)) }
  func endpoints(ofCluster cluster: UInt32) -> Range<Int> { table.endpoints(ofCluster: cluster) }
  subscript(index: Int) -> Endpoint { table.endpoints[index] }

  /// Whether the endpoint may be chosen for the next attempt.
  func mayTake(_ index: Int, at now: Instant, avoiding tried: TriedEndpoints) -> Bool {
    table.mayTake(index, at: now, avoiding: tried)
  }

  func connectTimeout(ofService service: Int32) -> Interval? { table.services[Int(service)].connectTimeout }

  func admit(_ admission: Admission, _ service: Int32) -> Bool { table.admit(admission, service) }
  func leave(_ admission: Admission, _ service: Int32) { table.leave(admission, service) }
  func leave(_ admission: Admission, line: UpstreamCells.Line) { table.leave(admission, line: line) }
  func admitRetry(_ service: Int32, budget: Int) -> Bool { table.admitRetry(service, budget: budget) }
  func leaveRetry(_ service: Int32) { table.leaveRetry(service) }
  func hasPending(line: UpstreamCells.Line) -> Bool { table.hasPending(line: line) }
  func limitsConnections(_ service: Int32) -> Bool { table.limitsConnections(service) }
  func line(of service: Int32) -> UpstreamCells.Line { table.line(of: service) }

  func began(_ endpoint: UpstreamCells.Line) { table.began(endpoint) }
  func ended(_ endpoint: UpstreamCells.Line, hasFailed: Bool, after duration: Interval) {
    table.ended(endpoint, hasFailed: hasFailed, after: duration)
  }

  func report(_ outcome: AttemptOutcome, _ line: UpstreamCells.Line, ofService service: Int32, at now: Instant) {
    table.report(outcome, line, ofService: service, at: now)
  }
}
