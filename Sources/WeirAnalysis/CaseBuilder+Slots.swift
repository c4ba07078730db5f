import WeirPlan
import WeirPolicy

/// Classes of slots as facts.
extension CaseBuilder {
  /// - Returns: whether the slot can have this class in a test case.
  mutating func set(_ slot: Slot, _ classes: SlotClasses, _ place: Int, isFree: Bool) -> Bool {
    let value = classes.witnesses[place]
    func usual(_ candidates: [String]) -> String? {
      candidates.first { classes.classID(of: .value(.string($0))) == place }
    }
    switch (slot.attribute, value) {
    case (.method, .value(.string(let text))):
      if !isAsterisk { result.method = isFree ? "GET" : usual(Self.methods) ?? text }
    case (.path, .value(.string(let text))): if !isFree { path = text }
    case (.caller, .absent):
      // On a port with mutual TLS somebody calls, where nothing else was asked for.
      if !isFree || !isCallerKnown { result.caller = .nobody }
    case (.caller, .value(.string(let text))):
      // The class may be that of a trust domain, which calls by no name of its own.
      let known = usual(usualCallers) ?? usual(["\(text)/ns/default/sa/stranger", "\(text)/stranger"]) ?? text
      guard SPIFFE.isIdentity(known) else { return false }
      result.caller = .identity(known)
    case (.port, .value(let number)):
      guard let number = portNumber(classes, place, number, isFree: isFree) else { return false }
      scalars.append((.port, number))
    case (.claim(_, "aud"), .absent), (.claim, .absent), (.token, .absent), (_, .absent): break
    case (.token(let issuer), .present): token = issuer
    case (.claim(let issuer, _), .present):
      token = issuer
      if !sets.contains(where: { $0.attribute == slot.attribute }) { sets.append((slot.attribute, [])) }
    case (.claim(let issuer, _), .value(let claim)):
      token = issuer
      scalars.append((slot.attribute, claim))
    case (.time, .value): break
    case (_, .present): break
    case (_, .value(let found)) where slot.attribute.isLine: addLine(slot.attribute, found)
    case (.scheme, .value(let found)), (.host, .value(let found)), (.clientIP, .value(let found)),
      (.sourceIP, .value(let found)), (.sourcePort, .value(let found)), (.sni, .value(let found)):
      scalars.append((slot.attribute, found))
    case (_, .value), (_, .unavailable): return false
    }
    return true
  }

  private static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]

  /// The port of a service that has several is also what chooses among them.
  private func portNumber(_ classes: SlotClasses, _ place: Int, _ number: Value, isFree: Bool) -> Value? {
    guard case .service(let service, _) = target, policy.services[service].ports.count > 1 else { return number }
    guard let own = port?.number.map({ Value.int(Int64($0)) }) else { return nil }
    return isFree || classes.classID(of: .value(own)) == place ? own : nil
  }

  mutating func addLine(_ attribute: Attribute, _ value: Value) {
    if let index = lines.firstIndex(where: { $0.attribute == attribute }) {
      if !lines[index].values.contains(value) { lines[index].values.append(value) }
    } else {
      lines.append((attribute, [value]))
    }
  }
}
