/// The part of a source line that is shown: the whole line, or of a long one the surroundings of a place.
///
/// A file without ends of lines, or one that is no text at all, would fill the terminal otherwise.
struct LineExtract {
  /// With `…` where something is left out.
  let text: String
  /// Columns of the line, from 1.
  private let columns: Range<Int>

  static let columnsMax = 200
  private static let columnsBefore = 60

  /// - Parameter column: of the line, from 1; one past the end at most.
  init(of line: String, around column: Int) {
    let scalars = line.unicodeScalars
    let count = scalars.count
    guard count > Self.columnsMax else {
      text = line
      columns = 1..<(count + 2)
      return
    }
    let first = max(1, min(column - Self.columnsBefore, count + 1 - Self.columnsMax))
    let start = scalars.index(scalars.startIndex, offsetBy: first - 1)
    let end = scalars.index(start, offsetBy: Self.columnsMax)
    text = (first > 1 ? "…" : "") + String(scalars[start..<end]) + (end < scalars.endIndex ? "…" : "")
    columns = first..<(first + Self.columnsMax + (end < scalars.endIndex ? 0 : 1))
  }

  func shows(_ column: Int) -> Bool { columns.contains(column) }

  /// How many columns of the text stand before a column of the line.
  func indent(of column: Int) -> Int { column - columns.lowerBound + (columns.lowerBound > 1 ? 1 : 0) }

  /// The part of a range of columns that is shown, at least one column.
  func width(from start: Int, to end: Int) -> Int { max(1, min(end, columns.upperBound) - start) }
}

extension String {
  /// The beginning, where the whole would be more than somebody reads: messages quote what was written.
  var bounded: String {
    let max = 500
    guard let end = unicodeScalars.index(startIndex, offsetBy: max, limitedBy: endIndex), end < endIndex else {
      return self
    }
    return String(unicodeScalars[..<end]) + "…"
  }
}
