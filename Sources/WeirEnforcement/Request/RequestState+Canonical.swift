import HTTPCanonical

extension RequestState {
  /// Phase *canonicalise*, the request line: method, authority, path and query.
  ///
  /// - Throws: the first reason, in the order method, target, host, path, query.
  mutating func setLine(_ line: RequestLine, in raw: Span<UInt8>, mode: PathMode) throws(Reject) {
    isHTTP = true
    let name = raw.extracting(line.method.range)
    guard CanonicalHeader.isName(name) else { throw .decision(.methodInvalid) }
    method = bytes.append(name)
    let target = raw.extracting(line.target.range)
    do throws(RejectReason) {
      let parts = try RequestTarget.split(target, method: name)
      path = try bytes.appendPath(of: target, parts, mode: mode)
      if let range = parts.query {
        try CanonicalQuery.check(target.extracting(range))
        bytes.append(UInt8(ascii: "?"))
        query = bytes.append(target.extracting(range))
      }
      // Behind the target, as a `Host` field is.
      if let range = line.authority { try setAuthority(raw.extracting(range.range)) }
      if let range = parts.authority {
        try setAuthority(target.extracting(range), defaultPort: parts.scheme.map { Int($0.defaultPort) })
      }
    } catch { throw .canonical(error) }
  }

  /// Phase *canonicalise*, one field line. A `Host` field names the authority, or the one that was named already; a
  /// second one is refused even if it says the same (RFC 9112 section 3.2).
  mutating func addField(name: Span<UInt8>, value: Span<UInt8>) throws(Reject) {
    do throws(RejectReason) {
      try budget.add(nameBytes: name.count, valueBytes: value.count)
      guard isHost(name) else {
        fields.append(try bytes.appendLine(name, value))
        return
      }
      let trimmed = try CanonicalHeader.trimValue(value)
      if !hasHostField { try setAuthority(value.extracting(trimmed)) }
    } catch { throw .canonical(error) }
    guard !hasHostField else { throw .decision(.repeatedHeader) }
    hasHostField = true
  }

  /// Phase *canonicalise*, the server name of TLS: a host name alone, neither an address nor with a port
  /// (RFC 6066 section 3).
  ///
  /// - Throws: `host_*`.
  mutating func setServerName(_ text: Span<UInt8>) throws(Reject) {
    do throws(RejectReason) {
      let (name, named) = try bytes.appendHost(text)
      guard named.port == nil else { throw .hostBadPort }
      switch named.kind {
      case .name: sni = name
      case .ipv4: throw .hostBadIPv4
      case .ipv6: throw .hostBadIPv6
      }
    } catch { throw .canonical(error) }
  }

  /// Takes the authority, or compares it with the one that is known: all places that name it must agree.
  private mutating func setAuthority(_ text: Span<UInt8>, defaultPort: Int? = nil) throws(RejectReason) {
    let (name, named) = try bytes.appendHost(text)
    guard let known = host else {
      host = name
      authorityPort = named.port.map(Int.init)
      return
    }
    let implied = defaultPort ?? schemePort ?? 443
    guard isEqual(known, name), (authorityPort ?? implied) == (named.port.map(Int.init) ?? implied) else {
      throw .hostMismatch
    }
  }
}

/// Whether a field name is `Host`, in any case.
private func isHost(_ name: Span<UInt8>) -> Bool {
  // Only letters become letters with this bit.
  name.count == 4 && name[0] | 0x20 == UInt8(ascii: "h") && name[1] | 0x20 == UInt8(ascii: "o")
    && name[2] | 0x20 == UInt8(ascii: "s") && name[3] | 0x20 == UInt8(ascii: "t")
}
