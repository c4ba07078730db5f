import WeirISA
import WeirPolicy
import WeirVM

extension LoadedBundle {
  /// The sources of the program's slots. Types were fixed by the compiler; a slot whose type its attribute cannot have is refused here,
  /// so that what is loaded is what the program expects.
  static func slots(
    of program: borrowing VerifiedProgram, _ topology: Topology, _ names: inout NameTable
  ) throws(LoadError) -> [ValueSource] {
    var sources: [ValueSource] = []
    for number in 0..<program.slotCount {
      let slot = program.slot(number)
      var source = ValueSource(
        kind: slot.kind, type: slot.type, ignoresCase: slot.ignoresCase,
        ignoresTrailingSlash: slot.ignoresTrailingSlash)
      let name = slot.name.map { program.text(Int($0)) }
      if let name { source.name = names.insert(name) }
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
      sources.append(source)
    }
    return sources
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

  /// The source of one value outside the program: a key, or a header's new value.
  ///
  /// - Returns: `nil` for a capture, which is a `CaptureSource`.
  init?(_ attribute: Attribute, _ topology: Topology, _ names: inout NameTable) {
    func plain(_ kind: SlotKind, _ type: ValueType) -> ValueSource { ValueSource(kind: kind, type: type) }
    func named(_ kind: SlotKind, _ name: String, _ type: ValueType = .bytes) -> ValueSource {
      var source = ValueSource(kind: kind, type: type)
      source.name = names.insert(name)
      return source
    }
    switch attribute {
    case .method: self = plain(.method, .bytes)
    case .scheme: self = plain(.scheme, .bytes)
    case .host: self = plain(.host, .bytes)
    case .port: self = plain(.port, .integer)
    case .path: self = plain(.path, .bytes)
    case .clientIP: self = plain(.clientIP, .address)
    case .query(let name): self = named(.query, name)
    case .header(let name): self = named(.header, name)
    case .cookie(let name): self = named(.cookie, name)
    case .sourceIP: self = plain(.sourceIP, .address)
    case .sourcePort: self = plain(.sourcePort, .integer)
    case .sni: self = plain(.sni, .bytes)
    case .caller: self = plain(.caller, .bytes)
    case .callerTrustDomain: self = plain(.callerTrustDomain, .bytes)
    case .callerNamespace: self = plain(.callerNamespace, .bytes)
    case .callerAccount: self = plain(.callerAccount, .bytes)
    case .claim(let token, let name):
      guard let place = topology.tokens[token].place(of: name) else { return nil }
      self = ValueSource(kind: .claim, type: topology.tokens[token].valueType(ofClaimAt: place))
      self.token = token
      claim = place
    case .token(let token):
      self = plain(.token, .integer)
      self.token = token
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
      self = plain(kind, .integer)
      if let zone {
        guard let record = ZoneRecord(zone) else { return nil }
        self.zone = record
      }
    case .responseStatus: self = plain(.responseStatus, .integer)
    case .responseHeader(let name): self = named(.responseHeader, name)
    }
  }
}
