import HTTPCanonical

/// A request head as it was received: places in a buffer that somebody else owns.
struct RawHead {
  var method = 0..<0
  var scheme: Range<Int>?
  /// `:authority`, or what the host says; `nil`: the `Host` field alone tells.
  var authority: Range<Int>?
  var target = 0..<0
}

extension RequestState {
  /// Phase *canonicalise*, the request line: method, authority, path and query.
  ///
  /// - Throws: the first reason, in the order method, target, host, path, query.
  mutating func setLine(_ head: RawHead, in raw: Span<UInt8>, mode: PathMode) throws(Reject) {
    isHTTP = true
    let name = raw.extracting(head.method)
    do throws(RejectReason) {
      // A method is a token as a field name is (RFC 9110 sections 5.6.2 and 9.1); its letters keep their case.
      var room = work.mutableSpan
      _ = try CanonicalHeader.writeName(name, into: &room)
    } catch { throw .decision(.methodInvalid) }
    method = append(name)
    if let range = head.scheme {
      let start = bytes.count
      for index in range { bytes.append(raw[index] | (raw[index] >= 0x41 && raw[index] <= 0x5A ? 0x20 : 0)) }
      scheme = start..<bytes.count
    }
    let target = raw.extracting(head.target)
    do throws(RejectReason) {
      let parts = try RequestTarget.split(target, method: name)
      if let range = head.authority { try setAuthority(raw.extracting(range)) }
      if let range = parts.authority {
        try setAuthority(target.extracting(range), defaultPort: parts.scheme.map { Int($0.defaultPort) })
      }
      var room = work.mutableSpan
      let count = try parts.writePath(of: target, mode: mode, into: &room)
      path = appendWork(count)
      if let range = parts.query {
        try CanonicalQuery.check(target.extracting(range))
        query = append(target.extracting(range))
      }
    } catch { throw .canonical(error) }
  }

  /// Phase *canonicalise*, one field line. A `Host` field names the authority, or the one that was named already; a
  /// second one is refused even if it says the same (RFC 9112 section 3.2).
  mutating func addField(name: Span<UInt8>, value: Span<UInt8>, _ budget: inout HeaderBudget) throws(Reject) {
    var isRepeated = false
    do throws(RejectReason) {
      try budget.add(nameBytes: name.count, valueBytes: value.count)
      var room = work.mutableSpan
      let count = try CanonicalHeader.writeName(name, into: &room)
      let written = appendWork(count)
      let trimmed = value.extracting(try CanonicalHeader.trimValue(value))
      let isHost = bytes[written].elementsEqual("host".utf8)
      if isHost {
        for field in fields where bytes[field.name].elementsEqual("host".utf8) { isRepeated = true }
      }
      fields.append(Field(name: written, value: append(trimmed)))
      if isHost, !isRepeated { try setAuthority(trimmed) }
    } catch { throw .canonical(error) }
    if isRepeated { throw .decision(.repeatedHeader) }
  }

  /// Phase *canonicalise*, the server name of TLS: a host name alone, neither an address nor with a port
  /// (RFC 6066 section 3).
  ///
  /// - Throws: `host_*`.
  mutating func setServerName(_ text: Span<UInt8>) throws(Reject) {
    do throws(RejectReason) {
      var room = work.mutableSpan
      let named = try CanonicalHost.write(text, into: &room)
      guard named.port == nil else { throw .hostBadPort }
      switch named.kind {
      case .name: sni = appendWork(named.byteCount)
      case .ipv4: throw .hostBadIPv4
      case .ipv6: throw .hostBadIPv6
      }
    } catch { throw .canonical(error) }
  }

  /// The port of an address without one, by its scheme.
  var schemePort: Int? {
    guard let scheme else { return nil }
    if bytes[scheme].elementsEqual("http".utf8) { return 80 }
    return bytes[scheme].elementsEqual("https".utf8) ? 443 : nil
  }

  /// Takes the authority, or compares it with the one that is known: all places that name it must agree.
  private mutating func setAuthority(_ text: Span<UInt8>, defaultPort: Int? = nil) throws(RejectReason) {
    var room = work.mutableSpan
    let named = try CanonicalHost.write(text, into: &room)
    let name = appendWork(named.byteCount)
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
