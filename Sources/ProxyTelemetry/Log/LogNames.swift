import ProxyTransport
import WeirPolicy
import WeirRequest

/// The names that log lines of one generation speak of, as JSON has them: made once, when a policy is loaded.
public struct LogNames: Sendable {
  /// All texts, escaped, one after another.
  private var bytes: [UInt8] = []
  /// `,"key":` by field; the first has no comma.
  private var keys: [ByteRange] = []
  /// By raw value.
  private var words: [ByteRange] = []
  private var reasons: [ByteRange] = []
  private var gateways: [ByteRange] = []
  private var services: [ByteRange] = []
  /// By service: where its subsets begin in `subsets`.
  private var firstSubset: [Int] = []
  private var subsets: [ByteRange] = []
  /// By scope: where its rules begin in `rules`; each a name and a place.
  private var firstRule: [Int] = []
  private var rules: [(name: ByteRange, place: ByteRange)] = []
  /// By table, alike.
  private var firstRoute: [Int] = []
  private var routes: [(name: ByteRange, place: ByteRange)] = []
  /// Gateways of scopes and tables; -1: of none.
  private var scopeGateways: [Int32] = []
  private var tableGateways: [Int32] = []
  /// `,"bundle":"…","generation":7}` and the line break.
  private var end = ByteRange.empty

  /// - Parameter identity: the SHA-256 of the bundle, in hexadecimal.
  public init(_ topology: Topology, identity: String, generation: UInt64) {
    for field in LogField.allCases { keys.append(insert(raw: (field == .time ? "{\"" : ",\"") + field.key + "\":")) }
    words = LogWord.allCases.map { insert(raw: $0.text) }
    reasons = Array(repeating: .empty, count: 256)
    for reason in ReasonCode.allCases { reasons[Int(reason.rawValue)] = insert(reason.text) }
    for gateway in topology.gateways { gateways.append(insert(gateway.name)) }
    for service in topology.services {
      services.append(insert(service.name))
      firstSubset.append(subsets.count)
      for subset in service.subsets { subsets.append(insert("\(service.name).\(subset.name)")) }
    }
    for scope in topology.scopes {
      firstRule.append(rules.count)
      let gateway: Int32 = if case .gateway(let index) = scope.target { Int32(truncatingIfNeeded: index) } else { -1 }
      scopeGateways.append(gateway)
      for rule in scope.rules { rules.append((insert(rule.name), insert(topology.place(of: rule.position)))) }
    }
    for table in topology.tables {
      firstRoute.append(routes.count)
      let gateway: Int32 = if case .gateway(let index) = table.owner { Int32(truncatingIfNeeded: index) } else { -1 }
      tableGateways.append(gateway)
      for route in table.routes { routes.append((insert(route.name), insert(topology.place(of: route.position)))) }
    }
    end = insert(raw: ",\"bundle\":\"\(identity)\",\"generation\":\(generation)}\n")
  }

  private mutating func insert(raw text: String) -> ByteRange {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    return ByteRange(start: UInt32(start), count: UInt32(bytes.count - start))
  }

  /// A string of names and paths of files, with its quotes: what JSON must escape is escaped, UTF-8 stays.
  private mutating func insert(_ text: String) -> ByteRange {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        escaped.unicodeScalars.append("\\")
        escaped.unicodeScalars.append(scalar)
      case "\u{0}"..<" ": escaped.append("?")
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return insert(raw: "\"" + escaped + "\"")
  }

  // What a line takes.

  @inline(__always)
  func append(_ field: LogField, to writer: inout MemoryWriter, _ memory: inout Memory) {
    append(keys[field.rawValue], to: &writer, &memory)
  }

  @inline(__always)
  func append(_ word: LogWord, to writer: inout MemoryWriter, _ memory: inout Memory) {
    append(words[word.rawValue], to: &writer, &memory)
  }

  func appendEnd(to writer: inout MemoryWriter, _ memory: inout Memory) { append(end, to: &writer, &memory) }

  func append(_ reason: ReasonCode, to writer: inout MemoryWriter, _ memory: inout Memory) {
    append(reasons[Int(reason.rawValue)], to: &writer, &memory)
  }

  func appendGateway(_ number: Int32, to writer: inout MemoryWriter, _ memory: inout Memory) {
    append(gateways[Int(number)], to: &writer, &memory)
  }

  /// The gateway that answered where a listener names none: that of the table, or else of the scope; nil when it is not known.
  func gateway(ofTable table: Int32, scope: Int32) -> Int32? {
    let gateway = table >= 0 ? tableGateways[Int(table)] : scope >= 0 ? scopeGateways[Int(scope)] : -1
    return gateway < 0 ? nil : gateway
  }

  func appendService(_ number: Int32, subset: Int32 = -1, to writer: inout MemoryWriter, _ memory: inout Memory) {
    let service = Int(number)
    append(subset < 0 ? services[service] : subsets[firstSubset[service] + Int(subset)], to: &writer, &memory)
  }

  func appendRule(_ rule: Int32, of scope: Int32, place: Bool, to writer: inout MemoryWriter, _ memory: inout Memory) {
    let rule = rules[firstRule[Int(scope)] + Int(rule)]
    append(place ? rule.place : rule.name, to: &writer, &memory)
  }

  func appendRoute(_ route: Int32, of table: Int32, place: Bool, to writer: inout MemoryWriter, _ memory: inout Memory)
  {
    let route = routes[firstRoute[Int(table)] + Int(route)]
    append(place ? route.place : route.name, to: &writer, &memory)
  }

  @inline(__always)
  private func append(_ text: ByteRange, to writer: inout MemoryWriter, _ memory: inout Memory) {
    writer.append(bytes.span, text, to: &memory)
  }
}
