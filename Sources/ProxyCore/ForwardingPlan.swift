import ProxyTransport
import ProxyUpstream
import WeirPolicy

/// What the routes of a bundle say about attempts, as numbers: looked up once when the generation is built.
struct ForwardingPlan: Sendable {
  /// When a failed attempt is made again.
  struct RetryPlan: BitwiseCopyable, Sendable {
    /// The first included.
    var tries: UInt8
    var onConnectFailure = false
    var onReset = false
    var onTimeout = false
    /// A stretch of `statuses`.
    var firstStatus: UInt32
    var statusCount: UInt32
    /// Statuses of gRPC, a bit each.
    var callStatuses: UInt32 = 0
    var perTryTimeout: Interval?
    var backoff: Backoff
    /// Hundredths of a percent of the service's requests.
    var budget: Int
    /// Methods that are not idempotent, too.
    var evenUnsafe: Bool
    /// The program has a condition over the response.
    var isConditional: Bool
  }

  struct StatusRange: BitwiseCopyable, Sendable {
    var first: UInt16
    var last: UInt16
  }

  /// By the topology's index.
  private(set) var retries: [RetryPlan] = []
  private(set) var statuses: [StatusRange] = []
  /// By the retry's index: the field whose presence makes a request safe to repeat; empty for none.
  private(set) var idempotencyFields: [[UInt8]] = []

  /// By service: an upstream of the worker's `TLSContextSet`; -1 for clear text.
  private(set) var secured: [Int32] = []

  /// By service: its endpoints speak HTTP/2.
  private(set) var multiplexed: [Bool] = []

  /// - Parameter tls: upstreams of the `TLSContextSet` that this plan goes with, by the name of the service.
  init(_ topology: Topology, tls: [String: Int]) {
    secured = topology.services.map { tls[$0.name].map { Int32(clamping: $0) } ?? -1 }
    multiplexed = topology.services.map(\.speaksHTTP2)
    for retry in topology.retries {
      var plan = RetryPlan(
        tries: UInt8(clamping: retry.tries), firstStatus: UInt32(statuses.count), statusCount: 0,
        perTryTimeout: retry.perTryTimeoutNanoseconds.map { Interval(nanoseconds: $0) },
        backoff: Backoff(
          least: Interval(nanoseconds: retry.backoffMinNanoseconds),
          most: Interval(nanoseconds: retry.backoffMaxNanoseconds)),
        budget: retry.budget, evenUnsafe: retry.evenUnsafe, isConditional: retry.isConditional)
      for cause in retry.causes {
        switch cause {
        case .connectFailure: plan.onConnectFailure = true
        case .reset: plan.onReset = true
        case .timeout: plan.onTimeout = true
        case .status(let range):
          statuses.append(
            StatusRange(first: UInt16(clamping: range.lowerBound), last: UInt16(clamping: range.upperBound)))
          plan.statusCount += 1
        case .grpc(let status): plan.callStatuses |= 1 << UInt32(status)
        }
      }
      retries.append(plan)
      idempotencyFields.append(Array((retry.idempotencyHeader ?? "").utf8))
    }
  }

  /// How the endpoints of a service are connected to; `nil`: in clear text.
  func tls(ofService service: Int32) -> Int? { secured[Int(service)] < 0 ? nil : Int(secured[Int(service)]) }

  /// Whether the endpoints of a service speak HTTP/2.
  func speaksHTTP2(_ service: Int32) -> Bool { multiplexed[Int(service)] }

  func retry(_ index: Int32) -> RetryPlan? { index < 0 ? nil : retries[Int(index)] }

  func includes(_ status: UInt16, in retry: RetryPlan) -> Bool {
    for index in Int(retry.firstStatus)..<Int(retry.firstStatus + retry.statusCount)
    where statuses[index].first <= status && status <= statuses[index].last {
      return true
    }
    return false
  }
}
