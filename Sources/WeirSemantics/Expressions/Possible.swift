import WeirPolicy
import WeirSource
import WeirSyntax

/// A comparison with a value that the attribute never has is a test that does nothing.
extension ExpressionChecker {
  mutating func checkPossible(_ predicate: Predicate, of reading: Reading, at span: SourceSpan) -> Bool {
    let values: [Value]
    var ranges: [ClosedRange<Int64>] = []
    switch predicate {
    case .equals(let value): values = [value]
    case .isIn(let members), .matchesAny(_, let members): values = members
    case .isInRanges(let members): (values, ranges) = ([], members)
    case .isPresent, .isInNetworks, .isUnder, .matches, .matchesRegex, .equalsAttribute, .isInAttribute, .isInData,
      .has, .hasAttribute:
      return true
    }
    for value in values {
      guard let problem = reading.attribute.problem(with: value) else { continue }
      fail(.valueNeverOccurs, at: span, problem.message, notes: problem.notes)
      return false
    }
    guard let bounds = reading.attribute.bounds else { return true }
    for range in ranges where range.lowerBound < bounds.lowerBound || range.upperBound > bounds.upperBound {
      fail(
        .valueNeverOccurs, at: span,
        "`\(reading.text)` is never \(range.lowerBound < bounds.lowerBound ? range.lowerBound : range.upperBound)",
        notes: ["it is from \(bounds.lowerBound) to \(bounds.upperBound)"])
      return false
    }
    return true
  }
}

extension Attribute {
  /// The integers that occur.
  fileprivate var bounds: ClosedRange<Int64>? {
    switch self {
    case .port, .sourcePort: 1...65_535
    case .time(.hour, _): 0...23
    case .time(.minute, _): 0...59
    case .responseStatus: 100...599
    case .method, .scheme, .host, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sni, .caller,
      .callerTrustDomain, .callerNamespace, .callerAccount, .claim, .token, .capture, .time, .responseHeader:
      nil
    }
  }

  /// Why the attribute never has this value.
  fileprivate func problem(with value: Value) -> (message: String, notes: [String])? {
    switch (self, value) {
    case (_, .int(let number)):
      guard let bounds, !bounds.contains(number) else { return nil }
      return ("this is never \(number)", ["it is from \(bounds.lowerBound) to \(bounds.upperBound)"])
    case (.scheme, .string(let text)) where text != "http" && text != "https":
      return ("there is no scheme \"\(text)\"", ["the scheme of a request is \"http\" or \"https\""])
    case (.callerTrustDomain, .string(let text)) where !SPIFFE.isTrustDomain(text):
      return ("no trust domain is \"\(text)\"", ["trust domains have lower case letters, digits, `.`, `-` and `_`"])
    case (.callerNamespace, .string(let text)) where !SPIFFE.isSegment(text),
      (.callerAccount, .string(let text)) where !SPIFFE.isSegment(text):
      return ("no caller has \"\(text)\"", ["it is a segment of an identity: letters, digits, `.`, `-` and `_`"])
    default: return nil
    }
  }
}
