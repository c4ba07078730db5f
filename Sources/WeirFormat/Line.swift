/// A line of output, cut where columns may be aligned.
struct Line {
  struct Cell {
    /// Lines that follow each other align this cell when they agree on the key; `nil` for the first cell.
    var key: String?
    var text: String
    /// In Unicode scalars.
    var width: Int
  }

  var indent: Int
  var cells: [Cell] = []
  var trailingComment: String?
  var hasBlankBefore = false

  var width: Int { indent + cells.reduce(max(0, cells.count - 1)) { $0 + $1.width } }

  mutating func append(_ text: String, width: Int, spaced: Bool) {
    guard let last = cells.indices.last else {
      cells.append(Cell(text: text, width: width))
      return
    }
    if spaced, cells[last].width > 0 {
      cells[last].text += " "
      cells[last].width += 1
    }
    cells[last].text += text
    cells[last].width += width
  }

  /// What was cut into cells becomes one.
  mutating func joinCells() {
    guard cells.count > 1 else { return }
    cells = [
      Cell(text: cells.map(\.text).joined(separator: " "), width: cells.reduce(cells.count - 1) { $0 + $1.width })
    ]
  }

  // MARK: - Alignment

  /// Pads cells, column by column, in runs of lines that agree on the column's key; then trailing comments.
  static func aligned(_ lines: [Line]) -> [Line] {
    var lines = lines
    let columns = lines.map(\.cells.count).max() ?? 0
    for column in 1..<max(1, columns) {
      forEachRun(of: lines, sameAs: { $0.cells.count > column && $1.cells.count > column && $0.agrees($1, column) }) {
        let widest = lines[$0].map { $0.cells.count > column ? $0.cells[column - 1].width : 0 }.max() ?? 0
        for index in $0 where lines[index].cells.count > column { lines[index].pad(column - 1, to: widest) }
      }
    }
    forEachRun(
      of: lines,
      sameAs: { $0.trailingComment != nil && $1.trailingComment != nil && $0.indent == $1.indent }
    ) {
      let widest = lines[$0].map(\.width).max() ?? 0
      for index in $0 where lines[index].trailingComment != nil {
        lines[index].pad(lines[index].cells.count - 1, to: nil, by: widest - lines[index].width)
      }
    }
    return lines
  }

  private func agrees(_ other: Line, _ column: Int) -> Bool {
    indent == other.indent && cells[column].key == other.cells[column].key
  }

  private mutating func pad(_ cell: Int, to width: Int?, by missing: Int = 0) {
    guard cells.indices.contains(cell) else { return }
    let missing = width.map { $0 - cells[cell].width } ?? missing
    guard missing > 0 else { return }
    cells[cell].text += String(repeating: " ", count: missing)
    cells[cell].width += missing
  }

  private static func forEachRun(
    of lines: [Line], sameAs: (Line, Line) -> Bool, _ body: (Range<Int>) -> Void
  ) {
    var start = 0
    for index in lines.indices {
      let next = index + 1
      if next < lines.count, !lines[next].hasBlankBefore, sameAs(lines[index], lines[next]) { continue }
      body(start..<next)
      start = next
    }
  }

  static func render(_ lines: [Line]) -> String {
    var text = ""
    for line in lines {
      if line.hasBlankBefore { text += "\n" }
      text += String(repeating: " ", count: line.indent)
      for (index, cell) in line.cells.enumerated() { text += index == 0 ? cell.text : " " + cell.text }
      if let comment = line.trailingComment { text += "  " + comment }
      text += "\n"
    }
    return text
  }
}
