import ArgumentParser
import WeirAnalysis
import WeirPolicy

struct Graph: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show who may call whom.",
    discussion: """
      A caller may call a service when some request of it is allowed by the rules of one of the service's ports. Callers are
      services, gateways and principals by name, `others` for every other identity, and `nobody` for a peer without a
      certificate. An edge with `?` is one that could not be excluded, and for which no request was found either. Where
      requests are routed is not looked at.

      Examples:
        weir graph policies/payments
        weir graph policies/online-boutique --format dot | dot -Tsvg > mesh.svg
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, dot }

  @Argument(help: "Files and folders with the policy; the current folder when left out.")
  var paths: [String] = []

  @Option(help: "How the graph is written: table, or dot (for Graphviz).")
  var format: Format = .table

  mutating func run() throws {
    let policy = try Policy.checked(at: paths)
    let edges = CallGraph(policy: policy).edges
    switch format {
    case .table:
      let rows = edges.map { edge in
        let rules = edge.rules.isEmpty ? "no rules" : edge.rules.joined(separator: ", ")
        return [edge.caller, edge.target, rules + (edge.isCertain ? "" : " ?")]
      }
      Output.write(Table([["caller", "may call", "by"]] + rows).text)
    case .dot: Output.write(Self.dot(edges))
    }
  }

  /// Names and rules hold no character that DOT would have to have escaped.
  private static func dot(_ edges: [CallGraph.Edge]) -> String {
    let lines = edges.map { edge in
      let style = edge.isCertain ? "" : ", style=dashed"
      return "  \"\(edge.caller)\" -> \"\(edge.target)\" [label=\"\(edge.rules.joined(separator: "\\n"))\"\(style)];\n"
    }
    return "digraph mesh {\n  rankdir=LR;\n" + lines.joined() + "}\n"
  }
}
