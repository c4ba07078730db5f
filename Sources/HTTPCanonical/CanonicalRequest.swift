/// A canonical host and port that own their bytes.
public struct CanonicalAuthority: Sendable, Hashable {
  public let host: [UInt8]
  /// The port that was written, nil without one.
  public let port: UInt16?

  init(_ authority: Span<UInt8>) throws(RejectReason) {
    var storage = [UInt8](repeating: 0, count: CanonicalLimits.hostScratchBytes)
    var scratch = storage.mutableSpan
    let written = try CanonicalHost.write(authority, into: &scratch)
    host = Array(storage.prefix(written.byteCount))
    port = written.port
  }
}

/// Host, path and query of one request in canonical form, for callers that may allocate.
///
/// This is the order in which the parts are checked, and so which reason is given when several apply: target, path, query, host.
public struct CanonicalRequest: Sendable, Hashable {
  /// Nil only where neither the `Host` field nor the target names one.
  public let authority: CanonicalAuthority?
  public let path: [UInt8]
  /// Without `?`; nil without `?`.
  public let query: [UInt8]?

  /// - Parameters:
  ///   - target: the request target as received, in any form.
  ///   - host: the `Host` field or `:authority` as received, nil when there is none.
  ///   - scheme: the scheme of the connection; gives the default port when the two authorities are compared.
  /// - Throws: the first reason found; `host_mismatch` when an absolute target names another host or port.
  public init(
    method: [UInt8], scheme: RequestTarget.Scheme, host: [UInt8]?, target: [UInt8], mode: PathMode
  ) throws(RejectReason) {
    let parts = try RequestTarget.split(target.span, method: method.span)

    var storage = [UInt8](repeating: 0, count: target.count + 1)
    var scratch = storage.mutableSpan
    let count = try parts.writePath(of: target.span, mode: mode, into: &scratch)
    path = Array(storage.prefix(count))
    if let range = parts.query { try CanonicalQuery.check(target.span.extracting(range)) }
    query = parts.query.map { Array(target[$0]) }

    let field = try Self.authority(host)
    if let range = parts.authority {
      let named = try CanonicalAuthority(target.span.extracting(range))
      let targetScheme = parts.scheme ?? scheme
      if let field {
        guard field.host == named.host,
          (field.port ?? targetScheme.defaultPort) == (named.port ?? targetScheme.defaultPort)
        else { throw .hostMismatch }
      }
      authority = named
    } else {
      authority = field
    }
  }

  private static func authority(_ host: [UInt8]?) throws(RejectReason) -> CanonicalAuthority? {
    guard let host else { return nil }
    return try CanonicalAuthority(host.span)
  }
}
