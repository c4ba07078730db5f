import HTTPCanonical
import WeirPolicy
import WeirSource
import WeirSyntax

/// Paths and patterns of segments in quotes.
extension ExpressionChecker {
  /// How the mesh reads paths.
  var pathMode: PathMode { program.policy.mesh?.mergesAndDecodesPaths ?? false ? .mergeAndDecode : .strict }

  /// A canonical path in the mesh's mode, as a service with that view sees it.
  mutating func path(_ text: Spanned<String>, as view: PathView) -> String? {
    canonicalPath(text).map { view.apply(to: $0) }
  }

  /// The operand of `under` and of `mount`: a canonical path without a final slash.
  mutating func pathPrefix(_ text: Spanned<String>, as view: PathView) -> String? {
    guard !text.value.utf8.contains(UInt8(ascii: "{")) else {
      fail(
        .badPath, at: text.span, "`under` takes a path without captures",
        help: "to capture segments write `matches \"\(text.value.withoutFinalSlash)/{rest...}\"`")
      return nil
    }
    guard let path = canonicalPath(text) else { return nil }
    guard path == "/" || path.utf8.last != slash else {
      fail(
        .badPath, at: text.span, "`under` takes a path without a final slash",
        notes: ["`under \"/v1\"` holds for `/v1`, `/v1/` and everything below"],
        fix: .init(text.span, "\"\(path.withoutFinalSlash)\""))
      return nil
    }
    return view.apply(to: path)
  }

  /// A path in its canonical spelling: another one would never be equal to the path of a request.
  mutating func canonicalPath(_ text: Spanned<String>) -> String? {
    if text.value.utf8.contains(UInt8(ascii: "{")) {
      fail(
        .badPath, at: text.span, "`\(text.value)` is a pattern, one path is expected here",
        help: "to compare with a pattern write `matches`")
      return nil
    }
    switch Canonical.path(Array(text.value.utf8), mode: pathMode) {
    case .success(let bytes):
      let canonical = String(decoding: bytes, as: UTF8.self)
      if canonical == text.value { return canonical }
      fail(
        .badPath, at: text.span, "`\(text.value)` is not the canonical spelling of the path",
        notes: ["rules see the canonical path of a request alone, so this one would never be met"],
        fix: .init(text.span, "\"\(canonical)\""))
    case .failure(let reason):
      var fix: Diagnostic.Fix?
      if let slashed = canonical("/" + text.value), reason == .pathNotAbsolute {
        fix = .init(text.span, "\"\(slashed)\"")
      } else if let escaped = canonical(text.value.percentEncodedBeyondASCII), reason == .pathForbiddenByte {
        fix = .init(text.span, "\"\(escaped)\"")
      }
      fail(
        .badPath, at: text.span, "no request has the path `\(text.value)`: \(reason.explanation)",
        notes: ["such a request is refused with `\(reason.code)` before any rule sees it"], fix: fix)
    }
    return nil
  }

  private func canonical(_ text: String) -> String? {
    guard case .success(let bytes) = Canonical.path(Array(text.utf8), mode: pathMode) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `/orders/{id}/{rest...}`
  mutating func pathPattern(_ text: Spanned<String>) -> SegmentPattern? {
    guard let pattern = pattern(text, prefix: "", text: text.value) else { return nil }
    // Free segments are replaced by words that are canonical in every mode, to look at the rest.
    let sample = pattern.sample
    guard let path = canonical(sample) else {
      guard case .failure(let reason) = Canonical.path(Array(sample.utf8), mode: pathMode) else { return nil }
      fail(
        .badPath, at: text.span, "no request has a path like `\(text.value)`: \(reason.explanation)",
        notes: ["such a request is refused with `\(reason.code)` before any rule sees it"])
      return nil
    }
    guard path == sample else {
      fail(
        .badPath, at: text.span, "`\(text.value)` is not in the canonical spelling of paths",
        notes: ["rules see the canonical path of a request alone, so this pattern would never match"],
        help: "without its captures the path would be `\(path)`")
      return nil
    }
    return pattern
  }

  /// Splits `/a/{b}/{rest...}` at slashes; `prefix` is what stood before.
  mutating func pattern(_ path: Spanned<String>, prefix: String, text: String) -> SegmentPattern? {
    let bytes = path.value.utf8
    guard bytes.first == slash else {
      fail(
        .badPattern, at: path.span, "a pattern of a path begins with `/`",
        fix: prefix.isEmpty ? .init(path.span, "\"/\(path.value)\"") : nil)
      return nil
    }
    var segments: [SegmentPattern.Segment] = []
    var rest = SegmentPattern.Rest.none
    var names: Set<String> = []
    // Bytes, not characters: what a slash is followed by does not make it another one.
    var end = bytes.startIndex
    while end < bytes.endIndex {
      let start = bytes.index(after: end)
      end = bytes[start...].firstIndex(of: slash) ?? bytes.endIndex
      let piece = path.value[start..<end]
      guard piece.utf8.contains(where: isBrace) else {
        segments.append(.literal(String(piece)))
        continue
      }
      var inner = piece.utf8.dropFirst().dropLast()
      guard piece.utf8.first == UInt8(ascii: "{"), piece.utf8.last == UInt8(ascii: "}"), piece.utf8.count >= 2,
        !inner.contains(where: isBrace)
      else {
        fail(
          .badPattern, at: path.span, "a capture is a whole segment, `\(piece)` is not",
          notes: ["`{x}` is one segment, `{rest...}` at the end is zero or more"],
          help: "for parts of a segment write `matches re\"…\"`")
        return nil
      }
      let isRest = inner.suffix(3).elementsEqual("...".utf8)
      if isRest { inner = inner.dropLast(3) }
      let name = String(Substring(inner))
      guard name.isEmpty || name.isCaptureName else {
        fail(
          .badPattern, at: path.span, "`\(name)` is no name of a capture",
          notes: ["names have lower case letters, digits, `-` and `_`"])
        return nil
      }
      guard !isRest || end == bytes.endIndex else {
        fail(.badPattern, at: path.span, "`\(piece)` must be the last segment: it takes everything that follows")
        return nil
      }
      guard name.isEmpty || names.insert(name).inserted else {
        fail(.badPattern, at: path.span, "`{\(name)}` stands twice in one pattern")
        return nil
      }
      if isRest { rest = .any(name: name.isEmpty ? nil : name) } else { segments.append(.capture(name)) }
    }
    return SegmentPattern(prefix: prefix, segments: segments, rest: rest, text: text)
  }
}

private let slash = UInt8(ascii: "/")

private func isBrace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") }

extension String {
  var withoutFinalSlash: String { hasSuffix("/") && self != "/" ? String(dropLast()) : self }

  /// A lower case letter, then lower case letters, digits, `-` and `_`.
  var isCaptureName: Bool {
    guard let first = utf8.first, (0x61...0x7A).contains(first) else { return false }
    return utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F }
  }

  fileprivate var percentEncodedBeyondASCII: String {
    utf8.map { byte in
      guard byte >= 0x80 || byte == 0x20 else { return String(UnicodeScalar(byte)) }
      return "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}

extension PathView {
  /// The canonical path as rules of a scope with this view hold it.
  func apply(to path: String) -> String {
    String(
      decoding: Canonical.pathView(
        Array(path.utf8), ignoringCase: ignoresCase, ignoringTrailingSlash: ignoresTrailingSlash),
      as: UTF8.self)
  }

  /// The pattern as rules of a scope with this view hold it.
  func apply(to pattern: SegmentPattern) -> SegmentPattern {
    var folded = pattern
    if ignoresTrailingSlash, folded.rest == .none, folded.segments.count > 1, folded.segments.last == .literal("") {
      folded.segments.removeLast()
    }
    let letters = PathView(ignoresCase: ignoresCase, ignoresTrailingSlash: false)
    folded.segments = folded.segments.map { segment in
      switch segment {
      case .capture: segment
      case .literal(let text): .literal(letters.apply(to: text))
      }
    }
    return folded
  }
}

extension SegmentPattern {
  /// A path that it matches, after the prefix.
  fileprivate var sample: String {
    var pieces = segments.map { segment in
      switch segment {
      case .literal(let text): text
      case .capture: "x"
      }
    }
    if rest != .none { pieces.append("x") }
    return "/" + pieces.joined(separator: "/")
  }

  /// Without the names of its captures: what is bound inside a `fn` stays inside.
  var anonymous: SegmentPattern {
    var pattern = self
    pattern.segments = segments.map { segment in
      switch segment {
      case .literal: segment
      case .capture: .capture("")
      }
    }
    if case .any = rest { pattern.rest = .any(name: nil) }
    return pattern
  }

  /// What its captures bind, by name.
  func bindings(_ source: CaptureBinding.Source) -> [(name: String, binding: CaptureBinding)] {
    var result: [(name: String, binding: CaptureBinding)] = []
    for (index, segment) in segments.enumerated() {
      guard case .capture(let name) = segment, !name.isEmpty else { continue }
      result.append((name, CaptureBinding(source: source, pattern: self, piece: .segment(index))))
    }
    if case .any(let name?) = rest {
      result.append((name, CaptureBinding(source: source, pattern: self, piece: .rest)))
    }
    return result
  }
}
