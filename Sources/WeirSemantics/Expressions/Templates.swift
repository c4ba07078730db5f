import HTTPCanonical
import WeirPolicy
import WeirSource
import WeirSyntax

enum TemplateKind: Hashable {
  /// `rewrite path to`
  case path
  /// `redirect 308 to`: an absolute path or an http or https URL.
  case location
}

/// Text with pieces of the request in it.
extension ExpressionChecker {
  /// Text with `{capture}`, `{rest...}` and `{path...}`. What stands between them is canonical, so that a constant
  /// template is never refused when it is used.
  mutating func template(_ text: Spanned<String>, _ kind: TemplateKind, in context: ExpressionContext) -> Template? {
    guard let parts = parts(of: text, in: context) else { return nil }
    // Pieces are replaced by a word that is canonical everywhere, to look at the rest.
    let sample = parts.map { part in
      switch part {
      case .text(let text): text
      case .capture, .wholePath: "x"
      }
    }.joined()
    guard check(sample, kind, of: text, parts) else { return nil }
    return Template(parts: parts, text: text.value)
  }

  private mutating func parts(of text: Spanned<String>, in context: ExpressionContext) -> [Template.Part]? {
    var parts: [Template.Part] = []
    var rest = text.value[...]
    while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
        fail(
          .badTemplate, at: text.span, rest[open] == "{" ? "`{` is not closed" : "`}` closes nothing",
          notes: ["`{x}` stands for a captured piece of the request"])
        return nil
      }
      let inside = rest[rest.index(after: open)..<close]
      let isRest = inside.hasSuffix("...")
      guard let part = piece(String(isRest ? inside.dropLast(3) : inside), isRest: isRest, at: text.span, in: context)
      else { return nil }
      parts.append(part)
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    return parts
  }

  private mutating func piece(
    _ name: String, isRest: Bool, at span: SourceSpan, in context: ExpressionContext
  ) -> Template.Part? {
    if name == "path", isRest { return .wholePath }
    guard let bindings = context.captures[name] else {
      let suggestion = Spelling.suggestion(for: name, among: context.captures.keys.sorted())
      fail(
        .unboundCapture, at: span,
        "`{\(name)\(isRest ? "..." : "")}` is not bound by every request of \(context.ruleName.map { "route `\($0)`" } ?? "this route")",
        notes: [
          "a template uses what the `matches` tests of the route's own condition capture, `{rest...}` after `under`, and `{path...}`"
        ], help: suggestion.map { "did you mean `{\($0)}`?" })
      return nil
    }
    let takesRest = bindings.allSatisfy { $0.piece == .rest }
    let takesSegment = bindings.allSatisfy { $0.piece != .rest }
    guard isRest ? takesRest : takesSegment else {
      fail(
        .badTemplate, at: span,
        isRest
          ? "`{\(name)}` is one segment: it is written without dots"
          : "`{\(name)...}` is a rest: it is written with its dots")
      return nil
    }
    return .capture(name: name, bindings)
  }

  private mutating func check(
    _ sample: String, _ kind: TemplateKind, of text: Spanned<String>, _ parts: [Template.Part]
  ) -> Bool {
    var path = sample[...]
    if kind == .location {
      if let fragment = path.firstIndex(of: "#") {
        guard path[fragment...].dropFirst().utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 }) else {
          fail(.badTemplate, at: text.span, "the fragment has bytes that a URL cannot have")
          return false
        }
        path = path[..<fragment]
      }
      if let scheme = ["https://", "http://"].first(where: { path.hasPrefix($0) }) {
        guard checkHostIsConstant(scheme, of: text, parts) else { return false }
        let rest = path.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard case .success = Canonical.host(Array(rest[..<end].utf8)) else {
          fail(.badTemplate, at: text.span, "`\(rest[..<end])` is no host to redirect to")
          return false
        }
        path = rest[end...]
        if path.isEmpty { return true }
        if path.first == "?" { path = "/" + path }
      }
    }
    if kind == .location, mayBeginWithTwoSlashes(parts) {
      fail(
        .badTemplate, at: text.span, "an empty piece would make a host of what follows it",
        notes: ["`//x` goes to the host x; a rest and `{path...}` may be empty"],
        help: "begin with a segment, as in `/pages/{rest...}`, or with the scheme and the host")
      return false
    }
    guard path.hasPrefix("/") else {
      fail(
        .badTemplate, at: text.span,
        kind == .path
          ? "a path begins with `/`" : "a redirect goes to a path that begins with `/`, or to an http or https URL")
      return false
    }
    if let mark = path.firstIndex(of: "?") {
      let query = path[mark...].dropFirst()
      if kind == .path {
        fail(
          .badTemplate, at: text.span, "a rewrite changes the path alone", notes: ["the query of the request is kept"])
        return false
      }
      if case .failure(let reason) = Canonical.query(Array(query.utf8)) {
        fail(.badTemplate, at: text.span, "no query is like this: \(reason.explanation)")
        return false
      }
      path = path[..<mark]
    }
    switch Canonical.path(Array(path.utf8), mode: pathMode) {
    case .failure(let reason):
      fail(.badTemplate, at: text.span, "no path is like this: \(reason.explanation)")
      return false
    case .success(let bytes):
      let canonical = String(decoding: bytes, as: UTF8.self)
      guard canonical != path else { return true }
      fail(
        .badTemplate, at: text.span, "the path is not in its canonical spelling",
        help: parts.allSatisfy(\.isText) ? "the canonical spelling is `\(canonical)`" : nil)
      return false
    }
  }

  /// Refuses a piece before the path: who sends the request would choose the host that people are sent to.
  private mutating func checkHostIsConstant(
    _ scheme: String, of text: Spanned<String>, _ parts: [Template.Part]
  ) -> Bool {
    // The letters of a scheme stand for themselves in the sample, so they are all in the first part.
    guard parts.count > 1, case .text(let first)? = parts.first else { return true }
    let host = first.dropFirst(scheme.count)
    if host.contains(where: { "/?#".contains($0) }) { return true }
    let isWholeHost = host.contains(".") && !host.hasSuffix(".") && !host.hasSuffix(":") && parts.pieceEndsHost
    var corrected: String?
    if isWholeHost, case .success = Canonical.host(Array(host.utf8)) {
      corrected = "\(first)/\(text.value.dropFirst(first.count))"
    }
    fail(
      .badTemplate, at: text.span, "the request would choose the host of this redirect",
      notes: ["a piece stands after the `/` that ends the host"],
      help: corrected.map { "write `\($0)`" } ?? "write the host out, as in `https://shop.example/{path...}`",
      fix: corrected.map { .init(text.span, "\"\($0)\"") })
    return false
  }

  /// Whether a location could be `//x`, which browsers read as a host: `/{rest...}/x` with an empty rest.
  private func mayBeginWithTwoSlashes(_ parts: [Template.Part]) -> Bool {
    guard parts.first == .text("/") else { return false }
    for part in parts.dropFirst() {
      switch part {
      case .wholePath: continue
      case .capture(_, let bindings):
        // A segment has at least one byte.
        guard bindings.contains(where: { $0.piece == .rest }) else { return false }
      case .text(let text): return text.hasPrefix("/")
      }
    }
    return false
  }
}

extension [Template.Part] {
  /// Whether nothing that could belong to a host follows the piece in the second place.
  fileprivate var pieceEndsHost: Bool {
    guard count > 2, case .text(let next) = self[2] else { return true }
    return next.hasPrefix("/") || next.hasPrefix("?") || next.hasPrefix("#")
  }
}

extension Template.Part {
  fileprivate var isText: Bool {
    switch self {
    case .text: true
    case .capture, .wholePath: false
    }
  }
}
