import WeirISA

/// The instructions of a program as text: one line a word, with what its operand stands for.
///
/// Reads without trust: what does not decode is shown as the number that it is. It is for people; nothing runs on it.
struct Disassembly {
  private let bytes: [UInt8]
  private let strings: [StringRecord]
  private let slots: [SlotRecord]
  private let words: [UInt64]
  private let integers: [UInt64]
  private let conditions: [ConditionRecord]
  private let scopes: [ScopeRecord]
  private let rules: [RuleRecord]

  init(_ image: ProgramImage) {
    func section(_ kind: SectionKind) -> [UInt8] { image.sections.first { $0.kind == kind }?.bytes ?? [] }
    bytes = section(.bytes)
    strings = Self.records(section(.strings))
    slots = Self.records(section(.slots))
    words = Self.numbers(section(.code))
    integers = Self.numbers(section(.integers))
    conditions = Self.records(section(.conditions))
    scopes = Self.records(section(.scopes))
    rules = Self.records(section(.rules))
  }

  /// The code of every rule, route, limit and retry, by scope.
  var text: String {
    var lines: [String] = []
    for scope in scopes {
      lines.append("\(scope.kind) \(string(scope.name))")
      for number in 0..<Int(scope.ruleCount) {
        guard let rule = element(rules, Int(scope.firstRule) + number) else { continue }
        let effect = (rule.isShadow ? "shadow " : "") + "\(rule.effect)"
        lines.append("  \(effect) \(string(rule.name))  \(string(rule.file)):\(rule.line)")
        guard let condition = element(conditions, Int(rule.condition)) else { continue }
        for offset in 0..<Int(condition.count) {
          guard let word = element(words, Int(condition.firstWord) + offset) else { break }
          let place = String(Int(condition.firstWord) + offset)
          lines.append(
            "    \(padded(place, to: 6))  " + line(Instruction(rawValue: word), at: Int(condition.firstWord) + offset))
        }
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func line(_ instruction: Instruction, at place: Int) -> String {
    guard let opcode = instruction.opcode else { return ".word \(instruction.rawValue)" }
    let facts = opcode.facts
    var parts = ["\(facts.name)"]
    switch facts.role {
    case .terminal, .jump: break
    case .write, .test, .listTest: parts.append(register(instruction.register))
    }
    if let operand = operand(instruction, facts.operand, at: place) { parts.append(operand) }
    if instruction.flags.contains(.all) { parts.append("all") }
    if instruction.flags.contains(.negated) { parts.append("negated") }
    if instruction.flags.contains(.trueIfAbsent) { parts.append("else-true") }
    switch facts.role {
    case .test, .listTest:
      let target = place + 1 + instruction.jump
      parts.append((instruction.flags.contains(.jumpsIfTrue) ? "if true → " : "if false → ") + String(target))
    case .terminal, .jump, .write: break
    }
    return parts.joined(separator: " ")
  }

  private func operand(_ instruction: Instruction, _ kind: OperandKind, at place: Int) -> String? {
    let number = instruction.operand
    switch kind {
    case .none: return nil
    case .distance: return "→ \(place + 1 + number)"
    case .string: return "\"\(string(UInt32(truncatingIfNeeded: number)))\""
    case .integer: return element(integers, number).map { String(Int64(bitPattern: $0)) } ?? "integer \(number)"
    case .register: return register(number)
    case .capture, .address, .hashSet, .rangeSet, .networkSet, .pattern, .patternGroup, .automaton, .dataSet:
      return "\(kind) \(number)"
    }
  }

  private func register(_ number: Int) -> String {
    guard let slot = element(slots, number) else { return "t\(number - slots.count)" }
    return slot.name.map { "\(slot.kind)[\(string($0))]" } ?? "\(slot.kind)"
  }

  private func string(_ number: UInt32) -> String {
    guard let record = element(strings, Int(number)),
      Int(record.offset) <= bytes.count, Int(record.count) <= bytes.count - Int(record.offset)
    else { return "string \(number)" }
    let text = String(decoding: bytes[Int(record.offset)..<Int(record.offset) + Int(record.count)], as: UTF8.self)
    // Controls could move the cursor of a terminal.
    return String(
      text.map { character in
        character.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "\u{FFFD}" : character
      })
  }

  private func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func element<Element>(_ elements: [Element], _ index: Int) -> Element? {
    elements.indices.contains(index) ? elements[index] : nil
  }

  private static func numbers(_ bytes: [UInt8]) -> [UInt64] {
    stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
      (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
    }
  }

  /// Stops at the first row that is none.
  private static func records<Record: TableRecord>(_ bytes: [UInt8]) -> [Record] {
    let size = 4 * Record.wordCount
    var records: [Record] = []
    for start in stride(from: 0, to: bytes.count - bytes.count % size, by: size) {
      let words = stride(from: start, to: start + size, by: 4).map { word in
        (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[word + $1]) << UInt32(8 * $1) }
      }
      guard let record = Record(words) else { break }
      records.append(record)
    }
    return records
  }
}
