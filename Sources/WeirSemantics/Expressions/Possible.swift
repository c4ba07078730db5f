import HTTPCanonical
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
    case (.header, .string(let text)) where !text.isHeaderValue,
      (.responseHeader, .string(let text)) where !text.isHeaderValue:
      return (
        "no header has this value", ["values have no control characters and no blanks at their ends (RFC 9110 5.5)"]
      )
    case (.cookie, .string(let text)) where !text.isCookieValue:
      return (
        "no cookie has this value",
        ["values have no blanks, quotes, commas, semicolons, backslashes or controls (RFC 6265 4.1.1)"]
      )
    default: return nil
    }
  }
}

extension String {
  /// Whether a header can have this value, as requests are read: trimmed, without control characters.
  var isHeaderValue: Bool {
    guard case .success(let value) = Canonical.headerValue(Array(utf8)) else { return false }
    return value.elementsEqual(utf8)
  }

  /// Whether a cookie can have this value, as requests are read: octets of RFC 6265, the quotes around them taken away.
  fileprivate var isCookieValue: Bool {
    guard case .success(let values) = Canonical.cookieValues(of: Array("c".utf8), in: Array("c=\(self)".utf8)),
      let value = values.first, values.count == 1
    else { return false }
    return value.elementsEqual(utf8)
  }
}
