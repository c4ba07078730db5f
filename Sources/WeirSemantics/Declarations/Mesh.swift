import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  mutating func checkMesh() {
    guard let mesh = meshes.first else { return }
    var trustDomain: Spanned<String>?
    var merges: Spanned<Void>?
    for item in mesh.syntax.items {
      switch item.kind {
      case .trustDomain(let text): once(&trustDomain, text.value, at: text.span, "trust_domain")
      case .pathsMergeAndDecode: once(&merges, (), at: item.span, "paths")
      }
    }
    let domain = trustDomain.flatMap { expressions.trustDomain($0) }
    if trustDomain == nil {
      missing(
        "trust_domain", in: "mesh `\(mesh.syntax.name.text)`", at: mesh.syntax.name.span,
        help: "add `trust_domain \"…\"`: the authority of the mesh's identities")
    }
    program.policy.mesh = Mesh(
      name: mesh.syntax.name.text, module: mesh.module, trustDomain: domain ?? "",
      mergesAndDecodesPaths: merges != nil, position: position(mesh.span))
  }

  mutating func checkPrincipals() {
    for principal in principals {
      let name = principal.syntax.name
      if principal.syntax.identities.isEmpty {
        missing("identity", in: "principal `\(name.text)`", at: name.span)
      }
      unique(principal.syntax.identities, "identity")
      var patterns: [SegmentPattern] = []
      for text in principal.syntax.identities {
        guard let pattern = expressions.identityPattern(text) else { continue }
        patterns.append(pattern)
        if pattern.isExact { claimIdentity(pattern.text, of: "principal `\(name.text)`", at: text.span) }
      }
      program.policy.principals.append(
        Principal(name: name.text, module: principal.module, identities: patterns, position: position(principal.span)))
    }
  }

  mutating func checkGateways() {
    for gateway in gateways { checkGateway(gateway) }
  }

  private mutating func checkGateway(_ gateway: Placed<GatewayDeclaration>) {
    let name = gateway.syntax.name
    var identity: Spanned<String>?
    var hosts: Spanned<[Spanned<String>]>?
    for item in gateway.syntax.items {
      switch item.kind {
      case .identity(let text): once(&identity, text.value, at: text.span, "identity")
      case .hosts(let texts): once(&hosts, texts, at: item.span, "hosts")
      }
    }
    if hosts?.value.isEmpty ?? true {
      missing(
        "hosts", in: "gateway `\(name.text)`", at: hosts?.span ?? name.span,
        help: "add `hosts { \"shop.example\" }`: a gateway answers for the hosts it names and no other")
    }
    var patterns: [HostPattern] = []
    for text in hosts?.value ?? [] {
      guard let pattern = expressions.hostPattern(text) else { continue }
      patterns.append(pattern)
      claimHost(pattern, by: "gateway `\(name.text)`", module: gateway.module, at: text.span)
    }
    program.policy.gateways.append(
      Gateway(
        name: name.text, module: gateway.module,
        identity: identity.flatMap { meshIdentity($0, of: "gateway `\(name.text)`") }, hosts: patterns, authz: nil,
        position: position(gateway.span)))
  }

  // MARK: Identities

  /// An identity of something in the mesh: valid, in its trust domain, declared once.
  mutating func meshIdentity(_ text: Spanned<String>, of owner: String) -> String? {
    guard let identity = expressions.identity(text) else { return nil }
    claimIdentity(identity, of: owner, at: text.span)
    if let mesh = program.policy.mesh, !mesh.trustDomain.isEmpty,
      !identity.hasPrefix("spiffe://\(mesh.trustDomain)/")
    {
      report(
        .foreignIdentity, at: text.span, "the identity of \(owner) is not in the mesh's trust domain",
        notes: ["mesh `\(mesh.name)` has trust domain \"\(mesh.trustDomain)\""],
        help: "identities of other trust domains are declared as `principal`")
    }
    return identity
  }

  private mutating func claimIdentity(_ identity: String, of owner: String, at span: SourceSpan) {
    if let first = identities[identity] {
      if first.owner != owner {
        report(
          .duplicateIdentity, at: span, "\(owner) has the identity of \(first.owner)",
          labels: [.init(first.span, "declared here")], notes: ["rules could not tell them apart"])
      }
    } else {
      identities[identity] = (owner, span)
    }
  }
}

extension SegmentPattern {
  /// Whether it matches one string alone.
  var isExact: Bool {
    guard rest == .none else { return false }
    return segments.allSatisfy { segment in
      switch segment {
      case .literal: true
      case .capture: false
      }
    }
  }
}
