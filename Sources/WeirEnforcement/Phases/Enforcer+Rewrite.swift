import HTTPCanonical
import WeirPolicy

extension Enforcer {
  /// Phase *rewrite*: path, host and headers as the destination will see them, canonical again.
  ///
  /// All new values are read from the request as it was received, before the first change.
  ///
  /// - Throws: `rewrite_not_canonical`.
  mutating func rewrite(_ plan: RoutePlan, mode: PathMode, _ names: [UInt8]) throws(Reject) {
    let expandedPath: Range<Int>? =
      if let pieces = plan.rewritePath { try state.expand(pieces) } else { nil }
    changeValues.removeAll(keepingCapacity: true)
    for change in plan.changes {
      switch change.operation {
      case .remove: changeValues.append(nil)
      case .set(.text(let text)), .add(.text(let text)): changeValues.append(state.bytes.append(text.span))
      case .set(.key(let key)), .add(.key(let key)): changeValues.append(state.bytes(of: key, names))
      }
    }
    do throws(RejectReason) {
      if let expandedPath { try state.setPath(expandedPath, mode: mode) }
      if let host = plan.rewriteHost { try state.setHost(host) }
      for (index, change) in plan.changes.enumerated() {
        // The authority is changed by `rewrite host` alone: two hosts in one request would be two meanings.
        guard !names[change.header].elementsEqual("host".utf8) else { throw .hostMismatch }
        switch change.operation {
        case .remove: state.removeField(names, change.header)
        case .set:
          state.removeField(names, change.header)
          try state.appendField(names, change.header, changeValues[index])
        case .add: try state.appendField(names, change.header, changeValues[index])
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
  fileprivate mutating func setHost(_ text: [UInt8]) throws(RejectReason) {
    let (name, named) = try bytes.appendHost(text.span)
    host = name
    authorityPort = named.port.map(Int.init) ?? authorityPort
  }

  fileprivate mutating func removeField(_ names: [UInt8], _ name: Range<Int>) {
    // Not `removeAll(where:)`: its closure would hold the request twice.
    var kept = 0
    for index in fields.indices {
      let field = fields[index]
      guard !areEqual(bytes.extracting(field.name.range), names.span.extracting(name)) else { continue }
      fields[kept] = field
      kept += 1
    }
    fields.removeLast(fields.count - kept)
  }

  /// Nothing for a value that is absent.
  fileprivate mutating func appendField(
    _ names: [UInt8], _ name: Range<Int>, _ value: Range<Int>?
  ) throws(RejectReason) {
    guard let value else { return }
    // A decoded parameter can hold a line break: what would split the head is refused.
    let trimmed = try CanonicalHeader.trimValue(bytes.extracting(value))
    fields.append(
      bytes.copyLine(
        names.span.extracting(name),
        value: (value.lowerBound + trimmed.lowerBound)..<(value.lowerBound + trimmed.upperBound)))
  }
}

private func canonicalPath(
  _ bytes: borrowing ByteBuffer, _ range: Range<Int>, mode: PathMode, into work: inout [UInt8]
) throws(RejectReason) -> Int {
  var room = work.mutableSpan
  return try CanonicalPath.write(bytes.extracting(range), mode: mode, into: &room)
}
