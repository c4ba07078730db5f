import WeirSyntax

/// Which columns of an item line up with the items above and below.
enum Alignment {
  /// Token and key of each column after the first; lines that follow each other align where the keys are the same.
  static func cellKeys(_ tree: SyntaxTree, item: Int, in block: Block) -> [Int: String] {
    let tokens = tree.nodes[item].tokens.filter { !tree.tokens[$0].kind.isTrivia }
    guard tokens.count > 1, let first = tree.tokens[tokens[0]].word else {
      return block == .test ? testCase(tree, tokens) : [:]
    }
    switch block {
    case .mesh, .gateway, .service, .jwt, .tls, .eject, .health, .capacity, .principal, .cors:
      return field(tree, item: item, tokens, first)
    case .authz: return rule(tree, tokens)
    case .routes: return route(tree, item: item, tokens, first)
    case .test: return testCase(tree, tokens)
    case .file: return first == .let ? typeColumn(tree, item: item) : [:]
    case .staticEndpoints, .labels, .statements, .retry, .retryCauses, .headers, .limit, .facts, .prove, .list:
      return [:]
    }
  }

  private static func field(_ tree: SyntaxTree, item: Int, _ tokens: [Int], _ first: Word) -> [Int: String] {
    if first == .subset { return [:] }
    if first == .claim { return typeColumn(tree, item: item) }
    var keys = [tokens[1]: "field"]
    if first == .port, tokens.count == 4 {
      keys[tokens[2]] = "port"
      keys[tokens[3]] = "port"
    }
    return keys
  }

  /// Names below each other; conditions too where the effect is the same.
  private static func rule(_ tree: SyntaxTree, _ tokens: [Int]) -> [Int: String] {
    let isShadow = tree.tokens[tokens[0]].word == .shadow
    let name = isShadow ? 2 : 1
    guard tokens.count > name + 1 else { return [:] }
    let effect = tree.text(ofToken: tokens[name - 1])
    return [tokens[name]: isShadow ? "shadow" : "rule", tokens[name + 1]: isShadow ? "shadow " + effect : effect]
  }

  private static func route(_ tree: SyntaxTree, item: Int, _ tokens: [Int], _ first: Word) -> [Int: String] {
    switch first {
    case .route where tokens.count > 2: [tokens[2]: "route"]
    case .mount where tokens.count > 2: [tokens[2]: "mount"]
    default: [:]
    }
  }

  /// Callers and outcomes below each other, unless facts come between.
  private static func testCase(_ tree: SyntaxTree, _ tokens: [Int]) -> [Int: String] {
    var keys: [Int: String] = [:]
    for token in tokens {
      if tree.tokens[token].word == .with { return [:] }
      if tree.tokens[token].word == .from, keys.isEmpty { keys[token] = "from" }
      if tree.tokens[token].kind == .arrow { keys[token] = "arrow" }
    }
    return keys
  }

  /// The type of a claim or a constant.
  private static func typeColumn(_ tree: SyntaxTree, item: Int) -> [Int: String] {
    guard let type = tree.children(of: item).first(where: { tree.nodes[$0].kind == .type }) else { return [:] }
    return [tree.nodes[type].tokens.lowerBound: "type"]
  }
}
