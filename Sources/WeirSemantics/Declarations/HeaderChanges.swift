import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  /// `set`, `add` or `remove` of a header on either side.
  mutating func headerChange(_ syntax: HeaderChangeSyntax, in context: ExpressionContext) -> HeaderChange? {
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
    return headerChanges(ofBlock: index, callerIsOptional: context.callerIsOptional)
  }

  private mutating func headerChanges(ofBlock index: Int, callerIsOptional: Bool) -> [HeaderChange] {
    let block = program.headerBlocks[index]
    let context = ExpressionContext(
      module: block.module, use: .value, layer: .http, callerIsOptional: callerIsOptional, token: nil,
      pathView: .exact, scopeName: "headers \(block.name.text)")
    return block.syntax.changes.compactMap { headerChange($0.kind, in: context) }
  }

  /// Every block, used or not.
  mutating func checkHeaderBlocks() {
    for index in program.headerBlocks.indices {
      let block = program.headerBlocks[index]
      if block.syntax.changes.isEmpty {
        report(.missingField, at: block.name.span, "headers `\(block.name.text)` changes nothing")
      }
      _ = headerChanges(ofBlock: index, callerIsOptional: true)
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
}
