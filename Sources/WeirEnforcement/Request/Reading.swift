import HTTPCanonical
import WeirISA
import WeirPolicy
import WeirRequest
import WeirVM

/// One value of a request.
enum Reading {
  case unavailable, absent
  /// A place in the buffer of the request.
  case bytes(Range<Int>)
  case integer(Int64)
  case address(IPAddress)
}

extension RequestState {
  /// The single value of a source. Lists are read line by line: see `forEachLine`.
  mutating func read(_ source: ValueSource, _ plans: borrowing PlanTables) -> Reading {
    switch source.kind {
    case .method: return isHTTP ? .bytes(method) : .unavailable
    case .scheme: return scheme.map { .bytes($0) } ?? .unavailable
    case .host: return host.map { .bytes($0) } ?? .unavailable
    case .port: return (port ?? authorityPort ?? schemePort).map { .integer(Int64($0)) } ?? .unavailable
    case .path:
      guard isHTTP else { return .unavailable }
      return .bytes(
        viewedPath(ignoringCase: source.ignoresCase, ignoringTrailingSlash: source.ignoresTrailingSlash))
    case .query, .header, .cookie: return readOnlyLine(source, plans)
    case .clientIP: return clientIP.map { .address($0) } ?? reading(sourceIP)
    case .sourceIP: return reading(sourceIP)
    case .sourcePort: return sourcePort.map { .integer(Int64($0)) } ?? .unavailable
    case .sni: return sni.map { .bytes($0) } ?? .absent
    case .caller:
      switch caller {
      case .known(let identity): return .bytes(identity)
      case .absent: return .absent
      case .unavailable: return .unavailable
      }
    case .callerTrustDomain, .callerNamespace, .callerAccount: return readCallerPart(source.kind)
    case .token:
      switch token {
      case .unchecked: return .unavailable
      case .issuer(source.token): return .integer(1)
      case .none, .issuer: return .absent
      }
    case .claim: return readClaim(source)
    case .instant: return readTime(.instant, source)
    case .weekday: return readTime(.weekday, source)
    case .hour: return readTime(.hour, source)
    case .minute: return readTime(.minute, source)
    case .date: return readTime(.date, source)
    case .responseStatus, .responseHeader: return .unavailable
    }
  }

  /// The path as a scope sees it.
  mutating func viewedPath(ignoringCase: Bool, ignoringTrailingSlash: Bool) -> Range<Int> {
    guard ignoringCase || ignoringTrailingSlash else { return path }
    return bytes.copyPath(path, ignoringCase: ignoringCase, ignoringTrailingSlash: ignoringTrailingSlash)
  }

  private func reading(_ fact: Fact<IPAddress>) -> Reading {
    switch fact {
    case .known(let address): .address(address)
    case .absent: .absent
    case .unavailable: .unavailable
    }
  }

  private func readTime(_ part: Attribute.TimePart, _ source: ValueSource) -> Reading {
    guard let time else { return .unavailable }
    return .integer(part.value(of: time, in: source.zone?.rule))
  }

  private func readClaim(_ source: ValueSource) -> Reading {
    switch token {
    case .unchecked: return .unavailable
    case .none: return .absent
    case .issuer(let issuer):
      guard issuer == source.token else { return .absent }
      guard claims.indices.contains(source.claim) else { return .unavailable }
      switch claims[source.claim] {
      case .absent: return .absent
      case .integer(let number): return .integer(number)
      case .bytes(let range): return .bytes(range)
      // A set is no single value: no header and no key can be made of it.
      case .list: return .unavailable
      }
    }
  }

  /// `spiffe://TRUST_DOMAIN/…`; namespace and account exist exactly for `/ns/NS/sa/ACCOUNT`.
  private func readCallerPart(_ kind: SlotKind) -> Reading {
    let identity: Range<Int>
    switch caller {
    case .unavailable: return .unavailable
    case .absent: return .absent
    case .known(let range): identity = range
    }
    guard let parts = SPIFFEParts(bytes.extracting(identity)) else { return .unavailable }
    func reading(_ part: Range<Int>?) -> Reading {
      part.map { .bytes((identity.lowerBound + $0.lowerBound)..<(identity.lowerBound + $0.upperBound)) } ?? .absent
    }
    switch kind {
    case .callerNamespace: return reading(parts.namespace)
    case .callerAccount: return reading(parts.account)
    default: return reading(parts.trustDomain)
    }
  }
}

/// Where the parts of a SPIFFE identity lie in its text.
struct SPIFFEParts {
  let trustDomain: Range<Int>
  private(set) var namespace: Range<Int>?
  private(set) var account: Range<Int>?

  /// - Returns: `nil` for what is no SPIFFE identity.
  init?(_ text: Span<UInt8>) {
    guard text.count > 9, text.extracting(0..<9).isExactly("spiffe://") else { return nil }
    var segments = InlineArray<5, Range<Int>>(repeating: 0..<0)
    var count = 0
    var start = 9
    for index in start...text.count where index == text.count || text[index] == UInt8(ascii: "/") {
      if count < 5 { segments[count] = start..<index }
      count += 1
      start = index + 1
    }
    trustDomain = segments[0]
    guard count == 5, text.extracting(segments[1]).isExactly("ns"),
      text.extracting(segments[3]).isExactly("sa"),
      !segments[2].isEmpty, !segments[4].isEmpty
    else { return }
    namespace = segments[2]
    account = segments[4]
  }
}
