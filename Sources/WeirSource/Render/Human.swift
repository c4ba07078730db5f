extension DiagnosticRenderer {
  /// The form of rustc: headline, place, source with the span underlined, then notes and help.
  func human(_ diagnostic: Diagnostic) -> String {
    let paint = Paint(isOn: usesColor)
    let severity = paint(
      diagnostic.kind.severity.rawValue + "[\(diagnostic.kind.code)]", diagnostic.isError ? .red : .yellow)
    var lines = [severity + paint(": " + printable(diagnostic.message.bounded), .bold)]
    lines += excerpt(diagnostic, paint)
    for note in diagnostic.notes { lines += section("note", note.bounded, paint) }
    if let help = diagnostic.help { lines += section("help", help.bounded, paint) }
    if let fix = diagnostic.fix {
      let verb = fix.replacement.isEmpty ? "remove" : fix.span.start == fix.span.end ? "insert" : "write"
      let text = fix.replacement.isEmpty ? sources.text(of: fix.span) : fix.replacement
      lines += section("fix", "\(verb) `\(text.bounded)`", paint)
    }
    if let witness = diagnostic.witness { lines += section("witness", witness, paint) }
    return lines.map { $0 + "\n" }.joined()
  }

  private func section(_ title: String, _ text: String, _ paint: Paint) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }
    return lines.enumerated().map { index, line in
      index == 0 ? "  " + paint("\(title):", .cyan) + " " + line : "    " + line
    }
  }

  /// A span and what to say under it.
  private struct Mark {
    var span: SourceSpan
    var place: LineColumn
    var message: String
    var isPrimary: Bool
  }

  private func excerpt(_ diagnostic: Diagnostic, _ paint: Paint) -> [String] {
    let spans = [(diagnostic.span, "", true)] + diagnostic.labels.map { ($0.span, $0.message, false) }
    let marks = spans.map { span, message, isPrimary in
      Mark(span: span, place: sources.lineColumns(of: span).start, message: message, isPrimary: isPrimary)
    }
    let gutter = String(marks.map(\.place.line).max() ?? 1).count
    var lines: [String] = []
    // The file of the finding first, then the others in the order of their labels.
    var files: [FileID] = []
    for mark in marks where !files.contains(mark.span.file) { files.append(mark.span.file) }
    for file in files {
      let own = marks.filter { $0.span.file == file }
      let head = own.first { $0.isPrimary } ?? own[0]
      let place = "\(printable(sources[file].path)):\(head.place.line):\(head.place.column)"
      lines.append(String(repeating: " ", count: gutter) + paint("--> ", .blue) + place)
      lines += snippet(own, gutter: gutter, paint)
    }
    return lines
  }

  private func snippet(_ marks: [Mark], gutter: Int, _ paint: Paint) -> [String] {
    let bar = paint(String(repeating: " ", count: gutter) + " |", .blue)
    var lines = [bar]
    let numbers = Set(marks.map(\.place.line)).sorted()
    for (index, number) in numbers.enumerated() {
      if index > 0, number > numbers[index - 1] + 1 { lines.append(paint("...", .blue)) }
      let padded = String(repeating: " ", count: gutter - String(number).count) + String(number)
      let text = sources[marks[0].span.file].lineText(number)
      var shown: LineExtract?
      for mark in marks.filter({ $0.place.line == number }).sorted(by: { $0.place.column < $1.place.column }) {
        let extract = shown.flatMap { $0.shows(mark.place.column) ? $0 : nil }
        let line = extract ?? LineExtract(of: text, around: mark.place.column)
        if extract == nil { lines.append(paint(padded + " | ", .blue) + printable(line.text)) }
        lines.append(bar + " " + underline(mark, in: line, lineLength: text.unicodeScalars.count, paint))
        shown = line
      }
    }
    return lines
  }

  private func underline(_ mark: Mark, in line: LineExtract, lineLength: Int, _ paint: Paint) -> String {
    let end = sources.lineColumns(of: mark.span).end
    // A span over several lines is underlined to the end of its first.
    let last = end.line == mark.place.line ? end.column : lineLength + 1
    let sign = String(
      repeating: mark.isPrimary ? "^" : "-", count: line.width(from: mark.place.column, to: last))
    let text = mark.message.isEmpty ? sign : sign + " " + printable(mark.message.bounded)
    return String(repeating: " ", count: line.indent(of: mark.place.column))
      + paint(text, mark.isPrimary ? .red : .blue)
  }

  /// Each scalar as one column. Controls and bidirectional overrides would make the terminal show another text than
  /// the compiler read, so they are shown as U+FFFD; a tab is one blank.
  private func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09: result.append(" ")
      case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
        result.unicodeScalars.append("\u{FFFD}")
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// Colours of a terminal (ECMA-48 SGR), or none.
struct Paint {
  enum Color: String { case bold = "1", red = "1;31", yellow = "1;33", blue = "1;34", cyan = "1;36" }

  let isOn: Bool

  func callAsFunction(_ text: String, _ color: Color) -> String {
    isOn ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}
