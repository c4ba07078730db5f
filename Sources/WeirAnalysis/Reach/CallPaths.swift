import WeirPolicy

/// Chains of calls: who can get something done at a service, through whatever lies between.
///
/// An edge that could not be excluded counts, whoever has an identity may keep it to itself, and what a service does with a
/// call is not known: that there is no path is proved, that there is one is possible.
public struct CallPaths: Sendable {
  /// Everything that can be asked for: services, gateways, principals, `others`, `nobody`.
  public let nodes: [String]
  /// Services and gateways: whatever else there is only calls.
  public let called: Set<String>
  private let edges: [CallGraph.Edge]
  /// Services and gateways that call without an identity.
  private let unnamed: Set<String>

  public init(_ graph: CallGraph, of policy: Policy) {
    nodes =
      policy.services.map(\.name) + policy.gateways.map(\.name) + policy.principals.map(\.name) + ["others", "nobody"]
    called = Set(policy.services.map(\.name) + policy.gateways.map(\.name))
    edges = graph.edges
    unnamed = Set(
      policy.services.filter(\.identities.isEmpty).map(\.name)
        + policy.gateways.filter { $0.identity == nil }.map(\.name))
  }

  /// The calls that a node may make.
  private func calls(of node: String) -> [CallGraph.Edge] {
    edges.filter { edge in
      edge.caller == node || edge.caller == "nobody" || edge.caller == "anybody"
        || edge.caller == "others" && unnamed.contains(node)
    }
  }

  /// A shortest chain of calls; `nil` when it is proved that there is none.
  ///
  /// - Parameter avoided: nodes that no call goes to.
  public func path(from start: String, to end: String, avoiding avoided: Set<String> = []) -> [CallGraph.Edge]? {
    paths(from: start, avoiding: avoided)[end]
  }

  /// A shortest chain of calls to each node that can be reached.
  public func paths(from start: String, avoiding avoided: Set<String> = []) -> [String: [CallGraph.Edge]] {
    var found: [String: [CallGraph.Edge]] = [:]
    var queue = [(node: start, path: [CallGraph.Edge]())]
    var next = 0
    while next < queue.count {
      let (node, path) = queue[next]
      next += 1
      for call in calls(of: node) where !avoided.contains(call.node) && found[call.node] == nil {
        found[call.node] = path + [call]
        queue.append((call.node, path + [call]))
      }
    }
    return found
  }

  /// A shortest chain of calls from each node that can reach the end.
  public func paths(to end: String, avoiding avoided: Set<String> = []) -> [String: [CallGraph.Edge]] {
    var found: [String: [CallGraph.Edge]] = [:]
    for node in nodes where node != end && !avoided.contains(node) {
      found[node] = path(from: node, to: end, avoiding: avoided)
    }
    return found
  }
}
