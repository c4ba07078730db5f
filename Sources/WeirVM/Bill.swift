/// Adds up the charges of one condition after another by register; those of temporaries are what they were cut from, so they
/// cost as slots do.
struct Bill {
  private var perByte: [UInt64]
  private var perMember: [UInt64]
  private var isCharged: [Bool]
  /// The registers that the condition reads, in the order of the code.
  private var registers: [Int] = []

  init(registers count: Int) {
    perByte = Array(repeating: 0, count: count)
    perMember = perByte
    isCharged = Array(repeating: false, count: count)
  }

  mutating func add(_ charge: Verifier.Charge) {
    let register = charge.register
    if !isCharged[register] {
      isCharged[register] = true
      registers.append(register)
    }
    perByte[register] = perByte[register].adding(saturating: charge.perByte)
    perMember[register] = perMember[register].adding(saturating: charge.perMember)
  }

  /// Hands over the sums, ascending by register, and begins anew.
  mutating func settle(into charges: inout [Verifier.Charge]) {
    registers.sort()
    for register in registers {
      charges.append(
        Verifier.Charge(register: register, perByte: perByte[register], perMember: perMember[register]))
      perByte[register] = 0
      perMember[register] = 0
      isCharged[register] = false
    }
    registers.removeAll(keepingCapacity: true)
  }
}
