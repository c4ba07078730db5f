import WeirPlan
import WeirPolicy
import WeirRequest

extension World {
  /// The request of a region; `nil` when it rests on variables, or on several parts of one clock, which only a search could join.
  func facts(_ region: Region, _ space: Space) -> RequestFacts? {
    guard region.variables.isEmpty else { return nil }
    var facts = RequestFacts()
    facts.service = World.service
    facts.caller = .absent
    facts.sourceIP = IPAddress("192.0.2.1").map { .known($0) } ?? .unavailable
    facts.time = 0
    for set in policy.dataSets.indices { facts.data[set] = [] }
    var http = RequestFacts.HTTP(method: "GET", scheme: "http", host: "svc", target: "/", headers: [])
    var claims: [JSONValue.Member] = [.init("iss", .string("https://id.example"))]
    var hasLevel = false
    var hasToken = false
    for (slot, value) in zip(space.slots, region.values(in: space)) {
      switch (slot.attribute, value) {
      case (_, .absent), (_, .unavailable): continue
      case (.method, .value(.string(let text))): http.method = text
      case (.path, .value(.string(let text))): http.target = text
      case (.caller, .value(.string(let text))): facts.caller = .known(text)
      case (.sourceIP, .value(.ip(let address))): facts.sourceIP = .known(address)
      case (.header(let name), .value(.string(let text))): http.headers.append(.init(name, text))
      case (.header(let name), .value(.int(let number))): http.headers.append(.init(name, String(number)))
      case (.header, .present): continue
      case (.time(.instant, _), .value(.int(let seconds))): facts.time = seconds
      case (.token, .present): hasToken = true
      case (.claim(_, "scopes"), .present): claims.append(.init("scopes", .array([])))
      case (.claim(_, let name), .value(.int(let number))):
        hasLevel = true
        claims.append(.init(name, .int(number)))
      case (.claim(_, let name), .value(.string(let text))): claims.append(.init(name, .string(text)))
      default: return nil
      }
    }
    if space.slots.contains(where: { if case .header = $0.attribute { $0.isRepeated } else { false } }) { return nil }
    if hasToken {
      if !hasLevel { claims.append(.init("level", .int(9))) }
      facts.token = .verified(.object(claims))
    }
    facts.http = http
    return facts
  }
}
