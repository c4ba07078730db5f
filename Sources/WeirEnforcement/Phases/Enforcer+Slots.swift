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
      let source = bundle.plans.slots[slot]
      let value = source.type.isList ? list(source, bundle.plans) : scalar(source, bundle.plans)
      frame.set(slot, to: value)
    }
  }

  private mutating func scalar(_ source: ValueSource, _ plans: borrowing PlanTables) -> SlotValue {
    guard !source.isOfResponse else {
      let reading = response.read(source, plans, &found)
      return slotValue(reading, response.bytes, &frame)
    }
    let reading = state.read(source, plans)
    return slotValue(reading, state.bytes, &frame)
  }

  /// All lines of a header, parameter or cookie, or the members of a claim. No line is absence; a set without members is not.
  private mutating func list(_ source: ValueSource, _ plans: borrowing PlanTables) -> SlotValue {
    clear(&members)
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
        for index in range { members.append(slotValue(.bytes(state.claimMembers[index]), state.bytes, &frame)) }
        return appendList(members, to: &frame)
      }
    }
    if source.isOfResponse {
      response.lines(plans.bytes(source.name), into: &found)
    } else {
      guard state.tellsLines(source.kind) else { return .unavailable }
      do throws(Reject) { try state.lines(source, plans, into: &found) } catch { return .unavailable }
    }
    if found.isEmpty { return .absent }
    for index in 0..<found.count {
      let value =
        source.isOfResponse
        ? slotValue(response.typed(found[index], source.type), response.bytes, &frame)
        : slotValue(state.typed(found[index], source.type), state.bytes, &frame)
      if value == .unavailable { return .unavailable }
      members.append(value)
    }
    return appendList(members, to: &frame)
  }
}

// Free functions, so that the compiler sees two memories and not twice the enforcer.

private func slotValue(_ reading: Reading, _ bytes: borrowing ByteBuffer, _ frame: inout Frame) -> SlotValue {
  switch reading {
  case .unavailable: .unavailable
  case .absent: .absent
  case .integer(let number): .integer(number)
  case .address(let address): .address(Address(high: address.high, low: address.low))
  case .bytes(let range): frame.append(bytes.extracting(range))
  }
}

private func appendList(_ members: [SlotValue], to frame: inout Frame) -> SlotValue {
  frame.appendList(members.span)
}
