import WeirJSON

extension DiagnosticRenderer {
  func json(_ diagnostic: Diagnostic) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("code", .string(diagnostic.kind.code)),
      .init("severity", .string(diagnostic.kind.severity.rawValue)),
      .init("message", .string(diagnostic.message)),
    ]
    members += place(diagnostic.span)
    members += [
      .init(
        "labels",
        .array(diagnostic.labels.map { .object([.init("message", .string($0.message))] + place($0.span)) })),
      .init("notes", .array(diagnostic.notes.map(JSONValue.string))),
      .init("help", .string(orNull: diagnostic.help)),
      .init(
        "fix",
        diagnostic.fix.map { .object(place($0.span) + [.init("replacement", .string($0.replacement))]) } ?? .null),
      .init("witness", .string(orNull: diagnostic.witness)),
    ]
    return .object(members)
  }

  /// Lines and columns from 1, columns in Unicode scalars; offsets from 0 in bytes; ends are exclusive.
  private func place(_ span: SourceSpan) -> [JSONValue.Member] {
    let (start, end) = sources.lineColumns(of: span)
    return [
      .init("file", .string(sources[span.file].path)),
      .init("line", .int(Int64(start.line))),
      .init("column", .int(Int64(start.column))),
      .init("end_line", .int(Int64(end.line))),
      .init("end_column", .int(Int64(end.column))),
      .init("offset", .int(Int64(span.start))),
      .init("end_offset", .int(Int64(span.end))),
    ]
  }
}
