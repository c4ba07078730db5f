/// The closed set of instructions. 0 is none of them, so that zeroed memory does not run.
///
/// Classifiers and decision graphs are tables, not instructions: see `DecisionFormat`.
public enum Opcode: UInt8, CaseIterable, BitwiseCopyable, Hashable, Sendable {
  case accept = 1
  case reject
  case jump
  case capture
  case captureElse
  case isPresent
  case equalsBytes
  case equalsInteger
  case equalsAddress
  case isInSet
  case isInRanges
  case isInNetworks
  case isUnder
  case matchesPattern
  case matchesGroup
  case matchesRegex
  case equalsRegister
  case isInRegister
  case isInData
  case hasBytes
  case hasInteger
  case hasAddress
}

/// What the operand of an instruction is an index of.
public enum OperandKind: Sendable {
  case none
  /// Words to skip.
  case distance
  case capture
  case string, integer, address
  case hashSet, rangeSet, networkSet
  case pattern, patternGroup, automaton
  case register
  case dataSet
}

/// What an instruction does to the flow.
public enum InstructionRole: Sendable {
  /// Ends the condition.
  case terminal
  /// Always jumps.
  case jump
  /// Writes a temporary, goes on.
  case write
  /// Looks at one value, or at each member of a list, and jumps or goes on.
  case test
  /// Looks at a list as a whole.
  case listTest
}

/// One row of the opcode table.
public struct OpcodeFacts: Sendable {
  public let name: StaticString
  public let role: InstructionRole
  public let operand: OperandKind
  /// What the register, or a member of the list in it, has to hold; `nil`: anything.
  public let operates: ValueType?
  /// Units for one execution; searching adds what the table looked at demands.
  public let cost: UInt32
  /// Units for each byte of the register.
  public let costPerByte: UInt32
  /// Units for each member of a list in the register.
  public let costPerMember: UInt32
  public let summary: StaticString
}

extension Opcode {
  /// The one table that encoder, verifier, machine, cost model, disassembler and documentation read.
  public var facts: OpcodeFacts {
    switch self {
    case .accept:
      row("accept", .terminal, .none, nil, 1, 0, 0, "The condition is true.")
    case .reject:
      row("reject", .terminal, .none, nil, 1, 0, 0, "The condition is false.")
    case .jump:
      row("jump", .jump, .distance, nil, 1, 0, 0, "Skips as many words as the operand says.")
    case .capture:
      row(
        "capture", .write, .capture, nil, 4, 1, 0,
        "Writes the captured piece, or absent when the pattern does not match.")
    case .captureElse:
      row("capture-else", .write, .capture, nil, 4, 1, 0, "As `capture`, when the register is absent so far.")
    case .isPresent:
      row("is-present", .test, .none, nil, 1, 0, 0, "There is a value.")
    case .equalsBytes:
      row("equals-bytes", .test, .string, .bytes, 2, 0, 1, "The bytes are those of the string.")
    case .equalsInteger:
      row("equals-integer", .test, .integer, .integer, 2, 0, 1, "The number is the constant.")
    case .equalsAddress:
      row("equals-address", .test, .address, .address, 2, 0, 1, "The address is the constant.")
    case .isInSet:
      row("is-in-set", .test, .hashSet, .bytes, 8, 2, 1, "The bytes are a member of the set.")
    case .isInRanges:
      row("is-in-ranges", .test, .rangeSet, .integer, 2, 0, 1, "The number lies in a range.")
    case .isInNetworks:
      row("is-in-networks", .test, .networkSet, .address, 2, 0, 1, "The address lies in a network.")
    case .isUnder:
      row("is-under", .test, .string, .bytes, 2, 0, 1, "The path is the string or continues it after a slash.")
    case .matchesPattern:
      row("matches-pattern", .test, .pattern, .bytes, 4, 1, 1, "The segments match the pattern.")
    case .matchesGroup:
      row(
        "matches-group", .test, .patternGroup, .bytes, 8, 2, 1,
        "The bytes are a member or match a pattern of the group.")
    case .matchesRegex:
      row("matches-regex", .test, .automaton, .bytes, 2, 1, 1, "The automaton accepts the bytes.")
    case .equalsRegister:
      row("equals-register", .test, .register, nil, 2, 1, 1, "Both registers hold the same value.")
    case .isInRegister:
      row("is-in-register", .test, .register, nil, 2, 1, 1, "The value is a member of the list in the other register.")
    case .isInData:
      row("is-in-data", .test, .dataSet, nil, 8, 2, 1, "The value is a member of the data set.")
    case .hasBytes:
      row("has-bytes", .listTest, .string, .bytes, 2, 0, 1, "The list has the string.")
    case .hasInteger:
      row("has-integer", .listTest, .integer, .integer, 2, 0, 1, "The list has the number.")
    case .hasAddress:
      row("has-address", .listTest, .address, .address, 2, 0, 1, "The list has the address.")
    }
  }

  private func row(
    _ name: StaticString, _ role: InstructionRole, _ operand: OperandKind, _ operates: ValueType?, _ cost: UInt32,
    _ costPerByte: UInt32, _ costPerMember: UInt32, _ summary: StaticString
  ) -> OpcodeFacts {
    OpcodeFacts(
      name: name, role: role, operand: operand, operates: operates, cost: cost, costPerByte: costPerByte,
      costPerMember: costPerMember, summary: summary)
  }
}

extension Opcode {
  /// What a program that has this instruction asks of a host; the verifier checks that it says so.
  public var feature: Feature? {
    switch self {
    case .accept, .reject, .jump, .isPresent, .equalsBytes, .equalsInteger, .equalsAddress, .isUnder: nil
    case .capture, .captureElse: .captures
    case .isInSet: .stringSets
    case .isInRanges: .integerRanges
    case .isInNetworks: .networks
    case .matchesPattern, .matchesGroup: .segmentPatterns
    case .matchesRegex: .regexes
    case .equalsRegister, .isInRegister: .attributeComparisons
    case .isInData: .dataSets
    case .hasBytes, .hasInteger, .hasAddress: .setMembership
    }
  }
}
