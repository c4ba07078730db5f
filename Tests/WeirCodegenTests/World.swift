import WeirISA
import WeirPolicy
import WeirVM

/// A request as a model: what each attribute is, without slots.
struct World {
  enum Value: Equatable {
    case absent, unavailable
    case string(String)
    case int(Int64)
    case ip(IPAddress)
    case list([Value])

    /// Strings are the same when their bytes are; Swift's `==` asks for less.
    static func == (a: Value, b: Value) -> Bool {
      switch (a, b) {
      case (.absent, .absent), (.unavailable, .unavailable): true
      case (.string(let a), .string(let b)): Array(a.utf8) == Array(b.utf8)
      case (.int(let a), .int(let b)): a == b
      case (.ip(let a), .ip(let b)): a == b
      case (.list(let a), .list(let b)): a == b
      case (.absent, _), (.unavailable, _), (.string, _), (.int, _), (.ip, _), (.list, _): false
      }
    }
  }

  /// Attributes read as single values; what is not here is absent.
  var values: [Attribute: Value] = [:]
  /// Headers, query parameters and cookies under `any` and `all`, and claims that are sets.
  var lists: [Attribute: Value] = [:]
  /// By number; `nil`: not loaded.
  var data: [[String]?] = []

  func value(_ attribute: Attribute, isRepeated: Bool) -> Value {
    if case .capture(_, let bindings) = attribute { return capture(bindings) }
    if isRepeated, let list = lists[attribute] { return list }
    return values[attribute] ?? lists[attribute] ?? .absent
  }

  private func capture(_ bindings: [CaptureBinding]) -> Value {
    for binding in bindings {
      let attribute: Attribute = binding.source == .path ? .path : .caller
      switch value(attribute, isRepeated: false) {
      case .absent: continue
      case .unavailable: return .unavailable
      case .string(let text):
        guard let pieces = Model.pieces(of: text, by: binding.pattern) else { continue }
        switch binding.piece {
        case .segment(let index): return .string(pieces.segments[index])
        case .rest: return .string(pieces.rest)
        }
      case .int, .ip, .list: return .unavailable
      }
    }
    return .absent
  }

  /// The attribute that a slot stands for.
  static func attribute(of slot: SlotRecord, name: String) -> Attribute {
    let token = Int(slot.token ?? 0)
    return switch slot.kind {
    case .method: .method
    case .scheme: .scheme
    case .host: .host
    case .port: .port
    case .path: .path
    case .clientIP: .clientIP
    case .query: .query(name)
    case .header: .header(name)
    case .cookie: .cookie(name)
    case .sourceIP: .sourceIP
    case .sourcePort: .sourcePort
    case .sni: .sni
    case .caller: .caller
    case .callerTrustDomain: .callerTrustDomain
    case .callerNamespace: .callerNamespace
    case .callerAccount: .callerAccount
    case .claim: .claim(token: token, name: name)
    case .token: .token(token)
    case .instant: .time(.instant, zone: nil)
    case .weekday: .time(.weekday, zone: nil)
    case .hour: .time(.hour, zone: nil)
    case .minute: .time(.minute, zone: nil)
    case .date: .time(.date, zone: nil)
    case .responseStatus: .responseStatus
    case .responseHeader: .responseHeader(name)
    }
  }

  /// Fills the slots of a program as a host would.
  func fill(_ frame: inout Frame, for program: borrowing VerifiedProgram) {
    frame.reset()
    for number in 0..<program.slotCount {
      let slot = program.slot(number)
      let attribute = Self.attribute(of: slot, name: slot.name.map { program.text(Int($0)) } ?? "")
      let value = value(attribute, isRepeated: slot.type.isList)
      frame.set(number, to: Self.slotValue(value, &frame))
    }
  }

  static func slotValue(_ value: Value, _ frame: inout Frame) -> SlotValue {
    switch value {
    case .absent: return .absent
    case .unavailable: return .unavailable
    case .string(let text): return frame.append(Array(text.utf8))
    case .int(let number): return .integer(number)
    case .ip(let address): return .address(Address(high: address.high, low: address.low))
    case .list(let members):
      var values: [SlotValue] = []
      for member in members { values.append(slotValue(member, &frame)) }
      return frame.appendList(values.span)
    }
  }

  var dataSets: DataSets { DataSets(data.map { $0.map { $0.map { Array($0.utf8) } } }) }
}
