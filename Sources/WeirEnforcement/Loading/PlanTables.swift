import WeirISA
import WeirPolicy
import WeirRequest
import WeirVM

/// The plans of a bundle, each kind in one table.
struct PlanTables: ~Copyable, Sendable {
  private let pin = Pin()
  /// Names, constants and texts, one after another.
  var text: [UInt8] = []
  /// By slot of the program.
  var slots: [ValueSource] = []
  /// Of keys, headers' values and single reads.
  var sources: [ValueSource] = []
  /// Indices into `Topology.tokens`.
  var issuers: [Int] = []
  var scopes: [ScopePlan] = []
  var tables: [TablePlan] = []
  var routes: [RoutePlan] = []
  var actions: [ActionPlan] = []
  var branches: [BranchPlan] = []
  var pieces: [PiecePlan] = []
  var changes: [ChangePlan] = []
  var captures: [CapturePlan] = []
  var bindings: [BindingPlan] = []
  var segments: [SegmentPlan] = []
  var limits: [LimitPlan] = []
  var limitsOfServices: [Int] = []
  var services: [ServicePlan] = []
  var ports: [PortPlan] = []
  var gateways: [GatewayPlan] = []
  /// By raw value of the reason: its status, so that no request touches the texts beside it.
  let statuses = ReasonCode.allCases.map(\.status)
  /// By retry.
  var retries: [ScopeID] = []

  @inline(__always)
  @_lifetime(borrow self)
  func bytes(_ place: Place) -> Span<UInt8> { text.span.extracting(place.range) }

  /// What a route does.
  func action(_ route: Int, of table: Int) -> ActionPlan { actions[routes[tables[table].firstRoute + route].action] }

  /// Where a piece that is captured lies in a text; `nil` when the pattern does not match.
  ///
  /// Complexity: linear in the text, no allocation.
  func match(_ binding: BindingPlan, _ text: Span<UInt8>) -> Range<Int>? {
    let slash = UInt8(ascii: "/")
    let prefix = bytes(binding.prefix)
    guard text.hasBytes(prefix, at: 0) else { return nil }
    var place = prefix.count
    var taken = place..<place
    for index in 0..<Int(binding.segments.count) {
      guard place < text.count, text[place] == slash else { return nil }
      let start = place + 1
      place = start
      while place < text.count, text[place] != slash { place += 1 }
      let segment = segments[Int(binding.segments.start) + index]
      if segment.isFree {
        guard place > start else { return nil }
      } else {
        guard areEqual(text.extracting(start..<place), bytes(segment.literal)) else { return nil }
      }
      if binding.piece == index { taken = start..<place }
    }
    guard binding.hasRest else { return place == text.count ? taken : nil }
    guard place < text.count ? text[place] == slash : !binding.segments.isEmpty else { return nil }
    if binding.piece < 0 { taken = min(place + 1, text.count)..<text.count }
    return taken
  }
}

extension Span<UInt8> {
  /// Whether `bytes` stand at `offset`.
  func hasBytes(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
    bytes.count <= count - offset && areEqual(extracting(offset..<(offset + bytes.count)), bytes)
  }

  /// Whether these are the bytes of an ASCII constant of up to 15 bytes, which the `String` itself holds.
  func isExactly(_ constant: String) -> Bool {
    guard count == constant.utf8.count else { return false }
    var index = 0
    for byte in constant.utf8 {
      guard self[index] == byte else { return false }
      index += 1
    }
    return true
  }
}
