import HTTPCanonical
import WeirPolicy
import WeirRequest

extension RequestState {
  /// Takes over the facts of one request: the adapter between texts and the bytes that decisions work on.
  ///
  /// - Parameter raw: memory for the texts, used again.
  /// - Throws: why the request has no canonical form.
  mutating func take(_ facts: RequestFacts, mode: PathMode, raw: inout [UInt8]) throws(Reject) {
    reset()
    switch facts.caller {
    case .known(let identity): caller = .known(bytes.append(identity.utf8))
    case .absent: caller = .absent
    case .unavailable: caller = .unavailable
    }
    sourceIP = facts.sourceIP
    clientIP = facts.clientIP
    sourcePort = facts.sourcePort
    port = facts.port
    time = facts.time
    withheld = facts.withheld
    if let name = facts.sni {
      clear(&raw)
      let place = raw.place(name)
      try setServerName(raw.span.extracting(place))
    }
    guard let http = facts.http else { return }

    clear(&raw)
    if let name = http.scheme?.lowercased() {
      scheme = bytes.append(name.utf8)
      schemePort = name == "http" ? 80 : name == "https" ? 443 : nil
    }
    let line = RequestLine(
      method: Place(raw.place(http.method)), target: Place(raw.place(http.target)),
      authority: http.host.map { Place(raw.place($0)) })
    try setLine(line, in: raw.span, mode: mode)
    for header in http.headers {
      clear(&raw)
      let name = raw.place(header.name)
      let value = raw.place(header.value)
      try addField(name: raw.span.extracting(name), value: raw.span.extracting(value))
    }
  }
}

extension [UInt8] {
  /// Appends a text and says where it lies.
  fileprivate mutating func place(_ text: String) -> Range<Int> {
    let start = count
    append(contentsOf: text.utf8)
    return start..<count
  }
}
