import WeirISA
import WeirPolicy
import WeirVM

extension PlanBuilder {
  /// The sources of the program's slots. Types were fixed by the compiler; a slot whose type its attribute cannot have is refused here,
  /// so that what is loaded is what the program expects.
  mutating func addSlots(_ program: borrowing VerifiedProgram) throws(LoadError) {
    for number in 0..<program.slotCount {
      let slot = program.slot(number)
      var source = ValueSource(
        kind: slot.kind, type: slot.type, ignoresCase: slot.ignoresCase,
        ignoresTrailingSlash: slot.ignoresTrailingSlash)
      let name = slot.name.map { program.text(Int($0)) }
      if let name { source.name = insert(name) }
      if let zone = slot.zone { source.zone = program.zone(Int(zone)) }
      if let token = slot.token {
        guard Int(token) < topology.tokens.count else { throw .inconsistent("token of slot \(number)") }
        source.token = Int(token)
        if slot.kind == .claim, let name {
          let issuer = topology.tokens[source.token]
          guard let place = issuer.place(of: name), issuer.valueType(ofClaimAt: place) == slot.type else {
            throw .inconsistent("claim \(name)")
          }
          source.claim = place
        }
      }
      guard source.hasPossibleType else { throw .inconsistent("type of slot \(number)") }
      addSlot(source)
    }
  }
}

extension ValueSource {
  /// Headers are text or numbers, parameters and cookies text; one value or all lines.
  fileprivate var hasPossibleType: Bool {
    switch kind {
    case .header, .responseHeader: type.element != .address
    case .query, .cookie: type.element == .bytes
    case .method, .scheme, .host, .port, .path, .clientIP, .sourceIP, .sourcePort, .sni, .caller, .callerTrustDomain,
      .callerNamespace, .callerAccount, .claim, .token, .instant, .weekday, .hour, .minute, .date, .responseStatus:
      true
    }
  }
}

extension PlanBuilder {
  /// The source of one value outside the program: a key, or a header's new value.
  ///
  /// - Returns: `nil` for a capture, which is a `CapturePlan`.
  mutating func source(_ attribute: Attribute) -> ValueSource? {
    func plain(_ kind: SlotKind, _ type: ValueType) -> ValueSource { ValueSource(kind: kind, type: type) }
    switch attribute {
    case .method: return plain(.method, .bytes)
    case .scheme: return plain(.scheme, .bytes)
    case .host: return plain(.host, .bytes)
    case .port: return plain(.port, .integer)
    case .path: return plain(.path, .bytes)
    case .clientIP: return plain(.clientIP, .address)
    case .query(let name): return named(.query, name)
    case .header(let name): return named(.header, name)
    case .cookie(let name): return named(.cookie, name)
    case .sourceIP: return plain(.sourceIP, .address)
    case .sourcePort: return plain(.sourcePort, .integer)
    case .sni: return plain(.sni, .bytes)
    case .caller: return plain(.caller, .bytes)
    case .callerTrustDomain: return plain(.callerTrustDomain, .bytes)
    case .callerNamespace: return plain(.callerNamespace, .bytes)
    case .callerAccount: return plain(.callerAccount, .bytes)
    case .claim(let token, let name):
      guard let place = topology.tokens[token].place(of: name) else { return nil }
      var source = plain(.claim, topology.tokens[token].valueType(ofClaimAt: place))
      source.token = token
      source.claim = place
      return source
    case .token(let token):
      var source = plain(.token, .integer)
      source.token = token
      return source
    case .capture: return nil
    case .time(let part, let zone):
      let kind: SlotKind =
        switch part {
        case .instant: .instant
        case .weekday: .weekday
        case .hour: .hour
        case .minute: .minute
        case .date: .date
        }
      var source = plain(kind, .integer)
      if let zone {
        guard let record = ZoneRecord(zone) else { return nil }
        source.zone = record
      }
      return source
    case .responseStatus: return plain(.responseStatus, .integer)
    case .responseHeader(let name): return named(.responseHeader, name)
    }
  }

  private mutating func named(_ kind: SlotKind, _ name: String, _ type: ValueType = .bytes) -> ValueSource {
    var source = ValueSource(kind: kind, type: type)
    source.name = insert(name)
    return source
  }
}
