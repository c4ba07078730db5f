import HTTPCanonical
import WeirPolicy
import WeirRequest

extension RequestState {
  /// The text of a template, as it is: whether it is canonical is asked afterwards. What is captured stays one value in
  /// the query of a template: it ends no parameter and begins none.
  ///
  /// - Throws: `rewrite_not_canonical` for a capture that nothing bound.
  mutating func expand(_ template: Place, _ plans: borrowing PlanTables) throws(Reject) -> Range<Int> {
    // What pieces derive lies in between, so they are found first and joined after.
    var parts: [Range<Int>] = []
    swap(&parts, &pieces)
    defer { swap(&parts, &pieces) }
    clear(&parts)
    var isInQuery = false
    for index in template.range {
      switch plans.pieces[index] {
      case .text(let text, let hasQuestionMark):
        parts.append(bytes.append(plans.bytes(text)))
        isInQuery = isInQuery || hasQuestionMark
      case .wholePath:
        let range = min(path.lowerBound + 1, path.upperBound)..<path.upperBound
        parts.append(isInQuery ? escapedForQuery(range) : range)
      case .capture(let number):
        guard case .bytes(let range) = capture(plans.captures[number], plans) else {
          throw .decision(.rewriteNotCanonical)
        }
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
  mutating func capture(_ plan: CapturePlan, _ plans: borrowing PlanTables) -> Reading {
    for index in plan.bindings.range {
      let binding = plans.bindings[index]
      let text: Range<Int>
      let matched: Range<Int>
      if binding.isOfCaller {
        switch caller {
        case .unavailable: return .unavailable
        case .absent: continue
        case .known(let identity):
          text = identity
          matched = identity
        }
      } else {
        guard isHTTP else { return .unavailable }
        text = path
        matched = viewedPath(ignoringCase: plan.ignoresCase, ignoringTrailingSlash: plan.ignoresTrailingSlash)
      }
      // A view has the same letters at the same places, but for their case and perhaps a shorter end.
      if let piece = plans.match(binding, bytes.extracting(matched)) {
        return .bytes((text.lowerBound + piece.lowerBound)..<(text.lowerBound + piece.upperBound))
      }
    }
    return .absent
  }

  /// `none` is absent.
  mutating func read(_ key: KeyPlan, _ plans: borrowing PlanTables) -> Reading {
    switch key {
    case .none: .absent
    case .text(let text): .bytes(bytes.append(plans.bytes(text)))
    case .value(let source): read(plans.sources[source], plans)
    case .capture(let number): capture(plans.captures[number], plans)
    }
  }

  /// A value as text; numbers in decimal, addresses as RFC 5952 writes them. `nil` for what is absent or unavailable.
  mutating func text(of key: KeyPlan, _ plans: borrowing PlanTables) -> Range<Int>? {
    switch read(key, plans) {
    case .unavailable, .absent: nil
    case .bytes(let range): range
    case .integer(let number): bytes.append(decimal: number)
    case .address(let address): bytes.append(address)
    }
  }
}
