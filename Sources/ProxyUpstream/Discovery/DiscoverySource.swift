public import WeirPolicy

/// Where the endpoints of a service are found while it runs.
public enum DiscoverySource: Hashable, Sendable {
  /// The addresses of a name (A and AAAA), all with this port.
  case dns(host: String, port: UInt16)
  /// The targets of a name's SRV records (RFC 2782) of the lowest priority; their weights are not used.
  case srv(String)
  /// A list in a file; the port is for entries without one.
  case file(path: String, port: UInt16)

  /// The source that a policy declares for a service; nil when its endpoints are static or come from elsewhere.
  ///
  /// - Parameter directory: what relative paths start at; without the last slash.
  public init?(_ service: Service, directory: String) {
    let number = service.ports.first { $0.protocol.isHTTP }?.number ?? 0
    let port = UInt16(clamping: number)
    switch service.endpoints {
    case .none, .static: return nil
    case .dns(let text):
      let parts = text.split(separator: ":", maxSplits: 1)
      self = .dns(host: parts.first.map(String.init) ?? text, port: parts.count == 2 ? UInt16(parts[1]) ?? port : port)
    case .srv(let name): self = .srv(name)
    case .file(let path): self = .file(path: path.hasPrefix("/") ? path : "\(directory)/\(path)", port: port)
    }
  }
}

extension DiscoverySource: CustomStringConvertible {
  /// As the policy writes it.
  public var description: String {
    switch self {
    case .dns(let host, let port): "dns \(host):\(port)"
    case .srv(let name): "srv \(name)"
    case .file(let path, _): "file \(path)"
    }
  }
}

/// Why a source gave no list.
public enum DiscoveryError: Error, Hashable, Sendable {
  case noAnswer
  /// The name server answered that it cannot or will not tell, with this response code (RFC 1035 section 4.1.1).
  case refused(code: UInt8)
  /// An answer that cannot be read, or with more than `DNSResolver.recordsMax` records.
  case malformedAnswer
  /// What is wrong with a file, in words that begin with its path.
  case file(String)
}

extension DiscoveryError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noAnswer: "the name server did not answer"
    case .refused(let code): "the name server answered \(responseCodeName(code))"
    case .malformedAnswer: "the answer of the name server cannot be used"
    case .file(let message): message
    }
  }
}

/// As name servers and their tools write it.
private func responseCodeName(_ code: UInt8) -> String {
  switch code {
  case 1: "FORMERR"
  case 2: "SERVFAIL"
  case 4: "NOTIMP"
  case 5: "REFUSED"
  default: "with the response code \(code)"
  }
}
