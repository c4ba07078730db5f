import HTTPCanonical
import WeirPolicy
import WeirRequest

// Responses come long after their requests were decided, with others in between: what a change needs of the request was kept by the
// one who forwards it.
extension Enforcer {
  /// Forgets the last response and keeps the memory.
  public mutating func beginResponse(status: UInt16) { response.reset(status) }

  /// One field of the response that is not for the next hop alone, in order.
  ///
  /// - Throws: the first reason for which it has no canonical form.
  public mutating func takeResponseField(name: Span<UInt8>, value: Span<UInt8>) throws(Reject) {
    try response.addField(name: name, value: value)
  }

  /// A field that the proxy sets, as `takeOwnLine`: it does not count against what an upstream may send.
  public mutating func takeOwnResponseLine(_ line: Span<UInt8>, nameCount: Int) {
    response.fields.append(response.bytes.append(line: line, nameCount: nameCount))
  }

  /// Carries out the changes of response headers that a route makes.
  ///
  /// All new values are read before the first change.
  ///
  /// - Parameters:
  ///   - table: as in `Forwarding` or `Answer`, and so `route`.
  ///   - kept: the bytes of `Enforcer.kept` when the request was ruled.
  /// - Throws: `rewrite_not_canonical`.
  public mutating func changeResponse(
    _ table: Int32, _ route: Int32, kept: Span<UInt8>, under bundle: borrowing LoadedBundle
  ) throws(Reject) {
    let changes = bundle.plans.action(Int(route), of: Int(table)).responseChanges
    clear(&changeValues)
    var reader = KeptReader()
    for index in changes.range {
      changeValues.append(newValue(bundle.plans.changes[index].value, kept, &reader, bundle.plans))
    }
    for (place, index) in changes.range.enumerated() {
      let change = bundle.plans.changes[index]
      let name = bundle.plans.bytes(change.header)
      switch change.operation {
      case .remove: response.fields.remove(named: name, in: response.bytes)
      case .set:
        response.fields.remove(named: name, in: response.bytes)
        appendResponseField(name, changeValues[place])
      case .add: appendResponseField(name, changeValues[place])
      }
    }
  }

  /// What `responseField` and `responseLineRun` are places in; good until the next `beginResponse`.
  public var responseBytes: Span<UInt8> {
    @_lifetime(borrow self) get { response.bytes.span }
  }

  public var responseFieldCount: Int { response.fields.count }

  public func responseField(_ index: Int) -> FieldPlaces { response.fields[index] }

  /// As `lineRun(from:)`, of the response.
  public func responseLineRun(from first: Int) -> LineRun { response.fields.run(from: first) }

  /// Whether a retry's condition holds for the response; one without a condition applies to every response. Doubt does not retry.
  ///
  /// - Parameter retry: an index of `Topology.retries`.
  public mutating func retryApplies(_ retry: Int32, under bundle: borrowing LoadedBundle) -> Bool {
    guard bundle.topology.retries[Int(retry)].isConditional else { return true }
    beginView()
    let scope = bundle.plans.retries[Int(retry)]
    load(scope, bundle)
    return bundle.program.truth(in: scope, &frame, data) == .yes
  }

  /// Where the value lies in the response's bytes; `nil` for one that is absent.
  private mutating func newValue(
    _ key: KeyPlan, _ kept: Span<UInt8>, _ reader: inout KeptReader, _ plans: borrowing PlanTables
  ) -> Range<Int>? {
    switch key {
    case .none: return nil
    case .text(let text): return response.bytes.append(plans.bytes(text))
    case .value(let source) where plans.sources[source].isOfResponse:
      switch response.read(plans.sources[source], plans, &found) {
      case .bytes(let range): return range
      case .integer(let number): return response.bytes.append(decimal: number)
      case .absent, .unavailable, .address: return nil
      }
    case .value, .capture:
      return reader.next(in: kept).map { response.bytes.append(kept.extracting($0)) }
    }
  }

  private mutating func appendResponseField(_ name: Span<UInt8>, _ value: Range<Int>?) {
    guard let value else { return }
    response.fields.append(response.bytes.copyLine(name, value: value))
  }
}

// What a response's changes need of the request: for each such value its length in two bytes, most significant first, and the value.
extension Enforcer {
  /// Writes what changes of the response will need, before the request is rewritten.
  ///
  /// - Throws: `rewrite_not_canonical` for a value that would split the head of the response.
  mutating func keep(for changes: Place, _ plans: borrowing PlanTables) throws(Reject) {
    clear(&changeValues)
    for index in changes.range where isKept(plans.changes[index].value, plans) {
      changeValues.append(state.text(of: plans.changes[index].value, plans))
    }
    let start = state.bytes.count
    for value in changeValues {
      guard let value else {
        state.bytes.append(big: KeptReader.absent)
        continue
      }
      let trimmed: Range<Int>
      do throws(RejectReason) { trimmed = try CanonicalHeader.trimValue(state.bytes.extracting(value)) } catch {
        throw .decision(.rewriteNotCanonical)
      }
      state.bytes.append(big: UInt16(truncatingIfNeeded: trimmed.count))
      _ = state.bytes.copy(
        (value.lowerBound + trimmed.lowerBound)..<(value.lowerBound + trimmed.upperBound))
    }
    kept = Place(start..<state.bytes.count)
  }

  private func isKept(_ key: KeyPlan, _ plans: borrowing PlanTables) -> Bool {
    switch key {
    case .none, .text: false
    case .value(let source): !plans.sources[source].isOfResponse
    case .capture: true
    }
  }
}

/// Reads what was kept, in its order.
private struct KeptReader {
  /// No value is as long: see `CanonicalLimits.headerValueBytesMax`.
  static let absent = UInt16.max

  private var position = 0

  /// `nil` for a value that is absent, and where the bytes are not what was kept.
  mutating func next(in kept: Span<UInt8>) -> Range<Int>? {
    guard kept.count - position >= 2 else { return nil }
    let length = UInt16(kept[position]) << 8 | UInt16(kept[position + 1])
    position += 2
    guard length != Self.absent, Int(length) <= kept.count - position else { return nil }
    position += Int(length)
    return (position - Int(length))..<position
  }
}
