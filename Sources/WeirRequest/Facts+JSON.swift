import WeirJSON
import WeirPolicy

extension RequestFacts {
  /// The line of `eval` that describes this request: `RequestDecoder` reads the same facts from it.
  ///
  /// - Parameter dataSets: what `data` has indices into.
  /// - Returns: `nil` for what no line says: a peer without an address, a time beyond years of four digits.
  public func json(dataSets: [DataSet]) -> JSONValue? {
    var members: [JSONValue.Member] = []
    func add(_ key: RequestKey, _ value: JSONValue?) {
      if let value { members.append(.init(key.rawValue, value)) }
    }
    func number(_ value: Int?) -> JSONValue? { value.map { .int(Int64($0)) } }
    add(.service, service.map(JSONValue.string))
    add(.gateway, gateway.map(JSONValue.string))
    switch caller {
    case .known(let identity): add(.caller, .string(identity))
    case .absent: add(.caller, .null)
    case .unavailable: break
    }
    switch sourceIP {
    case .known(let address): add(.sourceIP, .string(address.description))
    case .absent: return nil
    case .unavailable: break
    }
    add(.sourcePort, number(sourcePort))
    add(.clientIP, clientIP.map { .string($0.description) })
    add(.port, number(port))
    add(.sni, sni.map(JSONValue.string))
    if let http {
      add(.method, .string(http.method))
      add(.scheme, http.scheme.map(JSONValue.string))
      add(.host, http.host.map(JSONValue.string))
      add(.path, .string(http.target))
      if !http.headers.isEmpty {
        add(.headers, .array(http.headers.map { .array([.string($0.name), .string($0.value)]) }))
      }
    }
    switch token {
    case .none: break
    case .verified(let claims): add(.token, claims)
    case .invalid(let error): add(.tokenError, .string(error.rawValue))
    }
    if let time {
      guard let text = Timestamp.text(time) else { return nil }
      add(.time, .string(text))
    }
    if !data.isEmpty {
      let sets = data.keys.sorted().map { index in
        JSONValue.Member(
          "\(dataSets[index].module).\(dataSets[index].name)",
          .array((data[index] ?? []).map { dataSets[index].json(member: $0) }))
      }
      add(.data, .object(sets))
    }
    if draw != 0 { add(.draw, number(draw)) }
    return .object(members)
  }
}

extension DataSet {
  fileprivate func json(member text: String) -> JSONValue {
    if member == .int, let number = Int64(text) { return .int(number) }
    return .string(text)
  }
}
