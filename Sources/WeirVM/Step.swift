import WeirISA

/// An instruction taken apart once, when its program is verified, so that running it does not.
struct Step: BitwiseCopyable, Sendable {
  let opcode: Opcode
  private let flags: UInt8
  let jump: UInt16
  let register: UInt16
  let operand: UInt32

  init(_ opcode: Opcode, _ instruction: Instruction) {
    self.opcode = opcode
    flags = instruction.flags.rawValue
    jump = UInt16(truncatingIfNeeded: instruction.jump)
    register = UInt16(truncatingIfNeeded: instruction.register)
    operand = UInt32(truncatingIfNeeded: instruction.operand)
  }

  // The bits of `Instruction.Flags`, as constants that need no call.
  @inline(__always) var jumpsIfTrue: Bool { flags & 1 != 0 }
  @inline(__always) var isNegated: Bool { flags & 2 != 0 }
  @inline(__always) var isTrueIfAbsent: Bool { flags & 4 != 0 }
  @inline(__always) var isInverted: Bool { flags & 8 != 0 }
  @inline(__always) var isAll: Bool { flags & 16 != 0 }
}
