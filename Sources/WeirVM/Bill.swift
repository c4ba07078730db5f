/// Adds up the charges of one condition after another by register; those of temporaries are what they were cut from, so they
/// cost as slots do.
struct Bill {
  private struct Sum {
    var perByte: UInt64 = 0
    var perMember: UInt64 = 0
    var isCharged = false
  }

  private var sums: [Sum]
  /// The registers that the condition reads, in the order of the code.
  private var registers: [Int] = []

  init(registers count: Int) { sums = Array(repeating: Sum(), count: count) }

  mutating func add(_ charge: Verifier.Charge) {
    var sum = sums[charge.register]
    if !sum.isCharged { registers.append(charge.register) }
    sum.isCharged = true
    sum.perByte = sum.perByte.adding(saturating: charge.perByte)
    sum.perMember = sum.perMember.adding(saturating: charge.perMember)
    sums[charge.register] = sum
  }

  /// Hands over the sums, ascending by register, and begins anew.
  mutating func settle(into charges: inout [Verifier.Charge]) {
    if registers.count > 1 { registers.sort() }
    for register in registers {
      let sum = sums[register]
      charges.append(Verifier.Charge(register: register, perByte: sum.perByte, perMember: sum.perMember))
      sums[register] = Sum()
    }
    registers.removeAll(keepingCapacity: true)
  }
}
