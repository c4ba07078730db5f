/// Bounds of the format that are not fields of a word.
public enum ProgramLimits {
  /// Members of one list that a host hands over; a longer one is unavailable.
  public static let listMembersMax = 1024
  /// Buckets that one lookup in a hash set may look at.
  public static let probesMax = 64
  /// Temporaries of a program.
  public static let temporariesMax = 64
  /// Slots and temporaries together.
  public static let registersMax = 65_536
}

/// What one instruction adds to the certificate of the scopes that run it.
public struct InstructionCost: Equatable, Sendable, BitwiseCopyable {
  /// Units whatever the request.
  public var constant: UInt64
  /// Units for each byte, and each member, of what the instruction's register holds.
  public var perByte: UInt64
  public var perMember: UInt64
  /// The same for the register that the operand names.
  public var perOperandByte: UInt64
  public var perOperandMember: UInt64

  /// The cost of an instruction.
  ///
  /// - Parameters:
  ///   - facts: the opcode's.
  ///   - isList: whether the register holds a list.
  ///   - steps: what searching the operand's table takes: bisections, probes, patterns.
  public init(_ opcode: Opcode, _ facts: OpcodeFacts, isList: Bool, steps: Int) {
    let once = UInt64(facts.cost) + UInt64(max(steps, 0))
    constant = once
    perByte = UInt64(facts.costPerByte)
    perMember = isList ? once + UInt64(facts.costPerMember) : 0
    perOperandByte = 0
    perOperandMember = 0
    switch opcode {
    case .matchesGroup:
      perByte += UInt64(max(steps, 0))
    case .isInRegister:
      perOperandByte = 1
      perOperandMember = 2
      if isList {
        // Each member is compared with each member of the other list.
        perByte = UInt64(ProgramLimits.listMembersMax)
        perMember = UInt64(ProgramLimits.listMembersMax) * 2
      }
    case .accept, .reject, .jump, .capture, .captureElse, .isPresent, .equalsBytes, .equalsInteger, .equalsAddress,
      .isInSet, .isInRanges, .isInNetworks, .isUnder, .matchesPattern, .matchesRegex, .equalsRegister, .isInData,
      .hasBytes, .hasInteger, .hasAddress:
      break
    }
  }

  /// Bisections that find a place among `count` ranges.
  public static func bisections(of count: Int) -> Int {
    count <= 0 ? 0 : Int.bitWidth - count.leadingZeroBitCount
  }

  /// Steps that compare a value with a constant of `count` bytes: lengths first, then some bytes at once.
  public static func comparison(with count: Int) -> Int { count / 16 }

  /// A condition may run twice: once with doubt counted against it, once for it.
  public static let runsMax: UInt64 = 2
  /// Units for looking at a rule besides its condition.
  public static let perRule: UInt64 = 4
}
