import WeirISA

/// The program as text, one instruction a line, the same for the same bytes. For people; nothing reads it.
extension VerifiedProgram {
  /// - Complexity: linear in the text. Conditions and groups that are shared are written out wherever they are used.
  public func disassembly() -> String {
    var text = ""
    for (number, slot) in tables.slots.enumerated() {
      text += "slot r\(number) \(slotName(slot)): \(typeName(slot.type))\n"
    }
    describeClasses(into: &text)
    for number in 0..<tables.scopes.count {
      text += "\n"
      describe(ScopeID(index: number), into: &text)
    }
    return text
  }

  private func describe(_ scope: ScopeID, into text: inout String) {
    let record = tables.scopes[scope.index]
    text += "\(kindName(record.kind)) \(self.text(Int(record.name)))"
    text += "  // \(record.costConstant) units"
    for cost in tables.costs[Int(record.firstCost)..<Int(record.firstCost + record.costCount)] {
      text += " + \(cost.perByte) a byte"
      if cost.perMember > 0 { text += " and \(cost.perMember) a member" }
      text += " of r\(cost.register)"
    }
    text += "\n"
    for place in 0..<Int(record.ruleCount) {
      let rule = rule(place, of: scope)
      text += "  \(rule.isShadow ? "shadow " : "")\(effectName(rule.effect)) \(self.text(Int(rule.name)))"
      text += "  // \(self.text(Int(rule.file))):\(rule.line)\n"
      describe(condition: Int(rule.condition), into: &text)
    }
    if decisionOf[scope.index] >= 0 { describeDecision(decisionOf[scope.index], of: scope, into: &text) }
  }

  func describe(condition number: Int, into text: inout String) {
    let condition = tables.conditions[number]
    for word in Int(condition.firstWord)..<Int(condition.firstWord + condition.count) {
      text += "    \(word)  \(description(of: tables.code[word], at: word))\n"
    }
  }

  private func description(of instruction: Instruction, at word: Int) -> String {
    guard let opcode = instruction.opcode else { return "?" }
    let facts = opcode.facts
    var text = facts.name.description
    switch facts.role {
    case .terminal:
      return text
    case .jump:
      return text + " to \(word + 1 + instruction.operand)"
    case .write:
      return text + " r\(instruction.register), " + describe(facts.operand, instruction.operand)
    case .test, .listTest:
      text += " r\(instruction.register)"
      let operand = describe(facts.operand, instruction.operand)
      if !operand.isEmpty { text += ", " + operand }
      let flags = instruction.flags
      if flags.contains(.negated) { text += " negated" }
      if flags.contains(.all) { text += " all" }
      if flags.contains(.trueIfAbsent) { text += " true-if-absent" }
      if flags.contains(.inverted) { text += " inverted" }
      text += flags.contains(.jumpsIfTrue) ? "; if true to " : "; if false to "
      return text + "\(word + 1 + instruction.jump)"
    }
  }

  private func describe(_ kind: OperandKind, _ operand: Int) -> String {
    switch kind {
    case .none, .distance: return ""
    case .capture:
      let capture = tables.captures[operand]
      let piece = capture.segment.map { "segment \($0)" } ?? "rest"
      return "\(piece) of r\(capture.taken) where r\(capture.matched) is " + describe(.pattern, Int(capture.pattern))
    case .string: return "\"\(text(operand))\""
    case .integer: return "\(tables.integers[operand])"
    case .address: return describe(tables.addresses[operand])
    case .hashSet:
      let set = tables.hashSets[operand]
      return "set \(operand) of \(set.memberCount)"
    case .rangeSet:
      let set = tables.rangeSets[operand]
      var text = "{"
      for range in Int(set.first)..<Int(set.first + set.count) {
        text += " \(tables.rangeBounds[2 * range])..\(tables.rangeBounds[2 * range + 1])"
      }
      return text + " }"
    case .networkSet:
      let set = tables.networkSets[operand]
      var text = "{"
      for range in Int(set.first)..<Int(set.first + set.count) {
        text += " " + describe(tables.networkBounds[2 * range]) + ".." + describe(tables.networkBounds[2 * range + 1])
      }
      return text + " }"
    case .pattern:
      let pattern = tables.patterns[operand]
      var text = "\"" + self.text(Int(pattern.prefix))
      for segment in Int(pattern.firstSegment)..<Int(pattern.firstSegment + pattern.segmentCount) {
        text += "/" + (tables.segments[segment].literal.map { self.text(Int($0)) } ?? "{}")
      }
      return text + (pattern.hasRest ? "/{...}\"" : "\"")
    case .patternGroup:
      let group = tables.patternGroups[operand]
      var text = describe(.hashSet, Int(group.hashSet))
      for member in Int(group.firstMember)..<Int(group.firstMember + group.memberCount) {
        text += " or " + describe(.pattern, Int(tables.groupMembers[member]))
      }
      return text
    case .automaton:
      let automaton = tables.automata[operand]
      return "\(text(Int(automaton.prefix))) and an automaton of \(automaton.stateCount) states"
    case .register: return "r\(operand)"
    case .dataSet: return text(Int(tables.dataSets[operand].name))
    }
  }

  /// Eight groups of four hexadecimal digits.
  func describe(_ address: Address) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var bytes: [UInt8] = []
    for half in [address.high, address.low] {
      for shift in stride(from: 60, through: 0, by: -4) {
        bytes.append(digits[Int(half >> UInt64(shift) & 15)])
        if shift % 16 == 0 { bytes.append(UInt8(ascii: ":")) }
      }
    }
    bytes.removeLast()
    return String(decoding: bytes, as: UTF8.self)
  }

  func slotName(_ slot: SlotRecord) -> String {
    let name = slot.name.map { " \"\(text(Int($0)))\"" } ?? ""
    let token = slot.token.map { " of token \($0)" } ?? ""
    let zone = slot.zone.map { " in \(text(Int(tables.zones[Int($0)].name)))" } ?? ""
    let view = (slot.ignoresCase ? " folded" : "") + (slot.ignoresTrailingSlash ? " without final slash" : "")
    let kind =
      switch slot.kind {
      case .method: "method"
      case .scheme: "scheme"
      case .host: "host"
      case .port: "port"
      case .path: "path"
      case .clientIP: "client_ip"
      case .query: "query"
      case .header: "header"
      case .cookie: "cookie"
      case .sourceIP: "source.ip"
      case .sourcePort: "source.port"
      case .sni: "sni"
      case .caller: "caller"
      case .callerTrustDomain: "caller.trust_domain"
      case .callerNamespace: "caller.namespace"
      case .callerAccount: "caller.account"
      case .claim: "claim"
      case .token: "token"
      case .instant: "time"
      case .weekday: "time.weekday"
      case .hour: "time.hour"
      case .minute: "time.minute"
      case .date: "time.date"
      case .responseStatus: "response.status"
      case .responseHeader: "response.header"
      }
    return kind + name + token + zone + view
  }

  private func typeName(_ type: ValueType) -> String {
    switch type {
    case .bytes: "bytes"
    case .integer: "integer"
    case .address: "address"
    case .bytesList: "list of bytes"
    case .integerList: "list of integers"
    case .addressList: "list of addresses"
    }
  }

  private func kindName(_ kind: ScopeKind) -> String {
    switch kind {
    case .authz: "authz"
    case .routes: "routes"
    case .limit: "limit"
    case .retry: "retry"
    }
  }

  func effectName(_ effect: RuleEffect) -> String {
    switch effect {
    case .allow: "allow"
    case .deny: "deny"
    case .audit: "audit"
    case .route: "route"
    case .limit: "limit"
    case .retry: "retry"
    }
  }
}
