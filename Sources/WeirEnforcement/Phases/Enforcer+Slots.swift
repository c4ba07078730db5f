import WeirISA
import WeirPolicy
import WeirVM

extension Enforcer {
  /// Phase *load*: fills the slots that a scope reads and that this view has not filled yet; no others are read.
  mutating func load(_ scope: ScopeID, _ bundle: borrowing LoadedBundle) {
    for place in 0..<bundle.program.slotCount(of: scope) {
      let slot = bundle.program.slotNumber(place, of: scope)
      guard filled[slot] != view else { continue }
      filled[slot] = view
      let source = bundle.slots[slot]
      let value = source.type.isList ? list(source, bundle.names.bytes) : scalar(source, bundle.names.bytes)
      frame.set(slot, to: value)
    }
  }

  private mutating func scalar(_ source: ValueSource, _ names: [UInt8]) -> SlotValue {
    slotValue(state.read(source, names))
  }

  private mutating func slotValue(_ reading: Reading) -> SlotValue {
    switch reading {
    case .unavailable: .unavailable
    case .absent: .absent
    case .integer(let number): .integer(number)
    case .address(let address): .address(Address(high: address.high, low: address.low))
    case .bytes(let range): copy(state.bytes, range, into: &frame)
    }
  }

  /// All lines of a header, parameter or cookie, or the members of a claim. No line is absence; a set without members is not.
  private mutating func list(_ source: ValueSource, _ names: [UInt8]) -> SlotValue {
    members.removeAll(keepingCapacity: true)
    if source.kind == .claim {
      switch state.token {
      case .unchecked: return .unavailable
      case .none: return .absent
      case .issuer(let issuer):
        guard issuer == source.token else { return .absent }
      }
      guard state.claims.indices.contains(source.claim) else { return .unavailable }
      switch state.claims[source.claim] {
      case .absent: return .absent
      case .integer, .bytes: return .unavailable
      case .list(let range):
        for index in range { members.append(slotValue(.bytes(state.claimMembers[index]))) }
        return appendList(members, to: &frame)
      }
    }
    guard state.isHTTP else { return .unavailable }
    do throws(Reject) { try state.lines(source, names, into: &found) } catch { return .unavailable }
    if found.isEmpty { return .absent }
    for line in found {
      let value = slotValue(state.typed(line, source.type))
      if value == .unavailable { return .unavailable }
      members.append(value)
    }
    return appendList(members, to: &frame)
  }
}

// Free functions, so that the compiler sees two memories and not twice the enforcer.

private func copy(_ bytes: borrowing ByteBuffer, _ range: Range<Int>, into frame: inout Frame) -> SlotValue {
  frame.append(bytes.extracting(range))
}

private func appendList(_ members: [SlotValue], to frame: inout Frame) -> SlotValue {
  frame.appendList(members.span)
}
