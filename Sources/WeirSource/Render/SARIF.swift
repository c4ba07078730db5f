import WeirJSON

extension DiagnosticRenderer {
  /// A log of the Static Analysis Results Interchange Format 2.1.0 (OASIS standard of 27 March 2020).
  func sarif(_ diagnostics: [Diagnostic]) -> JSONValue {
    let rules = Set(diagnostics.map(\.kind)).sorted { $0.code < $1.code }
    let driver: JSONValue = .object([
      .init("name", .string("weir")),
      .init("rules", .array(rules.map(rule))),
    ])
    let run: JSONValue = .object([
      .init("tool", .object([.init("driver", driver)])),
      .init("columnKind", .string("unicodeCodePoints")),
      .init("results", .array(diagnostics.map { result($0, rules: rules) })),
    ])
    return .object([
      .init(
        "$schema", .string("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
      ),
      .init("version", .string("2.1.0")),
      .init("runs", .array([run])),
    ])
  }

  private func rule(_ kind: DiagnosticKind) -> JSONValue {
    let page = ExplainPage(kind)
    return .object([
      .init("id", .string(kind.code)),
      .init("name", .string(pascalCase(kind.title))),
      .init("shortDescription", message(kind.title)),
      .init("fullDescription", message(kind.why)),
      .init("help", .object([.init("text", .string(page.text)), .init("markdown", .string(page.markdown))])),
      .init("defaultConfiguration", .object([.init("level", .string(kind.severity.rawValue))])),
    ])
  }

  private func result(_ diagnostic: Diagnostic, rules: [DiagnosticKind]) -> JSONValue {
    let witness = diagnostic.witness.map { "witness: \($0)" }
    let text = ([diagnostic.message] + diagnostic.notes + [diagnostic.help, witness].compactMap(\.self))
      .joined(separator: "\n")
    var members: [JSONValue.Member] = [
      .init("ruleId", .string(diagnostic.kind.code)),
      .init("ruleIndex", .int(Int64(rules.firstIndex(of: diagnostic.kind) ?? -1))),
      .init("level", .string(diagnostic.kind.severity.rawValue)),
      .init("message", message(text)),
      .init("locations", .array([location(diagnostic.span)])),
    ]
    if !diagnostic.labels.isEmpty {
      let related = diagnostic.labels.enumerated().map { index, label in
        location(label.span, id: index, text: label.message)
      }
      members.append(.init("relatedLocations", .array(related)))
    }
    if let fix = diagnostic.fix { members.append(.init("fixes", .array([self.fix(fix, diagnostic.help)]))) }
    return .object(members)
  }

  private func fix(_ fix: Diagnostic.Fix, _ help: String?) -> JSONValue {
    let replacement: JSONValue = .object([
      .init("deletedRegion", region(fix.span)),
      .init("insertedContent", message(fix.replacement)),
    ])
    let change: JSONValue = .object([
      .init("artifactLocation", artifact(fix.span.file)),
      .init("replacements", .array([replacement])),
    ])
    return .object([
      .init("description", message(help ?? "write `\(fix.replacement)`")),
      .init("artifactChanges", .array([change])),
    ])
  }

  private func location(_ span: SourceSpan, id: Int? = nil, text: String? = nil) -> JSONValue {
    var members: [JSONValue.Member] = []
    if let id { members.append(.init("id", .int(Int64(id)))) }
    members.append(
      .init(
        "physicalLocation",
        .object([.init("artifactLocation", artifact(span.file)), .init("region", region(span))])))
    if let text { members.append(.init("message", message(text))) }
    return .object(members)
  }

  private func region(_ span: SourceSpan) -> JSONValue {
    let (start, end) = sources.lineColumns(of: span)
    return .object([
      .init("startLine", .int(Int64(start.line))),
      .init("startColumn", .int(Int64(start.column))),
      .init("endLine", .int(Int64(end.line))),
      .init("endColumn", .int(Int64(end.column))),
      .init("byteOffset", .int(Int64(span.start))),
      .init("byteLength", .int(Int64(span.end - span.start))),
    ])
  }

  private func artifact(_ file: FileID) -> JSONValue {
    .object([.init("uri", .string(uriReference(sources[file].path)))])
  }

  private func message(_ text: String) -> JSONValue { .object([.init("text", .string(text))]) }

  /// A relative path stays relative (RFC 3986 section 4.2), an absolute one becomes a `file` URI (RFC 8089).
  private func uriReference(_ path: String) -> String {
    var result = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return result
  }

  /// `unknown name` → `UnknownName`, the form SARIF viewers expect of a rule's name.
  private func pascalCase(_ title: String) -> String {
    title.split { !($0.isLetter || $0.isNumber) }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
