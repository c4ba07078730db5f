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
  private let bundle: LoadedBundle
  private let decoder: RequestDecoder
  private var enforcer: Enforcer

  init(_ source: PolicySource) throws(Failure) {
    do throws(LoadError) { bundle = try LoadedBundle.load(source.bundle, trust: .anybody) } catch {
      throw Failure("\(source.name): refused: \(error) [\(error.code)]")
    }
    decoder = RequestDecoder(data: DataNames(bundle.topology.dataSets))
    enforcer = Enforcer(for: bundle)
  }

  /// - Throws: `RequestError` for a line without a request, or one for somebody whom the policy does not have.
  mutating func decide(_ line: [UInt8]) throws(RequestError) -> (request: RecordedRequest, verdict: Verdict) {
    let request = try decoder.decode(recorded: line)
    return (request, try enforcer.decide(request.facts, under: bundle))
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
