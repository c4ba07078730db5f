import WeirISA
import WeirPolicy

/// A place in the code of one condition that jumps lead to.
struct Label: Hashable {
  var number: Int
}

/// One step of a condition before distances are known.
enum Step {
  /// Goes on at one label or the other.
  case test(Opcode, Instruction.Flags, register: Int, operand: Int, ifTrue: Label, ifFalse: Label, Position)
  case write(Instruction)
  case jump(Label)
}

/// The words of one condition, and where its tests come from.
struct AssembledCondition: Hashable {
  var words: [UInt64] = []
  /// By word, ascending.
  var sources: [Source] = []

  struct Source: Hashable {
    var word: Int
    var position: Position
  }
}

/// Turns steps into words. All labels lie ahead of the steps that lead to them.
struct Assembler {
  private var steps: [Step] = []
  /// The step that each label stands before.
  private var places: [Int?] = []

  mutating func label() -> Label {
    places.append(nil)
    return Label(number: places.count - 1)
  }

  mutating func bind(_ label: Label) { places[label.number] = steps.count }

  mutating func append(_ step: Step) { steps.append(step) }

  /// - Parameters:
  ///   - accept: where the condition is true; the word is placed after all steps.
  ///   - reject: where it is false.
  func assemble(accept: Label, reject: Label) throws(CodegenError) -> AssembledCondition {
    if let condition = try layOut(accept, reject, isLong: false) { return condition }
    guard let condition = try layOut(accept, reject, isLong: true) else {
      throw .tooMany("instructions in one condition", limit: Instruction.operandMax)
    }
    return condition
  }

  /// Words that a step takes. In the long form every jump of a test is a word of its own.
  private func size(of step: Step, at index: Int, isLong: Bool) -> Int {
    switch step {
    case .write: return 1
    case .jump(let label): return places[label.number] == index + 1 ? 0 : 1
    case .test(_, _, _, _, let ifTrue, let ifFalse, _):
      let falls = places[ifTrue.number] == index + 1 || places[ifFalse.number] == index + 1
      return (falls ? 1 : 2) + (isLong ? 1 : 0)
    }
  }

  /// `nil` when a distance does not fit.
  private func layOut(_ accept: Label, _ reject: Label, isLong: Bool) throws(CodegenError) -> AssembledCondition? {
    var starts: [Int] = []
    var end = 0
    for (index, step) in steps.enumerated() {
      starts.append(end)
      end += size(of: step, at: index, isLong: isLong)
    }
    starts.append(end)

    func address(_ label: Label) -> Int {
      if label == accept { return end }
      if label == reject { return end + 1 }
      return places[label.number].map { starts[$0] } ?? end + 1
    }

    var condition = AssembledCondition()
    /// A jump word to the label, from where it is appended.
    func jump(to label: Label) -> UInt64? {
      let distance = address(label) - condition.words.count - 1
      guard 0...Instruction.operandMax ~= distance else { return nil }
      return Instruction(.jump, operand: distance).rawValue
    }

    for (index, step) in steps.enumerated() {
      switch step {
      case .write(let instruction):
        condition.words.append(instruction.rawValue)
      case .jump(let label):
        guard places[label.number] != index + 1 else { continue }
        guard let word = jump(to: label) else { return nil }
        condition.words.append(word)
      case .test(let opcode, var flags, let register, let operand, let ifTrue, let ifFalse, let position):
        // The label that is next needs no jump; when none is, false goes on and a jump word follows.
        let fallsIfTrue = places[ifTrue.number] == index + 1
        let falls = fallsIfTrue || places[ifFalse.number] == index + 1
        let near = fallsIfTrue ? ifTrue : ifFalse
        let far = fallsIfTrue ? ifFalse : ifTrue
        condition.sources.append(AssembledCondition.Source(word: condition.words.count, position: position))
        if isLong {
          // Skips the jump word that leads far.
          if fallsIfTrue { flags.insert(.jumpsIfTrue) }
          condition.words.append(
            Instruction(opcode, flags: flags, jump: 1, register: register, operand: operand).rawValue)
          guard let word = jump(to: far) else { return nil }
          condition.words.append(word)
        } else {
          if !fallsIfTrue { flags.insert(.jumpsIfTrue) }
          let distance = address(far) - condition.words.count - 1
          guard 0...Instruction.jumpMax ~= distance else { return nil }
          condition.words.append(
            Instruction(opcode, flags: flags, jump: distance, register: register, operand: operand).rawValue)
        }
        if !falls {
          guard let word = jump(to: near) else { return nil }
          condition.words.append(word)
        }
      }
    }
    condition.words.append(Instruction(.accept).rawValue)
    condition.words.append(Instruction(.reject).rawValue)
    return condition
  }
}
