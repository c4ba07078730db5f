import ArgumentParser
import WeirAnalysis
import WeirPolicy
import WeirSource

struct Graph: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show who may call whom.",
    discussion: """
      A caller may call a service when some request of it is allowed by the rules of one of the service's ports. Callers are
      services, gateways and principals by name, `others` for every other identity, and `nobody` for a peer without a
      certificate. What is proved to be called by none of them has the caller `-`. An edge with `?` is one that could not be
      excluded, and for which no request was found either. Of a gateway what its routes send counts, of others their rules
      alone.

      --from and --to ask along chains of calls; what lies between may pass on whatever it is allowed to send, and anybody may
      leave its certificate out. With both, exit status 0 says that it is proved that there is no path, 1 that there may be one.

      Examples:
        weir graph policies/payments
        weir graph policy.weirb
        weir graph policies/online-boutique --format dot | dot -Tsvg > mesh.svg
        weir graph policy --to ledger                              who can reach ledger, and how
        weir graph policy --from web --to ledger --avoiding payments
                                                                   no path except through payments: status 0
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, dot }

  @Argument(
    help: """
      A bundle, files and folders with sources, or either at a revision of git (`rev:path`); the current folder when left out.
      """)
  var paths: [String] = []

  @Option(help: "How the graph is written: table, or dot (for Graphviz).")
  var format: Format = .table

  @Option(help: ArgumentHelp("Show what this caller can reach.", valueName: "NAME"))
  var from: String?

  @Option(help: ArgumentHelp("Show who can reach this service or gateway.", valueName: "NAME"))
  var to: String?

  @Option(help: ArgumentHelp("Leave out chains through this service or gateway; may be repeated.", valueName: "NAME"))
  var avoiding: [String] = []

  func validate() throws {
    if !avoiding.isEmpty, from == nil, to == nil { throw ValidationError("--avoiding goes with --from or --to.") }
    if let name = avoiding.first(where: { $0 == from || $0 == to }) {
      throw ValidationError("A path from or to \(name) cannot avoid \(name).")
    }
  }

  mutating func run() throws {
    let policy = try PolicySource(paths).policy
    let graph = CallGraph(policy: policy)
    guard from != nil || to != nil else { return show(graph) }
    let paths = CallPaths(graph, of: policy)
    let found = try chains(paths)
    switch format {
    case .dot:
      let used = Set(found.flatMap(\.calls))
      Output.write(Self.dot(graph.edges.filter(used.contains), nodes: [from, to].compactMap(\.self)))
    case .table:
      let rows = found.map { chain in
        let isCertain = chain.calls.allSatisfy(\.isCertain)
        return [chain.from, chain.to, chain.text + (isCertain ? "" : " ?")]
      }
      if !rows.isEmpty { Output.write(Table([["caller", "may reach", "by"]] + rows).text) }
      if rows.isEmpty { Output.write(without(paths)) }
    }
    if from != nil, to != nil, !found.isEmpty { throw ExitCode.findings }
  }

  private struct Chain {
    var from: String
    var to: String
    var calls: [CallGraph.Edge]

    /// `payments (charge) -> ledger (postings)`
    var text: String {
      calls.map { call in
        "\(call.target) (\(call.ruleNames.joined(separator: ", ")))"
      }.joined(separator: " -> ")
    }
  }

  private func chains(_ paths: CallPaths) throws(Failure) -> [Chain] {
    for name in [from, to].compactMap(\.self) + avoiding where !paths.nodes.contains(name) {
      let hint = Spelling.suggestion(for: name, among: paths.nodes).map { "; did you mean \($0)?" } ?? ""
      throw Failure("no service, gateway or principal is named \(name)\(hint)")
    }
    let avoided = Set(avoiding)
    switch (from, to) {
    case (let from?, let to?):
      return paths.path(from: from, to: to, avoiding: avoided).map { [Chain(from: from, to: to, calls: $0)] } ?? []
    case (let from?, nil):
      let found = paths.paths(from: from, avoiding: avoided)
      return paths.nodes.compactMap { node in found[node].map { Chain(from: from, to: node, calls: $0) } }
    case (nil, let to?):
      let found = paths.paths(to: to, avoiding: avoided)
      return paths.nodes.compactMap { node in found[node].map { Chain(from: node, to: to, calls: $0) } }
    case (nil, nil): return []
    }
  }

  /// What is said where there is no chain.
  private func without(_ paths: CallPaths) -> String {
    if let to, !paths.called.contains(to) { return "\(to) only calls: nothing can be sent there\n" }
    let ends = [from.map { "from \($0)" }, to.map { "to \($0)" }].compactMap(\.self).joined(separator: " ")
    let exception = avoiding.isEmpty ? "" : " except through \(avoiding.joined(separator: ", "))"
    return "no path \(ends)\(exception): proved\n"
  }

  private func show(_ graph: CallGraph) {
    switch format {
    case .table:
      let rows = graph.edges.map { edge in
        [edge.caller, edge.target, edge.ruleNames.joined(separator: ", ") + (edge.isCertain ? "" : " ?")]
      }
      let uncalled = graph.uncalled.map { ["-", $0.target, "nothing"] }
      Output.write(Table([["caller", "may call", "by"]] + rows + uncalled).text)
    case .dot: Output.write(Self.dot(graph.edges, nodes: graph.uncalled.map(\.node)))
    }
  }

  /// A service is one node, whether it calls or is called, at whatever port. Names and rules hold no character that DOT would
  /// have to have escaped.
  ///
  /// - Parameter nodes: those that are drawn with or without an edge.
  private static func dot(_ edges: [CallGraph.Edge], nodes: [String]) -> String {
    let drawn = Set(edges.flatMap { [$0.caller, $0.node] })
    var alone: [String] = []
    for node in nodes where !drawn.contains(node) && !alone.contains(node) { alone.append(node) }
    let lines = edges.map { edge in
      let style = edge.isCertain ? "" : ", style=dashed"
      let port = edge.port.map { "port \($0): " } ?? ""
      let label = port + edge.ruleNames.joined(separator: "\\n")
      return "  \"\(edge.caller)\" -> \"\(edge.node)\" [label=\"\(label)\"\(style)];\n"
    }
    return "digraph mesh {\n  rankdir=LR;\n" + alone.map { "  \"\($0)\";\n" }.joined() + lines.joined() + "}\n"
  }
}

extension CallGraph.Edge {
  /// Those that allow it, in words.
  fileprivate var ruleNames: [String] { rules.isEmpty ? ["no rules"] : rules }
}
