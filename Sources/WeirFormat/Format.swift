import WeirSyntax

/// The longest line, in characters, that the formatter does not break.
public let lineWidthMax = 120

/// The source of `tree` in the one canonical style; `nil` when the tree has errors, since what was not understood cannot be
/// laid out without a risk of changing it.
///
/// - Two spaces a level, at most one blank line, two spaces before a trailing comment, comments in a run aligned.
/// - Braces and conditions written on one line stay on one line when they fit into `lineWidthMax`; otherwise each item, and
///   each operand of `and` or `or`, has its own line.
/// - One-line fields, rules, mounts, claims and test cases that follow each other are aligned.
///
/// `parse(format(parse(x)))` is `parse(x)` but for places, and formatting twice changes nothing more.
/// Complexity: O(length of the text × depth of nesting).
public func format(_ tree: SyntaxTree) -> String? {
  guard tree.isComplete else { return nil }
  var printer = Printer(tree)
  printer.printFile()
  return Line.render(Line.aligned(printer.lines))
}
