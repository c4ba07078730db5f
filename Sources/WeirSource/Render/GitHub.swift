extension DiagnosticRenderer {
  /// `::error file=…,line=…,col=…,endLine=…,title=E0301::message`
  func github(_ diagnostic: Diagnostic) -> String {
    let (start, end) = sources.lineColumns(of: diagnostic.span)
    var properties = [
      ("file", sources[diagnostic.span.file].path), ("line", String(start.line)), ("col", String(start.column)),
      ("endLine", String(end.line)),
    ]
    // GitHub ignores an end column unless the annotation lies on one line.
    if end.line == start.line { properties.append(("endColumn", String(end.column))) }
    properties.append(("title", diagnostic.kind.code))
    var message = [diagnostic.message]
    message += diagnostic.labels.map { label in
      "\(sources[label.span.file].path):\(sources.lineColumns(of: label.span).start.line): \(label.message)"
    }
    message += diagnostic.notes.map { "note: \($0)" }
    if let help = diagnostic.help { message.append("help: \(help)") }
    if let witness = diagnostic.witness { message.append("witness: \(witness)") }
    let list = properties.map { "\($0)=\(escaped($1, inProperty: true))" }.joined(separator: ",")
    let text = escaped(message.joined(separator: "\n"), inProperty: false)
    return "::\(diagnostic.kind.severity.rawValue) \(list)::\(text)\n"
  }

  /// The escapes of the Actions toolkit; without them a message could begin a command of its own.
  private func escaped(_ text: String, inProperty: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      case ":" where inProperty: result += "%3A"
      case "," where inProperty: result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
