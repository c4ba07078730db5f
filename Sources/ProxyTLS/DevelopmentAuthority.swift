import CTLS

/// A certificate authority for development and tests: P-256 keys, certificates as X509-SVID wants them. Not for production: its key is a value.
public struct DevelopmentAuthority: Sendable {
  /// A name that a certificate is for.
  public enum Name: Hashable, Sendable {
    case host(String)
    /// 4 or 16 bytes.
    case address([UInt8])
    /// Any bytes, so that tests can make malformed ones.
    case uri([UInt8])

    public static func identity(_ text: String) -> Name { .uri(Array(text.utf8)) }
  }

  /// Bits of the key usage extension (RFC 5280 section 4.2.1.3).
  public struct KeyUsage: OptionSet, Hashable, Sendable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let digitalSignature = KeyUsage(rawValue: 0x80)
    public static let keyCertSign = KeyUsage(rawValue: 0x04)
    public static let crlSign = KeyUsage(rawValue: 0x02)
  }

  /// What a certificate shall say.
  public struct Request: Sendable {
    /// The common name, 1 to 64 bytes: for people.
    public var subject: String
    public var names: [Name]
    /// Seconds since 1970.
    public var validity: ClosedRange<Int64>
    public var isAuthority: Bool
    /// Empty: no such extension.
    public var keyUsage: KeyUsage

    public init(
      subject: String, names: [Name], validity: ClosedRange<Int64>, isAuthority: Bool = false,
      keyUsage: KeyUsage = .digitalSignature
    ) {
      self.subject = subject
      self.names = names
      self.validity = validity
      self.isAuthority = isAuthority
      self.keyUsage = keyUsage
    }
  }

  /// The authority's own certificate and key; the certificate is a set of roots.
  public let certificate: TLSConfiguration.Certificate

  /// A self-signed authority.
  ///
  /// - Throws: `.set(.outOfMemory)` when OpenSSL makes none.
  public init(subject: String, validity: ClosedRange<Int64>) throws(TLSConfigurationError) {
    certificate = try Self.issue(
      Request(
        subject: subject, names: [], validity: validity, isAuthority: true, keyUsage: [.keyCertSign, .crlSign]),
      by: nil)
  }

  /// An authority whose certificate and key are lying somewhere. Nothing is checked: one that is none issues what nobody believes.
  public init(signingWith certificate: TLSConfiguration.Certificate) { self.certificate = certificate }

  /// A certificate with its new key; the chain is the certificate alone.
  ///
  /// - Throws: `.set(.outOfMemory)` when the request cannot be carried out.
  public func issue(_ request: Request) throws(TLSConfigurationError) -> TLSConfiguration.Certificate {
    try Self.issue(request, by: certificate)
  }

  /// An authority below this one.
  public func intermediate(
    subject: String, validity: ClosedRange<Int64>
  ) throws(TLSConfigurationError) -> DevelopmentAuthority {
    DevelopmentAuthority(
      signingWith: try issue(
        Request(
          subject: subject, names: [], validity: validity, isAuthority: true, keyUsage: [.keyCertSign, .crlSign])))
  }

  private static func issue(
    _ request: Request, by issuer: TLSConfiguration.Certificate?
  ) throws(TLSConfigurationError) -> TLSConfiguration.Certificate {
    // The names' bytes one after another: pointers into one array, that outlives the call.
    var bytes: [UInt8] = []
    var places: [(kind: UInt8, range: Range<Int>)] = []
    for name in request.names {
      let (kind, value): (Character, [UInt8]) =
        switch name {
        case .host(let host): ("D", Array(host.utf8))
        case .address(let address): ("I", address)
        case .uri(let uri): ("U", uri)
        }
      places.append((kind.asciiValue ?? 0, bytes.count..<bytes.count + value.count))
      bytes += value
    }
    var issued = unsafe weir_tls_issued()
    defer { unsafe weir_tls_issued_free(&issued) }
    let isIssued = unsafe bytes.withUnsafeBufferPointer { buffer in
      let names = unsafe places.map {
        unsafe weir_tls_name(
          kind: $0.kind,
          value: weir_tls_bytes(start: buffer.baseAddress, count: $0.range.count)
            .advanced(by: $0.range.lowerBound))
      }
      return unsafe names.withUnsafeBufferPointer { list in
        unsafe request.subject.lend { subject in
          unsafe (issuer?.chain ?? []).lend { issuerChain in
            unsafe (issuer?.key ?? []).lend { issuerKey in
              var description = unsafe weir_tls_request(
                subject: subject, names: list.baseAddress, name_count: list.count,
                not_before: request.validity.lowerBound, not_after: request.validity.upperBound,
                is_authority: request.isAuthority, key_usage: request.keyUsage.rawValue)
              return unsafe weir_tls_issue(&description, issuerChain, issuerKey, &issued)
            }
          }
        }
      }
    }
    guard isIssued else { throw .set(.outOfMemory) }
    return unsafe TLSConfiguration.Certificate(
      chain: Array(UnsafeBufferPointer(start: issued.certificate, count: issued.certificate_count)),
      key: Array(UnsafeBufferPointer(start: issued.key, count: issued.key_count)))
  }
}

extension weir_tls_bytes {
  /// The same count, further on.
  @unsafe fileprivate func advanced(by offset: Int) -> weir_tls_bytes {
    unsafe weir_tls_bytes(start: start.map { unsafe $0 + offset }, count: count)
  }
}
