import CTLS

/// What a certificate in PEM says of itself, before it is used.
public struct CertificateFacts: Hashable, Sendable {
  /// Seconds since 1970 between which the whole chain is valid.
  public var validity: ClosedRange<Int64>
  /// The URI name of the leaf, when there is exactly one: the SPIFFE identity of a workload.
  public var identity: String?
  /// Certificates in the chain.
  public var chainCount: Int

  public init(validity: ClosedRange<Int64>, identity: String?, chainCount: Int) {
    self.validity = validity
    self.identity = identity
    self.chainCount = chainCount
  }

  /// Reads a chain; nil when it is none, or was never valid.
  public init?(chain pem: [UInt8]) {
    var facts = unsafe weir_tls_certificate_facts()
    let status = unsafe pem.lend { unsafe weir_tls_certificate_facts_read($0, &facts) }
    defer { unsafe weir_tls_facts_free(&facts) }
    guard status == 0, unsafe facts.not_before <= facts.not_after else { return nil }
    validity = unsafe facts.not_before...facts.not_after
    chainCount = unsafe Int(facts.chain_count)
    identity = unsafe facts.identity.flatMap {
      unsafe String(validating: UnsafeBufferPointer(start: $0, count: facts.identity_count), as: UTF8.self)
    }
  }
}
