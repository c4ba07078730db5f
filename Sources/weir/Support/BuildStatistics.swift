import WeirCodegen

/// How the scopes of a bundle are decided, in words.
struct BuildStatistics {
  var scopes: [ScopeStatistics]

  /// A line a scope, then the sum.
  var text: String {
    var text = scopes.map { line($0) + "\n" }.joined()
    let rules = scopes.reduce(0) { $0 + $1.rules }
    let indexed = scopes.reduce(0) { $0 + $1.indexedRules }
    text += "\(indexed) of \(rules) rules and routes indexed (\(rules == 0 ? 100 : 100 * indexed / rules)%)\n"
    return text
  }

  private func line(_ scope: ScopeStatistics) -> String {
    let what = scope.kind == .routes ? "routes" : "authz"
    var text = "\(what) \(scope.name): "
    switch scope.strategy {
    case .graph: text += "graph of \(FindingsPrinter.counted(scope.edges, "edge"))"
    case .clauses: text += "by \(FindingsPrinter.counted(scope.clauses, "clause"))"
    case .sequence: text += "rule after rule"
    }
    text += ", \(FindingsPrinter.counted(scope.slots, "slot"))"
    if scope.classifiers > scope.slots { text += " with \(FindingsPrinter.counted(scope.classifiers, "classifier"))" }
    text += ", \(FindingsPrinter.counted(scope.variables, "variable")), \(scope.indexedRules) of \(scope.rules) indexed"
    if !scope.causes.isEmpty {
      text += "; a graph would be too large because of \(scope.causes.joined(separator: ", "))"
    }
    if scope.refusals > 0 {
      text +=
        "; \(FindingsPrinter.counted(scope.refusals, "pattern or regex", "patterns or regexes")) tested one by one"
    }
    return text
  }
}
