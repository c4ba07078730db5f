import WeirPolicy
import WeirSource

/// A host that a gateway or a `routes` block answers for.
struct ClaimedHost {
  var pattern: HostPattern
  /// For messages: ``gateway `edge` ``.
  var owner: String
  var module: String
  var span: SourceSpan
}

extension DeclarationChecker {
  /// Notes who answers for a host. A host has one owner; under another module's wildcard it is taken by `mount` only.
  mutating func claimHost(_ pattern: HostPattern, by owner: String, module: String, at span: SourceSpan) {
    if let first = hosts.first(where: { $0.pattern == pattern }) {
      report(
        .hostTaken, at: span,
        first.owner == owner
          ? "host \"\(pattern.spelling)\" stands twice"
          : "host \"\(pattern.spelling)\" belongs to \(first.owner) already",
        labels: [.init(first.span, "first here")])
      return
    }
    hosts.append(ClaimedHost(pattern: pattern, owner: owner, module: module, span: span))
  }

  /// Reports hosts that lie under a wildcard of another module. Runs when all are known.
  mutating func checkWildcardHosts() {
    let wildcards = hosts.filter { $0.pattern.isWildcard }
    for host in hosts {
      for wildcard in wildcards where wildcard.module != host.module && wildcard.pattern.covers(host.pattern) {
        report(
          .hostTaken, at: host.span,
          "host \"\(host.pattern.spelling)\" lies under \"\(wildcard.pattern.spelling)\" of module `\(wildcard.module)`",
          labels: [.init(wildcard.span, "\(wildcard.owner) answers for all of these")],
          help: "let `\(wildcard.module)` mount a tree of this module")
        break
      }
    }
  }
}

extension HostPattern {
  var spelling: String { isWildcard ? "*." + name : name }

  /// Whether every host of `other` is also one of this wildcard.
  func covers(_ other: HostPattern) -> Bool {
    guard isWildcard, self != other else { return false }
    return other.name.hasSuffix("." + name) || (other.isWildcard && other.name == name)
  }
}
