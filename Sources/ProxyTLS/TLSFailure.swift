/// Why a session ended, or never began.
public struct TLSFailure: Error, BitwiseCopyable, Hashable, Sendable {
  /// The codes are stable: logs, metrics and documentation name them.
  ///
  /// The raw values are those of `weir_tls_failure`.
  public enum Reason: UInt8, BitwiseCopyable, CaseIterable, Hashable, Sendable {
    case handshake = 1
    case notTLS, version, cipher, noProtocol, unknownServerName
    case noCertificate, badCertificate, chainTooLong, expired, notYetValid, unknownAuthority, wrongTrustDomain
    case badName, badUsage, wrongIdentity, wrongHost
    case peerAlert, badRecord, tooLarge, internalError
  }

  public var reason: Reason
  /// The number of the alert that the peer sent (RFC 8446 section 6.2); 0 unless `reason` is `peerAlert`.
  public var alert: UInt8

  public init(_ reason: Reason, alert: UInt8 = 0) {
    self.reason = reason
    self.alert = alert
  }
}

extension TLSFailure.Reason {
  /// What logs and metrics say.
  public var code: String {
    switch self {
    case .handshake: "tls_handshake"
    case .notTLS: "tls_not_tls"
    case .version: "tls_version"
    case .cipher: "tls_cipher"
    case .noProtocol: "tls_no_alpn"
    case .unknownServerName: "tls_unknown_sni"
    case .noCertificate: "tls_no_certificate"
    case .badCertificate: "tls_bad_certificate"
    case .chainTooLong: "tls_chain_too_long"
    case .expired: "tls_certificate_expired"
    case .notYetValid: "tls_not_yet_valid"
    case .unknownAuthority: "tls_unknown_ca"
    case .wrongTrustDomain: "tls_wrong_trust_domain"
    case .badName: "tls_bad_san"
    case .badUsage: "tls_bad_usage"
    case .wrongIdentity: "tls_wrong_identity"
    case .wrongHost: "tls_wrong_host"
    case .peerAlert: "tls_peer_alert"
    case .badRecord: "tls_bad_record"
    case .tooLarge: "tls_too_large"
    case .internalError: "tls_internal"
    }
  }

  /// One sentence for the documentation.
  public var meaning: String {
    switch self {
    case .handshake: "the peer broke the handshake's rules, or an algorithm failed"
    case .notTLS: "what arrived is not TLS: often plain HTTP sent to a TLS port"
    case .version: "the peer speaks neither TLS 1.2 nor TLS 1.3"
    case .cipher: "no cipher, group or signature algorithm in common"
    case .noProtocol: "no application protocol in common (ALPN)"
    case .unknownServerName: "no certificate answers for the name that the client asked for, or the name is malformed"
    case .noCertificate: "the client showed no certificate where one is required"
    case .badCertificate: "a certificate cannot be read or breaks a rule of RFC 5280"
    case .chainTooLong: "the peer's chain has more than four certificates"
    case .expired: "a certificate of the peer's chain has expired"
    case .notYetValid: "a certificate of the peer's chain is not valid yet"
    case .unknownAuthority: "the peer's chain does not lead to a root that it is verified against"
    case .wrongTrustDomain: "the peer's identity is of a trust domain that nothing is known of"
    case .badName: "the peer's certificate does not have exactly one URI name that is a SPIFFE identity"
    case .badUsage: "the peer's certificate is an authority's, or is not made for signing handshakes"
    case .wrongIdentity: "the upstream is not one of the service's identities"
    case .wrongHost: "the upstream's certificate is not for the host"
    case .peerAlert: "the peer sent a fatal alert: its side says why"
    case .badRecord: "a record after the handshake is malformed or does not authenticate"
    case .tooLarge: "the handshake is larger than 64 KiB, a chain than 16 KiB, or the peer causes more answers than fit"
    case .internalError: "memory or the library's own state; nothing that the peer did"
    }
  }
}
