import WeirSource

extension Parser {
  /// The whole file.
  mutating func sourceUnit() -> SourceUnit {
    open(.file)
    var unit = SourceUnit(file: file, module: nil, imports: [], declarations: [])
    var hasModule = false
    while true {
      takeNewline()
      if rawKind == .endOfFile { break }
      braceDepth = 0
      parenDepth = 0
      nesting = 0
      openBlocks.removeAll(keepingCapacity: true)
      let openCount = openNodes.count
      do {
        if word == .module {
          hasModule = true
          try module(&unit)
        } else {
          // A misspelled first word is the one mistake to report.
          if !hasModule, beginsDeclaration { reportMissingModule() }
          hasModule = true
          if word == .import { try importLine(&unit) } else { unit.declarations.append(try declaration()) }
        }
        try endOfDeclaration()
      } catch {
        closeNodes(to: openCount)
        recoverAtDeclaration()
      }
    }
    if !hasModule { reportMissingModule() }
    openNodes.removeAll()
    // The file has every token, trivia and end of file too.
    nodes[0].tokens = 0..<tokens.count
    nodes[0].subtreeEnd = nodes.count
    return unit
  }

  private mutating func reportMissingModule() {
    if rawKind == .invalid { return }
    let start = tokens[position].start
    report(
      .missingModule, at: SourceSpan(file: file, start: start, end: start), "the file does not name its module",
      note: "a file begins with `module NAME`; its folder does not count",
      help: "add a line such as `module shop.payments`")
  }

  private mutating func endOfDeclaration() throws(SyntaxFailure) {
    if kind == .newline || kind == .endOfFile { return }
    if kind == .semicolon { return bump() }
    if kind == .invalid { throw .item }
    if word == .else { throw misplacedElse() }
    if kind == .rightBrace || kind == .rightParen { throw expectedError("the end of the declaration") }
    throw fail(
      .missingSeparator, at: currentSpan, "expected a new line before \(describeCurrent())",
      note: "declarations stand on lines of their own")
  }

  /// Skips to a line that begins a declaration outside all braces, or at the margin.
  private mutating func recoverAtDeclaration() {
    while rawKind != .endOfFile {
      if isDeclarationAtMargin(position) { return }
      if braceDepth == 0, newlineBefore, beginsDeclaration { return }
      skipToken()
      if braceDepth < 0 { braceDepth = 0 }
    }
  }

  private var beginsDeclaration: Bool {
    rawKind == .at || tokens[position].word.map(Block.file.words.contains) ?? false
  }

  // MARK: - Module and imports

  private mutating func module(_ unit: inout SourceUnit) throws(SyntaxFailure) {
    let place = currentSpan
    open(.module)
    keyword()
    let path = try path("the name of the module")
    close()
    if unit.module != nil {
      report(.outOfOrder, at: place, "the file names its module twice", note: Self.order)
    } else if !unit.imports.isEmpty || !unit.declarations.isEmpty {
      report(.outOfOrder, at: place, "the `module` line comes first", note: Self.order)
    } else {
      unit.module = path
    }
  }

  private static let order = "a file has its `module` line, then imports, then declarations"

  /// `import a.b` or `import a.b.{x, y}`
  private mutating func importLine(_ unit: inout SourceUnit) throws(SyntaxFailure) {
    let start = position
    open(.import)
    keyword()
    let pathStart = position
    var parts = [try name("the name of a module")]
    var pathSpan = span(from: pathStart)
    var names: [Name]?
    while names == nil, accept(.dot) {
      if kind == .leftBrace {
        names = try self.names("the name of a declaration")
      } else {
        parts.append(try name("a name or `{` after the dot"))
        pathSpan = span(from: pathStart)
      }
    }
    close()
    let line = Import(module: Path(parts, pathSpan), names: names, span: span(from: start))
    if !unit.declarations.isEmpty {
      report(.outOfOrder, at: line.span, "imports come before declarations", note: Self.order)
    }
    unit.imports.append(line)
  }

  // MARK: - Declarations

  private mutating func declaration() throws(SyntaxFailure) -> Declaration {
    let start = position
    let documentation = documentation(before: start)
    open(.declaration)
    let annotations = try annotations()
    let publicSpan = word == .public ? currentSpan : nil
    if publicSpan != nil { keyword() }
    let kind = try declarationKind()
    close()
    return Declaration(
      documentation: documentation, annotations: annotations, publicSpan: publicSpan, kind: kind,
      span: span(from: start))
  }

  private mutating func declarationKind() throws(SyntaxFailure) -> Declaration.Kind {
    guard let word, Block.declarationWords.contains(word) else {
      if rawKind == .rightBrace { throw fail(.unexpected, at: currentSpan, "this `}` closes nothing") }
      throw unknownWord(in: .file)
    }
    keyword()
    switch word {
    case .mesh: return .mesh(try mesh())
    case .gateway: return .gateway(try gateway())
    case .service: return .service(try service())
    case .principal: return .principal(try principal())
    case .authz: return .authz(try authz())
    case .ceiling: return .ceiling(try ceiling())
    case .routes: return .routes(try routes())
    case .retry: return .retry(try retry())
    case .headers: return .headers(try headers())
    case .limit: return .limit(try limit())
    case .jwt: return .jwt(try jwt())
    case .header: return .header(try header())
    case .let: return .let(try letDeclaration())
    case .fn: return .fn(try function())
    case .data: return .data(try data())
    case .test: return .test(try test())
    case .prove: return .prove(try prove())
    default: throw unknownWord(in: .file)
    }
  }

  /// The `///` lines directly above the token.
  func documentation(before token: Int) -> [String] {
    var lines: [String] = []
    var newlines = 0
    var index = token - 1
    while index >= 0, newlines < 2 {
      switch tokens[index].kind {
      case .whitespace: break
      case .newline: newlines += 1
      case .docComment:
        newlines = 0
        var line = text(ofToken: index).dropFirst(3)
        if line.hasPrefix(" ") { line = line.dropFirst() }
        lines.append(String(line))
      default: newlines = 2
      }
      index -= 1
    }
    return lines.reversed()
  }

  /// `@owner("payments-security")`, each on its own line or not.
  mutating func annotations() throws(SyntaxFailure) -> [Annotation] {
    var annotations: [Annotation] = []
    while kind == .at {
      let start = position
      open(.annotation)
      bump()
      let name = try name("the name of the annotation")
      var argument: Spanned<Annotation.Argument>?
      if kind == .leftParen {
        parenDepth += 1
        bump()
        if rawKind == .date {
          let date = try date("a date")
          argument = Spanned(.date(date.value), date.span)
        } else {
          let string = try string("a string or a date")
          argument = Spanned(.string(string.value), string.span)
        }
        guard rawKind == .rightParen else { throw expectedError("`)`") }
        parenDepth -= 1
        bump()
      }
      close()
      annotations.append(Annotation(name: name, argument: argument, span: span(from: start)))
      // An annotation belongs to what follows, on this line or the next.
      takeNewline()
    }
    return annotations
  }
}
