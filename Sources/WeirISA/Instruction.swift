/// One instruction: a 64-bit word.
///
/// ```
/// 63              40 39          24 23       13 12     8 7      0
/// │ operand (24)    │ register (16)│ jump (11) │ flags  │ opcode │
/// ```
/// A test looks at a register and either falls through or jumps `jump + 1` words ahead. There is no way back, so a condition of
/// `n` words ends after at most `n` steps.
public struct Instruction: BitwiseCopyable, Hashable, Sendable {
  /// How a test turns what it finds into a jump.
  public struct Flags: OptionSet, BitwiseCopyable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The test jumps when it is true; without it, when it is false.
    public static let jumpsIfTrue = Flags(rawValue: 1)
    /// The predicate is inverted, value by value.
    public static let negated = Flags(rawValue: 2)
    /// The test is true of an absent value and of an empty list.
    public static let trueIfAbsent = Flags(rawValue: 4)
    /// The test stands under an odd number of `not`: when doubt has to count as false for the condition, it counts as true here.
    public static let inverted = Flags(rawValue: 8)
    /// Every member of a list has to satisfy the predicate; without it, some member.
    public static let all = Flags(rawValue: 16)
  }

  public static let jumpMax = 2047
  public static let operandMax = 0xFF_FFFF
  public static let registerMax = 0xFFFF

  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Fields beyond their width are cut: the assembler checks before.
  public init(_ opcode: Opcode, flags: Flags = [], jump: Int = 0, register: Int = 0, operand: Int = 0) {
    rawValue =
      UInt64(opcode.rawValue) | UInt64(flags.rawValue & 31) << 8
      | (UInt64(truncatingIfNeeded: jump) & 0x7FF) << 13 | (UInt64(truncatingIfNeeded: register) & 0xFFFF) << 24
      | (UInt64(truncatingIfNeeded: operand) & 0xFF_FFFF) << 40
  }

  /// `nil` for a word that no encoder makes.
  public var opcode: Opcode? { Opcode(rawValue: UInt8(truncatingIfNeeded: rawValue)) }
  public var flags: Flags { Flags(rawValue: UInt8(truncatingIfNeeded: rawValue >> 8) & 31) }
  /// Words skipped when the test jumps.
  public var jump: Int { Int(rawValue >> 13 & 0x7FF) }
  public var register: Int { Int(rawValue >> 24 & 0xFFFF) }
  public var operand: Int { Int(rawValue >> 40) }
}
