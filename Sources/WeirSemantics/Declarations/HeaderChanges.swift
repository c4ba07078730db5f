import WeirPolicy
import WeirSource
import WeirSyntax

/// A change of a header and the statement that makes it: for those of a block, the one that names the block.
typealias PlacedHeaderChange = (change: HeaderChange, span: SourceSpan)

extension DeclarationChecker {
  /// `set`, `add` or `remove` of a header on either side.
  mutating func headerChange(_ syntax: HeaderChangeSyntax, in context: ExpressionContext) -> HeaderChange? {
    guard !reportSwapped(syntax) else { return nil }
    let target: Operand
    switch syntax {
    case .set(let operand, _), .add(_, let operand), .remove(let operand): target = operand
    }
    // Asked before the header is looked up: these are not to be declared either.
    if let header = target.headerName, connectionHeaders.contains(header) {
      report(
        .forbiddenHeaderChange, at: target.span, "a route cannot change \"\(header)\"",
        notes: ["it belongs to the connection or the framing of messages"],
        help: header == "host" ? "write `rewrite host to \"…\"`" : nil)
      return nil
    }
    guard let (side, header) = expressions.headerTarget(target, in: context) else { return nil }
    if side == .request, isSetByProxy(header) {
      report(
        .forbiddenHeaderChange, at: target.span, "a route cannot change \"\(header)\"",
        notes: ["the proxy writes it from what it knows of the connection; upstreams rely on that"])
      return nil
    }
    var place = context
    if side == .response { place.layer = .response }
    switch syntax {
    case .set(_, let value):
      return expressions.headerValue(value, in: place).map {
        HeaderChange(side: side, header: header, operation: .set($0))
      }
    case .add(let value, _):
      return expressions.headerValue(value, in: place).map {
        HeaderChange(side: side, header: header, operation: .add($0))
      }
    case .remove: return HeaderChange(side: side, header: header, operation: .remove)
    }
  }

  /// The changes of a `headers` block, read where it is used. Captures and tokens of the place are not its own.
  mutating func headerBlock(_ name: Name, in context: ExpressionContext) -> [HeaderChange] {
    guard let symbol = expressions.resolve(name, in: context.module) else { return [] }
    guard case .headers(let index) = symbol else {
      expressions.reportWrongKind(name, symbol, expected: "a headers block")
      return []
    }
    return headerChanges(ofBlock: index, callerIsOptional: context.callerIsOptional).map(\.change)
  }

  /// Reports `add request.header["x"] to "v"`, and `set` the other way round.
  private mutating func reportSwapped(_ syntax: HeaderChangeSyntax) -> Bool {
    let verb: String
    let first: Operand
    let second: Operand
    let isSwapped: Bool
    switch syntax {
    case .add(let value, let target):
      verb = "add"
      first = value
      second = target
      isSwapped = value.headerName != nil && target.isPlainValue
    case .set(let target, let value):
      verb = "set"
      first = target
      second = value
      isSwapped = value.headerName != nil && target.isPlainValue
    case .remove: return false
    }
    guard isSwapped else { return false }
    let text = "\(program.sources.text(of: second.span)) to \(program.sources.text(of: first.span))"
    let span = SourceSpan(file: first.span.file, start: first.span.start, end: second.span.end)
    report(
      .notAHeader, at: span, verb == "add" ? "a value is added to a header" : "a header is set to a value",
      help: "write `\(verb) \(text)`", fix: Diagnostic.Fix(span, text))
    return true
  }

  /// Reports changes after which an earlier one of the same header is as if it were not written: `set` and `remove`
  /// leave nothing of what was there, `add` keeps it. Two of one block are reported where the block is.
  mutating func checkOverwritten(_ changes: [PlacedHeaderChange]) {
    for (index, later) in changes.enumerated() {
      if case .add = later.change.operation { continue }
      guard
        let earlier = changes[..<index].last(where: {
          $0.change.side == later.change.side && $0.change.header == later.change.header && $0.span != later.span
        })
      else { continue }
      let side = later.change.side == .request ? "request" : "response"
      report(
        .overwrittenHeaderChange, at: later.span,
        "the earlier change of `\(side).header[\"\(later.change.header)\"]` does nothing after this one",
        labels: [.init(earlier.span, "the earlier one")],
        notes: ["changes are made in their order; `set` and `remove` leave nothing of what was there before"],
        help: "keep one of them")
    }
  }

  private mutating func headerChanges(ofBlock index: Int, callerIsOptional: Bool) -> [PlacedHeaderChange] {
    let block = program.headerBlocks[index]
    let context = ExpressionContext(
      module: block.module, use: .value, layer: .http, callerIsOptional: callerIsOptional, token: nil,
      pathView: .exact, scopeName: "headers \(block.name.text)")
    return block.syntax.changes.compactMap { item in
      headerChange(item.kind, in: context).map { (change: $0, span: item.span) }
    }
  }

  /// Every block, used or not.
  mutating func checkHeaderBlocks() {
    for index in program.headerBlocks.indices {
      let block = program.headerBlocks[index]
      if block.syntax.changes.isEmpty {
        report(.missingField, at: block.name.span, "headers `\(block.name.text)` changes nothing")
      }
      checkOverwritten(headerChanges(ofBlock: index, callerIsOptional: true))
    }
  }
}

extension Operand {
  /// The lower-case name in `request.header["x"]` and `response.header["x"]`.
  fileprivate var headerName: String? {
    guard case .reference(let reference) = self, reference.names.last == "header",
      case .key(let name, _)? = reference.parts.last
    else { return nil }
    return name.lowercased()
  }

  /// Not something of the request or the response: a literal or a constant.
  fileprivate var isPlainValue: Bool {
    switch self {
    case .missing: false
    case .reference(let reference): AttributeRoot(rawValue: reference.names.first ?? "") == nil
    case .string, .regex, .int, .bool, .duration, .size, .percent, .rate, .time, .date, .range, .set: true
    }
  }
}
