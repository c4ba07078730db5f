import CTLS
import WeirPolicy

/// The TLS contexts of one worker and one generation of files: made by the control thread, never changed afterwards.
///
/// Each worker has its own, since OpenSSL's contexts take locks and counts that are contended otherwise (9 KB a certificate). Sessions keep the set that
/// they began with; a new generation is simply another set. Chains that were verified are remembered here until they expire, so that a change of trust
/// forgets them.
@safe public final class TLSContextSet: @unchecked Sendable {
  // Everything behind the pointer is constant after `init`, except for counts, which are atomic, and the remembered chains, which a flag guards.
  let pointer: OpaquePointer
  /// As configured: what was verified under another number has to be verified again.
  public let trustGeneration: UInt64

  /// - Throws: the first thing that is wrong. Complexity: O(bytes of certificates + names × log names).
  public init(_ configuration: TLSConfiguration) throws(TLSConfigurationError) {
    trustGeneration = configuration.trustGeneration
    let salt = (0..<8).map { UInt8(truncatingIfNeeded: configuration.trustGeneration >> ($0 * 8)) }
    let made = unsafe configuration.ticketKeys.bytes.lend { tickets in
      unsafe salt.lend { unsafe weir_tls_set_new(tickets, $0) }
    }
    guard let made = unsafe made else { throw .set(.outOfMemory) }
    unsafe pointer = made
    for (index, certificate) in configuration.certificates.enumerated() {
      let status = unsafe certificate.chain.lend { chain in
        unsafe certificate.key.lend { unsafe weir_tls_add_certificate(pointer, chain, $0) }
      }
      if status < 0 { throw .certificate(index, .init(refusal: status)) }
    }
    for (index, roots) in configuration.roots.enumerated() {
      let status = unsafe roots.lend { unsafe weir_tls_add_roots(pointer, $0) }
      if status < 0 { throw .roots(index, .init(refusal: status)) }
    }
    for (index, domain) in configuration.trustDomains.enumerated() {
      if let problem = add(domain, configuration) { throw .trustDomain(index, problem) }
    }
    for (index, listener) in configuration.listeners.enumerated() {
      if let problem = add(listener, configuration) { throw .listener(index, problem) }
    }
    for (index, upstream) in configuration.upstreams.enumerated() {
      if let problem = add(upstream, configuration) { throw .upstream(index, problem) }
    }
    let status = unsafe weir_tls_seal(pointer)
    if status < 0 { throw .set(.init(refusal: status)) }
  }

  deinit { unsafe weir_tls_set_release(pointer) }
}

extension TLSContextSet {
  private typealias Problem = TLSConfigurationError.Problem

  private func add(_ domain: TLSConfiguration.TrustDomain, _ configuration: TLSConfiguration) -> Problem? {
    guard SPIFFE.isTrustDomain(domain.name) else { return .notAName(domain.name) }
    guard configuration.roots.indices.contains(domain.roots) else { return .noSuchIndex(domain.roots) }
    return problem(unsafe domain.name.lend { unsafe weir_tls_add_trust_domain(pointer, $0, Int32(domain.roots)) })
  }

  private func add(_ listener: TLSConfiguration.Listener, _ configuration: TLSConfiguration) -> Problem? {
    guard !listener.contexts.isEmpty else { return .noContext }
    guard listener.contexts.count(where: \.isFallback) <= 1 else { return .twoFallbacks }
    let index = unsafe weir_tls_add_listener(pointer)
    if let problem = problem(index) { return problem }
    for context in listener.contexts {
      guard configuration.certificates.indices.contains(context.certificate) else {
        return .noSuchIndex(context.certificate)
      }
      let entry = unsafe weir_tls_add_entry(
        pointer, index, Int32(context.certificate), Int32(context.clients.rawValue),
        Int32(context.protocols.rawValue), context.isFallback)
      if let problem = problem(entry) { return problem }
      for name in context.names {
        guard name == "*" || Self.isHost(name.hasPrefix("*.") ? name.dropFirst(2) : name[...]) else {
          return .notAName(name)
        }
        let status = unsafe name.lend { unsafe weir_tls_add_name(pointer, index, $0, entry) }
        if let problem = problem(status) { return problem }
      }
    }
    return nil
  }

  private func add(_ upstream: TLSConfiguration.Upstream, _ configuration: TLSConfiguration) -> Problem? {
    if let certificate = upstream.certificate, !configuration.certificates.indices.contains(certificate) {
      return .noSuchIndex(certificate)
    }
    if let name = upstream.serverName, !Self.isHost(name[...]) { return .notAName(name) }
    var identities: [String] = []
    var host = ""
    var roots = Int(WEIR_TLS_NO_INDEX)
    switch upstream.peer {
    case .identities(let wanted):
      identities = wanted
      guard !wanted.isEmpty else { return .noIdentity }
    case .host(let name, let index):
      (host, roots) = (name, index)
      guard !name.isEmpty, !name.utf8.contains(0) else { return .notAName(name) }
      guard configuration.roots.indices.contains(index) else { return .noSuchIndex(index) }
    }
    let index = unsafe (upstream.serverName ?? "").lend { serverName in
      unsafe host.lend {
        unsafe weir_tls_add_upstream(
          pointer, Int32(upstream.certificate ?? Int(WEIR_TLS_NO_INDEX)), Int32(upstream.protocols.rawValue),
          serverName, Int32(roots), $0)
      }
    }
    if let problem = problem(index) { return problem }
    for identity in identities {
      guard SPIFFE.isIdentity(identity) else { return .notAName(identity) }
      let status = unsafe identity.lend { unsafe weir_tls_add_identity(pointer, index, $0) }
      if let problem = problem(status) { return problem }
    }
    return nil
  }

  private func problem(_ status: Int32) -> Problem? { status < 0 ? Problem(refusal: status) : nil }

  /// Folded letters, digits, `-`, `_` and dots between labels.
  private static func isHost(_ name: Substring) -> Bool {
    !name.isEmpty && name.utf8.count <= 253
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
      && name.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "-_.".utf8.contains($0)
      }
  }
}
