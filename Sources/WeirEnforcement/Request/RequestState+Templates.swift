import HTTPCanonical
import WeirPolicy
import WeirRequest

extension RequestState {
  /// The text of a template, as it is: whether it is canonical is asked afterwards. What is captured stays one value in
  /// the query of a template: it ends no parameter and begins none.
  ///
  /// - Throws: `rewrite_not_canonical` for a capture that nothing bound.
  mutating func expand(_ template: [RoutePlan.Piece]) throws(Reject) -> Range<Int> {
    // What pieces derive lies in between, so they are found first and joined after.
    var parts: [Range<Int>] = []
    swap(&parts, &pieces)
    defer { swap(&parts, &pieces) }
    parts.removeAll(keepingCapacity: true)
    var isInQuery = false
    for piece in template {
      switch piece {
      case .text(let text):
        parts.append(bytes.append(text.span))
        isInQuery = isInQuery || text.contains(UInt8(ascii: "?"))
      case .wholePath:
        let range = min(path.lowerBound + 1, path.upperBound)..<path.upperBound
        parts.append(isInQuery ? escapedForQuery(range) : range)
      case .capture(let source):
        guard case .bytes(let range) = capture(source) else { throw .decision(.rewriteNotCanonical) }
        parts.append(isInQuery ? escapedForQuery(range) : range)
      }
    }
    let start = bytes.count
    for part in parts { _ = bytes.copy(part) }
    return start..<bytes.count
  }

  /// A copy of a piece in which nothing is a separator of a query, a space of a form, or the end of the query.
  private mutating func escapedForQuery(_ range: Range<Int>) -> Range<Int> {
    let start = bytes.count
    for index in range {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "&"): _ = bytes.append("%26".utf8)
      case UInt8(ascii: "="): _ = bytes.append("%3D".utf8)
      case UInt8(ascii: "+"): _ = bytes.append("%2B".utf8)
      case UInt8(ascii: "#"): _ = bytes.append("%23".utf8)
      default: bytes.append(byte)
      }
    }
    return start..<bytes.count
  }

  /// The piece that the first matching pattern captures, in the letters of the request.
  mutating func capture(_ source: CaptureSource) -> Reading {
    for binding in source.bindings {
      let text: Range<Int>
      let matched: Range<Int>
      switch binding.source {
      case .path:
        guard isHTTP else { return .unavailable }
        text = path
        matched = viewedPath(
          ignoringCase: source.pathView.ignoresCase, ignoringTrailingSlash: source.pathView.ignoresTrailingSlash)
      case .caller:
        switch caller {
        case .unavailable: return .unavailable
        case .absent: continue
        case .known(let identity):
          text = identity
          matched = identity
        }
      }
      // A view has the same letters at the same places, but for their case and perhaps a shorter end.
      if let piece = binding.pattern.match(bytes.extracting(matched), taking: binding.piece) {
        return .bytes((text.lowerBound + piece.lowerBound)..<(text.lowerBound + piece.upperBound))
      }
    }
    return .absent
  }

  mutating func read(_ source: KeySource, _ names: [UInt8]) -> Reading {
    switch source {
    case .value(let value): read(value, names)
    case .capture(let capture): self.capture(capture)
    }
  }

  /// A value as text; numbers in decimal, addresses as RFC 5952 writes them. `nil` for what is absent or unavailable.
  mutating func bytes(of source: KeySource, _ names: [UInt8]) -> Range<Int>? {
    switch read(source, names) {
    case .unavailable, .absent: nil
    case .bytes(let range): range
    case .integer(let number): bytes.append(String(number).utf8)
    case .address(let address): bytes.append(address.description.utf8)
    }
  }
}
