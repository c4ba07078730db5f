import WeirPolicy

/// The path that a template makes of a request, where it is the same in canonical form: whole segments of the policy or of
/// the request, and what follows them.
struct TemplatePath {
  private enum Segment {
    case literal(String)
    /// One of the request, never empty.
    case piece(Attribute)
  }

  private enum Tail {
    case none
    /// Segments of the request, without a first slash.
    case piece(Attribute)
    case wholePath
  }

  private var segments: [Segment] = []
  private var tail = Tail.none

  /// - Returns: `nil` where a path of the template could be another one in canonical form, or mixes words and pieces in a segment.
  init?(_ template: Template) {
    // What has been read of the segment that is not at its end.
    var open: String?
    var isFull = false
    parts: for part in template.parts {
      switch part {
      case .text(let text):
        let path = text.prefix { $0 != "?" }
        for character in path {
          guard character == "/" else {
            guard !isFull, let begun = open else { return nil }
            open = begun + String(character)
            continue
          }
          if let begun = open, !isFull { segments.append(.literal(begun)) }
          (open, isFull) = ("", false)
        }
        if path.endIndex != text.endIndex { break parts }
      case .capture(let name, let bindings):
        guard open == "", !isFull, case .none = tail else { return nil }
        let attribute = Attribute.capture(name: name, bindings)
        if bindings.allSatisfy({ $0.piece != .rest }) {
          segments.append(.piece(attribute))
        } else if bindings.allSatisfy({ $0.piece == .rest && $0.source == .path }) {
          tail = .piece(attribute)
        } else {
          return nil
        }
        isFull = true
      case .wholePath:
        guard open == "", !isFull, case .none = tail else { return nil }
        tail = .wholePath
        isFull = true
      }
    }
    if let open, !isFull {
      segments.append(.literal(open))
      if case .none = tail {} else { return nil }
    }
    guard template.text.hasPrefix("/"), isCanonical else { return nil }
  }

  private var isCanonical: Bool {
    let last = segments.count - 1
    return segments.enumerated().allSatisfy { index, segment in
      guard case .literal(let text) = segment else { return true }
      if text.isEmpty { if case .none = tail { return index == last } else { return false } }
      return text != "." && text != ".."
        && text.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
          default: false
          }
        }
    }
  }

  /// That the path fits the pattern, as a condition of the request that it is made of; both see paths as they are.
  func fits(_ pattern: SegmentPattern) -> Condition {
    var parts: [Condition] = []
    var wanted = pattern.segments[...]
    func met() -> Condition { parts.count == 1 ? parts[0] : .and(parts) }
    for segment in segments {
      guard let next = wanted.popFirst() else { return pattern.rest == .none ? .constant(false) : met() }
      switch (segment, next) {
      case (.literal(let own), .literal(let other)): if own != other { return .constant(false) }
      case (.literal(let own), .capture): if own.isEmpty { return .constant(false) }
      case (.piece, .capture): continue
      case (.piece(let attribute), .literal(let other)):
        parts.append(.holds(attribute, .equals(.string(other))))
      }
    }
    let residue = SegmentPattern(prefix: "", segments: Array(wanted), rest: pattern.rest, text: "")
    switch tail {
    case .none: return wanted.isEmpty ? met() : .constant(false)
    case .piece(let attribute):
      guard !wanted.isEmpty else { return pattern.rest == .none ? .constant(false) : met() }
      parts.append(.holds(attribute, .matchesRegex(residue.regex(seenIn: .exact))))
    case .wholePath:
      guard !wanted.isEmpty else { return pattern.rest == .none ? .constant(false) : met() }
      parts.append(.holds(.path, .matches(residue)))
    }
    return met()
  }
}

extension Condition {
  /// False where the attribute is absent.
  static func holds(_ attribute: Attribute, _ predicate: Predicate) -> Condition {
    .test(WeirPolicy.Test(attribute: attribute, predicate: predicate, whenAbsent: false, position: .nowhere))
  }
}
