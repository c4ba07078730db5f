import WeirPolicy
import WeirRequest

/// A setting of a declaration in words, to be compared with the same one of another version.
struct Setting: Hashable {
  let name: String
  let value: String

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  init?(_ name: String, _ value: String?) {
    guard let value else { return nil }
    self.init(name, value)
  }
}

/// How one setting differs.
public struct SettingChange: Hashable, Sendable {
  public let name: String
  /// `nil` where it is not said.
  public let old: String?
  public let new: String?
}

extension [Setting] {
  /// In the order of the new settings, then what only the old ones have.
  func changes(to new: [Setting]) -> [SettingChange] {
    let names = new.map(\.name) + map(\.name).filter { name in !new.contains { $0.name == name } }
    return names.compactMap { name in
      let left = first { $0.name == name }?.value
      let right = new.first { $0.name == name }?.value
      return left == right ? nil : SettingChange(name: name, old: left, new: right)
    }
  }
}

/// What declarations say, in the words of the language.
struct SettingText {
  let policy: Policy

  func settings(of action: RouteAction) -> [Setting] {
    var result: [Setting?] = []
    switch action.kind {
    case .forward(let split, let sticky):
      result.append(Setting("to", policy.plan(split).text))
      result.append(Setting("sticky by", sticky.map(text)))
    case .redirect(let status, let location):
      result.append(Setting("answer", "redirect \(status) to \"\(location.text)\""))
    case .respond(let status, let body):
      result.append(Setting("answer", "respond \(status)" + (body.map { " with \"\($0)\"" } ?? "")))
    }
    result += [
      Setting("rewrite path", action.rewritePath.map { "\"\($0.text)\"" }),
      Setting("rewrite host", action.rewriteHost.map { "\"\($0)\"" }),
      Setting("headers", list(action.headerChanges.map(text))), Setting("cors", action.cors.map(text)),
      Setting("mirror", list(action.mirrors.map { "\(policy.name(of: $0.destination)) \(percentText($0.share))" })),
      Setting("delay", action.delay.map { "\(durationText($0.nanoseconds)) for \(percentText($0.share))" }),
      Setting("abort", action.abort.map { "\($0.status) for \(percentText($0.share))" }),
      Setting("timeout", action.timeoutNanoseconds.map(durationText)),
      Setting("idle timeout", action.idleTimeoutNanoseconds.map(durationText)),
      Setting("websocket", action.allowsWebSocket ? "allowed" : nil),
    ]
    let retry = action.retry.map { settings(of: policy.retries[$0]) } ?? []
    return result.compactMap(\.self) + retry.map { Setting("retry: \($0.name)", $0.value) }
  }

  private func settings(of retry: Retry) -> [Setting] {
    [
      Setting("tries", "\(retry.tries)"), Setting("on", list(retry.causes.map(text))),
      Setting("when", retry.condition.map { ConditionText(policy: policy, namesCallers: false).text($0) }),
      Setting("per try timeout", retry.perTryTimeoutNanoseconds.map(durationText)),
      Setting(
        "backoff", "\(durationText(retry.backoffMinNanoseconds)) to \(durationText(retry.backoffMaxNanoseconds))"),
      Setting("budget", percentText(retry.budget)), Setting("even unsafe", retry.evenUnsafe ? "yes" : nil),
      Setting("idempotency header", retry.idempotencyHeader.map { "\"\($0)\"" }),
    ].compactMap(\.self)
  }

  func settings(of limit: Limit) -> [Setting] {
    let masks = [limit.ipv4Prefix, limit.ipv6Prefix].compactMap { $0.map { " /\($0)" } }.joined()
    return [
      Setting("rate", rate(limit)), Setting("burst", "\(limit.burst)"),
      Setting("by", limit.key.map { $0.text + masks }), Setting("keys", limit.keysMax.map(String.init)),
    ].compactMap(\.self)
  }

  /// Per second, minute or hour, as it is written.
  private func rate(_ limit: Limit) -> String {
    switch limit.perNanoseconds {
    case 1_000_000_000: "\(limit.count)/s"
    case 60_000_000_000: "\(limit.count)/min"
    case 3_600_000_000_000: "\(limit.count)/h"
    default: "\(limit.count) in \(durationText(limit.perNanoseconds))"
    }
  }

  func settings(of mesh: Mesh) -> [Setting] {
    [
      Setting("trust domain", "\"\(mesh.trustDomain)\""),
      Setting("paths", mesh.mergesAndDecodesPaths ? "merge_and_decode" : "strict"),
    ]
  }

  func settings(of gateway: Gateway) -> [Setting] {
    [
      Setting("identity", gateway.identity.map { "\"\($0)\"" }),
      Setting("hosts", list(gateway.hosts.map { "\"\($0)\"" })),
      Setting("authz", gateway.authz == nil ? "none, everybody is admitted" : "has rules"),
    ].compactMap(\.self)
  }

  func settings(of issuer: TokenIssuer) -> [Setting] {
    let keys =
      switch issuer.keys {
      case .url(let url): "url \"\(url)\""
      case .file(let file): "file \"\(file)\""
      }
    let claims = issuer.claims.map { claim in
      Setting(
        "claim \(claim.name)",
        "\(claim.type.spelling)\(claim.isOptional ? "?" : "") from "
          + claim.path.map { "\"\($0)\"" }.joined(separator: " / ")
          + (claim.separator.map { " split \"\($0)\"" } ?? ""))
    }
    return [
      Setting("issuer", "\"\(issuer.issuer)\""),
      Setting("audiences", list(issuer.audiences.map { "\"\($0)\"" }) ?? "any"),
      Setting("keys", keys), Setting("algorithms", issuer.algorithms.map(\.rawValue).joined(separator: ", ")),
    ] + claims
  }

  func settings(of set: DataSet) -> [Setting] {
    [
      Setting("members", "\(set.member)"), Setting("max", "\(set.membersMax)"),
      Setting("stale", durationText(set.staleNanoseconds)),
    ]
  }

  // MARK: - Pieces

  /// `nil` for nothing.
  func list(_ texts: [String]) -> String? { texts.isEmpty ? nil : texts.joined(separator: ", ") }

  func text(_ key: StickyKey) -> String {
    switch key {
    case .cookie(let name): "cookie \"\(name)\""
    case .attribute(let attribute): attribute.text
    }
  }

  private func text(_ change: HeaderChange) -> String {
    func value(_ value: HeaderChange.Value) -> String {
      switch value {
      case .text(let text): "\"\(text)\""
      case .attribute(let attribute): attribute.text
      }
    }
    let header = "\(change.side).header[\"\(change.header)\"]"
    return switch change.operation {
    case .set(let new): "set \(header) to \(value(new))"
    case .add(let new): "add \(value(new)) to \(header)"
    case .remove: "remove \(header)"
    }
  }

  private func text(_ cors: Cors) -> String {
    let lists = [
      ("origins", cors.origins), ("methods", cors.methods), ("headers", cors.headers), ("exposed", cors.exposedHeaders),
    ]
    let said = lists.compactMap { name, texts in texts.isEmpty ? nil : "\(name) \(texts.joined(separator: " "))" }
    let rest = [
      cors.allowsCredentials ? "with credentials" : "without credentials",
      cors.maxAgeNanoseconds.map { "for \(durationText($0))" },
    ]
    return (said + rest.compactMap(\.self)).joined(separator: ", ")
  }

  private func text(_ cause: Retry.Cause) -> String {
    switch cause {
    case .connectFailure: "connect_failure"
    case .reset: "reset"
    case .timeout: "timeout"
    case .status(let range):
      range.count == 1 ? "status \(range.lowerBound)" : "status \(range.lowerBound)..\(range.upperBound)"
    case .grpc(let code): "grpc status \(code)"
    }
  }
}
