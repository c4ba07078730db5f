import WeirPolicy

extension SegmentPattern {
  /// What each piece matched, or `nil` when the pattern does not cover `text`.
  struct Match {
    var segments: [String]
    var rest: String?
  }

  /// The segments after the prefix, split as the type's doc comment says.
  func split(_ text: String) -> [String]? {
    guard text.utf8.starts(with: prefix.utf8) else { return nil }
    let tail = text.utf8.dropFirst(prefix.utf8.count)
    guard tail.first == UInt8(ascii: "/") else { return nil }
    return tail.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Compares segment by segment.
  func match(_ text: String) -> Match? {
    guard let parts = split(text), parts.count >= segments.count else { return nil }
    for (part, segment) in zip(parts, segments) {
      switch segment {
      case .literal(let literal): guard Array(part.utf8) == Array(literal.utf8) else { return nil }
      case .capture: guard !part.isEmpty else { return nil }
      }
    }
    let remaining = parts.dropFirst(segments.count)
    switch rest {
    case .none:
      guard remaining.isEmpty else { return nil }
      return Match(segments: parts, rest: nil)
    case .any:
      return Match(segments: Array(parts.prefix(segments.count)), rest: remaining.joined(separator: "/"))
    }
  }
}

extension CaptureBinding {
  /// The captured piece, or `nil` when the pattern does not match.
  ///
  /// `viewed` is what the pattern is compared with (a path as the scope sees it); the piece is cut out of `raw`, which has the same
  /// segments in the letters of the request.
  public func piece(viewed: String, raw: String) -> String? {
    guard pattern.match(viewed) != nil, let parts = pattern.split(raw) else { return nil }
    switch piece {
    case .segment(let index): return parts.indices.contains(index) ? parts[index] : nil
    case .rest: return parts.dropFirst(pattern.segments.count).joined(separator: "/")
    }
  }
}

/// Whole segments: `/v1` covers `/v1`, `/v1/` and everything below.
func path(_ path: String, isUnder prefix: String) -> Bool {
  if prefix == "/" { return true }
  let path = Array(path.utf8)
  let prefix = Array(prefix.utf8)
  return path.starts(with: prefix) && (path.count == prefix.count || path[prefix.count] == UInt8(ascii: "/"))
}
