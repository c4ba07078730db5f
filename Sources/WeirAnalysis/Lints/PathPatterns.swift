import WeirPolicy

extension Predicate {
  /// Patterns of which a path fits one exactly where this is true of it; `nil` where that cannot be said in few of them.
  var pathPatterns: [SegmentPattern]? {
    switch self {
    case .equals(.string(let text)): return [.path(text, rest: .none)]
    case .isIn(let values): return Self.patterns(values)
    case .isUnder(let text): return [text == "/" ? .everyPath : .path(text, rest: .any(name: nil))]
    case .matches(let pattern): return [pattern]
    case .matchesAny(let patterns, let values): return Self.patterns(values).map { patterns + $0 }
    case .isPresent: return [.everyPath]
    case .equals, .isInRanges, .isInNetworks, .matchesRegex, .equalsAttribute, .isInAttribute, .isInData, .has,
      .hasAttribute:
      return nil
    }
  }

  private static let patternsMax = 64

  private static func patterns(_ values: [Value]) -> [SegmentPattern]? {
    guard values.count <= patternsMax else { return nil }
    let texts = values.compactMap { value in if case .string(let text) = value { text } else { nil } }
    return texts.count == values.count ? texts.map { .path($0, rest: .none) } : nil
  }
}

extension SegmentPattern {
  static let everyPath = SegmentPattern(prefix: "", segments: [], rest: .any(name: nil), text: "")

  /// The segments of a path word for word.
  static func path(_ text: String, rest: Rest) -> SegmentPattern {
    let pieces = text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return SegmentPattern(
      prefix: "", segments: pieces.map { .literal(String(decoding: $0, as: UTF8.self)) }, rest: rest, text: "")
  }

  /// A pattern that every path fits, as the view shows it, which fits this one as it is.
  func seen(in view: PathView) -> SegmentPattern {
    var result = self
    if view.ignoresCase {
      result.segments = segments.map { segment in
        if case .literal(let text) = segment { .literal(text.asciiLowercased) } else { segment }
      }
    }
    if view.ignoresTrailingSlash, segments.count > 1, segments.last == .literal("") { result.segments.removeLast() }
    return result
  }

  /// The paths that fit this pattern as the view shows them, without their first slash; its literals are spelled as the view
  /// has them.
  func regex(seenIn view: PathView) -> String {
    var text = segments.map { segment in
      switch segment {
      case .literal(let literal): literal.regex(ignoringCase: view.ignoresCase)
      case .capture: "[^/]+"
      }
    }.joined(separator: "/")
    switch rest {
    case .any: text += segments.isEmpty ? ".*" : "(/.*)?"
    case .none: if view.ignoresTrailingSlash, segments != [.literal("")] { text += "/?" }
    }
    return text
  }
}

extension String {
  fileprivate var asciiLowercased: String {
    String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
  }

  /// A regex for this text alone.
  fileprivate func regex(ignoringCase: Bool) -> String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "a"..."z" where ignoringCase: result += "[\(scalar)\(scalar.properties.uppercaseMapping)]"
      case "a"..."z", "A"..."Z", "0"..."9", "_": result.unicodeScalars.append(scalar)
      default: result += scalar.isASCII ? "\\\(scalar)" : "\(scalar)"
      }
    }
    return result
  }
}

extension Condition {
  /// Of a request whose path is seen as it is: that it fits one of the patterns as the view shows it.
  static func path(fits patterns: [SegmentPattern], seenIn view: PathView) -> Condition {
    .or(
      patterns.map { pattern in
        .holds(.path, view == .exact ? .matches(pattern) : .matchesRegex("/" + pattern.regex(seenIn: view)))
      })
  }
}
