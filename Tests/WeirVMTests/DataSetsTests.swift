import Testing

@testable import WeirVM

struct DataSetsTests {
  @Test func membership() {
    let members = (0..<1_000).map { Array("member-\($0)".utf8) }
    let sets = DataSets([members, nil, []])
    for member in members { check(sets, member, in: 0, is: .yes) }
    for other in 1_000..<2_000 { check(sets, Array("member-\(other)".utf8), in: 0, is: .no) }
    check(sets, members[0], in: 1, is: .undetermined)
    check(sets, members[0], in: 2, is: .no)
    check(sets, members[0], in: 3, is: .undetermined)
  }

  @Test func repeatedMembersAreHeldOnce() {
    let member = Array("member".utf8)
    let others = (0..<100).map { Array("other-\($0)".utf8) }
    // Quadratic if each copy had to find a bucket of its own behind the others.
    let copies = [[UInt8]](repeating: member, count: 200_000)
    let twice = others + others
    let sets = DataSets([copies, twice])
    let probesMax = sets.tables[0].probesMax
    let byteCount = sets.bytes.count
    #expect(probesMax == 1)
    let distinctBytes = others.reduce(member.count) { $0 + $1.count }
    #expect(byteCount == distinctBytes)
    check(sets, member, in: 0, is: .yes)
    check(sets, others[0], in: 0, is: .no)
    for other in others { check(sets, other, in: 1, is: .yes) }
  }

  private func check(_ sets: borrowing DataSets, _ key: [UInt8], in set: Int, is expected: Truth) {
    let truth = sets.contains(key.span, in: set)
    #expect(truth == expected)
  }

  @Test func numbersAndAddressesAreBigEndian() {
    let sets = DataSets([
      [[0, 0, 0, 0, 0, 0, 1, 2]], [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 1]],
    ])
    #expect(sets.contains(integer: 258, in: 0) == .yes)
    #expect(sets.contains(integer: 259, in: 0) == .no)
    #expect(sets.contains(address: Address(high: 0, low: 0xFFFF_0A00_0001), in: 1) == .yes)
    #expect(sets.contains(address: Address(high: 0, low: 0xFFFF_0A00_0002), in: 1) == .no)
  }
}
