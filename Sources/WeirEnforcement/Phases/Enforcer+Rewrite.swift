import HTTPCanonical
import WeirPolicy

extension Enforcer {
  /// Phase *rewrite*: path, host and headers as the destination will see them, canonical again.
  ///
  /// All new values are read from the request as it was received, before the first change.
  ///
  /// - Throws: `rewrite_not_canonical`.
  mutating func rewrite(_ plan: ActionPlan, _ plans: borrowing PlanTables) throws(Reject) {
    let expandedPath: Range<Int>? = if plan.rewritesPath { try state.expand(plan.path, plans) } else { nil }
    clear(&changeValues)
    for index in plan.requestChanges.range { changeValues.append(state.text(of: plans.changes[index].value, plans)) }
    do throws(RejectReason) {
      if let expandedPath { try state.setPath(expandedPath, mode: pathMode) }
      if plan.rewritesHost { try state.setHost(plans.bytes(plan.host)) }
      for (place, index) in plan.requestChanges.range.enumerated() {
        let change = plans.changes[index]
        let name = plans.bytes(change.header)
        switch change.operation {
        case .remove: state.removeField(name)
        case .set:
          state.removeField(name)
          try state.appendField(name, changeValues[place])
        case .add: try state.appendField(name, changeValues[place])
        }
      }
    } catch { throw .decision(.rewriteNotCanonical) }
  }
}

extension RequestState {
  fileprivate mutating func setPath(_ range: Range<Int>, mode: PathMode) throws(RejectReason) {
    let count = try canonicalPath(bytes, range, mode: mode, into: &work)
    path = bytes.append(work, count)
  }

  /// The host takes the place of the authority, wherever that is named.
  fileprivate mutating func setHost(_ text: Span<UInt8>) throws(RejectReason) {
    let (name, named) = try bytes.appendHost(text)
    host = name
    authorityPort = named.port.map(Int.init) ?? authorityPort
  }

  fileprivate mutating func removeField(_ name: Span<UInt8>) { fields.remove(named: name, in: bytes) }

  /// Nothing for a value that is absent.
  fileprivate mutating func appendField(_ name: Span<UInt8>, _ value: Range<Int>?) throws(RejectReason) {
    guard let value else { return }
    // A decoded parameter can hold a line break: what would split the head is refused.
    let trimmed = try CanonicalHeader.trimValue(bytes.extracting(value))
    fields.append(
      bytes.copyLine(
        name, value: (value.lowerBound + trimmed.lowerBound)..<(value.lowerBound + trimmed.upperBound)))
  }
}

private func canonicalPath(
  _ bytes: borrowing ByteBuffer, _ range: Range<Int>, mode: PathMode, into work: inout [UInt8]
) throws(RejectReason) -> Int {
  var room = work.mutableSpan
  return try CanonicalPath.write(bytes.extracting(range), mode: mode, into: &room)
}
