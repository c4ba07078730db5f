import WeirSyntax

extension Printer {
  /// A node's own tokens and its children, in order.
  private enum Part {
    case token(Int)
    case node(Int)
  }

  private func parts(of node: Int) -> [Part] {
    var parts: [Part] = []
    var next = tree.nodes[node].tokens.lowerBound
    func addTokens(upTo end: Int) {
      while next < end {
        if !tree.tokens[next].kind.isTrivia, tree.tokens[next].kind != .endOfFile { parts.append(.token(next)) }
        next += 1
      }
    }
    for child in tree.children(of: node) {
      addTokens(upTo: tree.nodes[child].tokens.lowerBound)
      parts.append(.node(child))
      next = tree.nodes[child].tokens.upperBound
    }
    addTokens(upTo: tree.nodes[node].tokens.upperBound)
    return parts
  }

  // MARK: - Items

  /// The items of a block or of the file, each on its own line; separators are left out.
  mutating func printItems(of node: Int, in block: Block, indent: Int) {
    var isFirst = true
    let parts = parts(of: node)
    for (index, part) in parts.enumerated() {
      switch part {
      case .token(let token) where tree.tokens[token].kind == .comma:
        // A newline does not separate before a brace.
        if index + 1 < parts.count, beginsWithBrace(parts[index + 1]) { write(token) } else { skip(token) }
      case .token: break
      case .node(let item):
        newLine(indent, blank: isFirst ? .afterComment : .always)
        printItem(item, in: block, indent: indent)
        isFirst = false
      }
    }
  }

  private func beginsWithBrace(_ part: Part) -> Bool {
    guard case .node(let node) = part else { return false }
    return tree.tokens[tree.nodes[node].tokens.lowerBound].kind == .leftBrace
  }

  private mutating func printItem(_ item: Int, in block: Block, indent: Int) {
    printComments(before: tree.nodes[item].tokens.lowerBound, indent: indent)
    let firstLine = lines.count
    cellKeys = isBroken[item] ? [:] : Alignment.cellKeys(tree, item: item, in: block)
    printNode(item, indent: indent, trailing: 0)
    cellKeys = [:]
    // What turned out to take several lines is not aligned.
    if lines.count > firstLine + 1 { lines[firstLine].joinCells() }
  }

  // MARK: - Nodes

  /// `indent` of the line that the node is part of; `trailing`: characters that follow the node on its last line.
  private mutating func printNode(_ node: Int, indent: Int, trailing: Int) {
    switch tree.nodes[node].kind {
    case .block(let block): printBlock(node, block, indent: indent, trailing: trailing)
    case .parenthesized: printParenthesized(node, trailing: trailing)
    case .annotation:
      printParts(of: node, indent: indent, trailing: 0)
      newLine(indent)
    case .expression: printCondition(node, indent: indent, trailing: trailing)
    case .condition:
      conditionIsBroken = false
      printParts(of: node, indent: indent, trailing: trailing)
    case .file, .module, .import, .declaration, .item, .element, .not, .comparison, .reference,
      .arguments, .type:
      printParts(of: node, indent: indent, trailing: trailing)
    }
  }

  private mutating func printParts(of node: Int, indent: Int, trailing: Int) {
    let parts = parts(of: node)
    for (index, part) in parts.enumerated() {
      switch part {
      case .token(let token): write(token)
      case .node(let child):
        // A brace below a condition of several lines begins a line of its own.
        if case .block = tree.nodes[child].kind, index > 0, case .node(let before) = parts[index - 1],
          tree.nodes[before].kind == .condition, conditionIsBroken
        {
          newLine(indent)
        }
        let after = widthAfter(index, parts, trailing: trailing)
        printNode(child, indent: indent, trailing: after)
      }
    }
  }

  /// Characters between the end of a part and the next place where the line may end.
  private func widthAfter(_ index: Int, _ parts: [Part], trailing: Int) -> Int {
    var width = 0
    for part in parts[(index + 1)...] {
      switch part {
      case .token(let token): width += 1 + tree.text(ofToken: token).unicodeScalars.count
      case .node(let node):
        if case .block(let block) = tree.nodes[node].kind, block != .list || isBroken[node] { return width + 2 }
        width += 1 + Layout.width(tree, of: tree.nodes[node].tokens, limit: lineWidthMax)
      }
    }
    return width + trailing
  }

  private func fits(_ node: Int, trailing: Int) -> Bool {
    let room = lineWidthMax - column - 1 - trailing
    return room > 0 && Layout.width(tree, of: tree.nodes[node].tokens, limit: room) <= room
  }

  // MARK: - Braces

  private mutating func printBlock(_ node: Int, _ block: Block, indent: Int, trailing: Int) {
    let tokens = tree.nodes[node].tokens
    let isTight = isImportList(node)
    if !isBroken[node], fits(node, trailing: trailing) || tree.children(of: node).isEmpty {
      printFlat(node, isTight: isTight, indent: indent)
      return
    }
    write(tokens.lowerBound, glued: isTight)
    let outerKeys = cellKeys
    printItems(of: node, in: block, indent: indent + 2)
    cellKeys = outerKeys
    let closing = tokens.upperBound - 1
    newLine(indent + 2, blank: tree.children(of: node).isEmpty ? .afterComment : .always)
    printComments(before: closing, indent: indent + 2)
    newLine(indent)
    write(closing)
  }

  private mutating func printFlat(_ node: Int, isTight: Bool, indent: Int) {
    let parts = parts(of: node)
    for (index, part) in parts.enumerated() {
      switch part {
      case .token(let token):
        let closesNext = index + 2 == parts.count
        if tree.tokens[token].kind == .comma, closesNext { skip(token) } else { write(token, glued: isTight) }
      case .node(let child):
        if isTight { glueNext = index == 1 }
        printNode(child, indent: indent, trailing: 0)
      }
    }
  }

  /// `import a.{x, y}` has no spaces inside its braces.
  private func isImportList(_ node: Int) -> Bool {
    var token = tree.nodes[node].tokens.lowerBound - 1
    while token >= 0, tree.tokens[token].kind.isTrivia { token -= 1 }
    return token >= 0 && tree.tokens[token].kind == .dot
  }

  // MARK: - Conditions

  /// After `when` or `=`: on the same line, or each operand on a line of its own.
  private mutating func printCondition(_ node: Int, indent: Int, trailing: Int) {
    conditionIsBroken = false
    let hasOperators = tree.children(of: node).count > 1
    if !isBroken[node], fits(node, trailing: trailing) || !hasOperators {
      printParts(of: node, indent: indent, trailing: trailing)
      return
    }
    if !hasOperators, !Layout.hasNewlineAfterKeyword(tree, before: node) {
      printParts(of: node, indent: indent, trailing: trailing)
      return
    }
    newLine(indent + 2)
    printOperands(of: node, indent: indent + 2)
    conditionIsBroken = true
  }

  private mutating func printOperands(of node: Int, indent: Int) {
    for part in parts(of: node) {
      switch part {
      case .token(let joiner):
        newLine(indent)
        write(joiner)
      case .node(let operand): printNode(operand, indent: indent, trailing: 0)
      }
    }
  }

  /// Operands on several lines begin below each other.
  private mutating func printParenthesized(_ node: Int, trailing: Int) {
    for part in parts(of: node) {
      switch part {
      case .token(let token): write(token)
      case .node(let expression):
        let indent = column
        let hasOperators = tree.children(of: expression).count > 1
        if hasOperators, isBroken[expression] || !fits(expression, trailing: trailing + 1) {
          printOperands(of: expression, indent: indent)
        } else {
          printParts(of: expression, indent: indent, trailing: trailing + 1)
        }
      }
    }
  }
}
