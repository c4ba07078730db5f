import WeirSource

public enum NodeKind: Hashable, Sendable {
  case file
  /// `module a.b`
  case module
  /// `import a.{x, y}`
  case `import`
  /// From the first annotation, or `public`, or the keyword, to the end.
  case declaration
  /// `@owner("x")`
  case annotation
  /// Braces and what they hold, items one after the other.
  case block(Block)
  /// An item of a block, its annotations included.
  case item
  /// A value, a name or a weighted destination in a `.block(.list)`.
  case element
  /// `when …` or `always`
  case condition
  /// One operand, or several with `and` or `or` between.
  case expression
  case not, parenthesized, comparison
  case reference
  /// Parentheses and what they hold, after the name of a function.
  case arguments
  case type
}

/// A node: a range of tokens. Nodes lie in preorder, so a node's descendants follow it directly.
public struct SyntaxNode: Hashable, Sendable {
  public let kind: NodeKind
  /// Indices of tokens, half-open; both ends are no trivia, but for the file, which has everything.
  public internal(set) var tokens: Range<Int>
  /// One past the index of the last descendant.
  public internal(set) var subtreeEnd: Int
}

/// The lossless syntax of one file: every byte of the source is in exactly one token, every token below exactly one node.
///
/// An arena: nodes and tokens are known by their index. Compiler, formatter, linter and editors read the same tree.
public struct SyntaxTree: Sendable {
  public let source: [UInt8]
  /// In order, trivia included; the last is the end of the file.
  public let tokens: [Token]
  /// In preorder; the first is the file.
  public let nodes: [SyntaxNode]
  /// Whether every part of the source was understood.
  public let isComplete: Bool

  /// Offsets of a token's bytes in the source.
  public func range(ofToken index: Int) -> Range<Int> {
    tokens[index].start..<(index + 1 < tokens.count ? tokens[index + 1].start : source.count)
  }

  public func text(ofToken index: Int) -> String {
    String(decoding: source[range(ofToken: index)], as: UTF8.self)
  }

  /// Indices of the direct children of a node, in order.
  public func children(of node: Int) -> [Int] {
    var children: [Int] = []
    var next = node + 1
    while next < nodes[node].subtreeEnd {
      children.append(next)
      next = nodes[next].subtreeEnd
    }
    return children
  }

  /// The source, put together again from the leaves.
  public var text: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.count)
    appendText(ofNode: 0, to: &bytes)
    return bytes
  }

  private func appendText(ofNode node: Int, to bytes: inout [UInt8]) {
    var next = nodes[node].tokens.lowerBound
    for child in children(of: node) {
      while next < nodes[child].tokens.lowerBound {
        bytes.append(contentsOf: source[range(ofToken: next)])
        next += 1
      }
      appendText(ofNode: child, to: &bytes)
      next = nodes[child].tokens.upperBound
    }
    while next < nodes[node].tokens.upperBound {
      bytes.append(contentsOf: source[range(ofToken: next)])
      next += 1
    }
  }
}
