import WeirEnforcement
import WeirPolicy
import WeirRequest

/// A log of requests, one JSON object a line, read under one policy.
struct RecordedLog {
  private var lines: LineReader
  private(set) var skipped: [String: Int] = [:]

  /// - Parameter path: `-` for standard input.
  init(path: String) throws(Failure) { lines = try LineReader(path: path) }

  /// The next line that is not empty; `nil` at the end. Lines that are too long are skipped, and counted.
  mutating func next() throws(Failure) -> [UInt8]? {
    while let line = try lines.next() {
      switch line {
      case .bytes(let bytes): if !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return bytes }
      case .tooLong: skip(RequestError.Code.lineTooLong.rawValue)
      }
    }
    return nil
  }

  mutating func skip(_ reason: String) { skipped[reason, default: 0] += 1 }
}

/// Decides requests of a log with the evaluator that the proxy runs.
struct LogDecider: ~Copyable {
  struct Decision {
    let request: RecordedRequest
    let verdict: Verdict
    /// Whether the line does not tell which branch of a split was taken, and another one has another answer.
    let restsOnDraw: Bool
  }

  private let bundle: LoadedBundle
  private let decoder: RequestDecoder
  private var enforcer: Enforcer
  /// The first draw of each branch of any split.
  private let draws: [Int]

  init(_ source: PolicySource) throws(Failure) {
    do throws(LoadError) { bundle = try LoadedBundle.load(source.bundle, trust: .anybody) } catch {
      throw Failure("\(source.name): refused: \(error) [\(error.code)]")
    }
    decoder = RequestDecoder(data: DataNames(bundle.topology.dataSets))
    enforcer = Enforcer(for: bundle)
    draws = Set(bundle.topology.actions.flatMap { $0.split.map(\.weight).firstDraws }).sorted()
  }

  /// - Throws: `RequestError` for a line without a request, or one for somebody whom the policy does not have.
  mutating func decide(_ line: [UInt8]) throws(RequestError) -> Decision {
    let request = try decoder.decode(recorded: line)
    let verdict = try enforcer.decide(request.facts, under: bundle)
    return Decision(request: request, verdict: verdict, restsOnDraw: try restsOnDraw(request.facts, verdict))
  }

  /// The routes of a service's own view are told and decide nothing.
  private mutating func restsOnDraw(_ facts: RequestFacts, _ verdict: Verdict) throws(RequestError) -> Bool {
    guard facts.withheld.contains(.draw), facts.service == nil else { return false }
    var drawn = facts
    for draw in Self.draws(of: verdict.route) ?? draws where draw != facts.draw {
      drawn.draw = draw
      let other = try enforcer.decide(drawn, under: bundle)
      if (other.outcome, other.by, other.reason) != (verdict.outcome, verdict.by, verdict.reason) { return true }
    }
    return false
  }

  /// - Returns: `nil` where the route is not told, as of a request that a destination refused.
  private static func draws(of route: Verdict.Route?) -> [Int]? {
    switch route?.action {
    case .forward(_, _, let plan, _)?: plan.map(\.weight).firstDraws
    case .redirect?, .respond?: []
    case nil: nil
    }
  }
}

extension RouteAction {
  fileprivate var split: [WeightedDestination] {
    switch kind {
    case .forward(let branches, _): branches
    case .redirect, .respond: []
    }
  }
}

extension [Int] {
  /// Where each weight of a split begins among the draws.
  fileprivate var firstDraws: [Int] {
    var next = 0
    return map { weight in
      defer { next += weight }
      return next
    }
  }
}

extension RequestError {
  /// Whether the line is in order and only names somebody whom a policy does not have.
  var isUnknownPlace: Bool {
    switch code {
    case .unknownService, .unknownGateway, .unknownPort, .wrongLayer: true
    case .malformedJSON, .notAnObject, .lineTooLong, .unknownKey, .missingKey, .conflictingKeys, .wrongType,
      .invalidValue, .unknownData, .ambiguousData:
      false
    }
  }
}
