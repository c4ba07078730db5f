import Testing
import WeirISA

struct InstructionTests {
  @Test func fieldsSurvive() {
    for opcode in Opcode.allCases { check(opcode) }
  }

  private func check(_ opcode: Opcode) {
    for (jump, register, operand) in [(0, 0, 0), (2047, 65_535, 0xFF_FFFF), (1, 2, 3), (1024, 32_768, 0x80_0000)] {
      for flags in UInt8(0)...31 {
        let instruction = Instruction(
          opcode, flags: Instruction.Flags(rawValue: flags), jump: jump, register: register, operand: operand)
        #expect(instruction.opcode == opcode)
        #expect(instruction.flags.rawValue == flags)
        #expect(instruction.jump == jump)
        #expect(instruction.register == register)
        #expect(instruction.operand == operand)
      }
    }
  }

  @Test func zeroedMemoryDoesNotRun() {
    #expect(Instruction(rawValue: 0).opcode == nil)
  }

  @Test func namesAreUnique() {
    let names = Opcode.allCases.map { "\($0.facts.name)" }
    #expect(Set(names).count == names.count)
    let features = Feature.allCases.map { "\($0.name)" }
    #expect(Set(features).count == features.count)
  }

  @Test func featuresAreBits() {
    for feature in Feature.allCases { check(feature) }
  }

  private func check(_ feature: Feature) {
    var set = FeatureSet()
    #expect(!set.contains(feature))
    set.insert(feature)
    #expect(set.contains(feature))
    #expect(FeatureSet.all.contains(feature))
    #expect(FeatureSet.all.subtracting(set).contains(feature) == false)
    set.remove(feature)
    #expect(set.isEmpty)
  }
}
