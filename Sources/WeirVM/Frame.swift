import WeirISA

/// The values of one decision, and the memory they need: owned by the caller, used again for every request.
///
/// After some requests it has grown to what they need and a decision allocates nothing.
public struct Frame: ~Copyable {
  /// Slots, then temporaries.
  @usableFromInline var registers: [SlotValue]
  var members: [SlotValue]
  /// The bytes of this decision are the first `arenaCount`; the rest is room, never less than `TextWords.padding`.
  private(set) var arena: [UInt8]
  private var arenaCount = 0
  /// The classes of the dimensions of one decision, one bit a clause for what they leave possible and for what is in doubt,
  /// and one row that is made: written by the machine alone.
  var classes: [Int]
  var possible: [UInt32]
  var doubtful: [UInt32]
  var row: [UInt32]

  /// A frame in which every slot of the program is unavailable.
  ///
  /// - Parameter arenaBytes: room for the bytes of a request; it grows when that is not enough.
  public init(for program: borrowing VerifiedProgram, arenaBytes: Int = 16_384) {
    registers = Array(repeating: .unavailable, count: program.registerCount)
    members = []
    members.reserveCapacity(256)
    arena = Array(repeating: 0, count: arenaBytes + TextWords.padding)
    classes = Array(repeating: NoClass.unread, count: program.dimensionsMax)
    // Arrays of their own: shared ones would be copied at the first decision.
    possible = Array(repeating: 0, count: program.rowWordsMax)
    doubtful = Array(repeating: 0, count: program.rowWordsMax)
    row = Array(repeating: 0, count: program.rowWordsMax)
  }

  /// Whether the frame was made for a program like this.
  @inline(__always)
  func fits(_ program: borrowing VerifiedProgram) -> Bool {
    registers.count == program.registerCount && classes.count >= program.dimensionsMax
      && possible.count >= program.rowWordsMax
  }

  /// Forgets all values and keeps the memory: every slot is unavailable.
  public mutating func reset() {
    for index in registers.indices { registers[index] = .unavailable }
    if !members.isEmpty { members.removeLast(members.count) }
    arenaCount = 0
  }

  /// Gives a slot its value. The slot is one of the program that the frame was made for.
  public mutating func set(_ slot: Int, to value: SlotValue) { registers[slot] = value }

  public subscript(slot: Int) -> SlotValue { registers[slot] }

  /// Copies bytes into the frame; the value stays good until `reset`.
  public mutating func append(_ bytes: Span<UInt8>) -> SlotValue {
    let place = arenaCount..<(arenaCount + bytes.count)
    if place.upperBound + TextWords.padding > arena.count { grow(place.upperBound + TextWords.padding) }
    var all = arena.mutableSpan
    var room = all._mutatingExtracting(place)
    // Both have as many, so the loop becomes copies of whole vectors.
    for index in bytes.indices { room[index] = bytes[index] }
    arenaCount = place.upperBound
    return .range(.bytes, place)
  }

  @inline(never)
  private mutating func grow(_ count: Int) {
    arena.append(contentsOf: repeatElement(0, count: max(2 * arena.count, count) - arena.count))
  }

  /// Copies bytes into the frame; the value stays good until `reset`.
  public mutating func append(_ bytes: some Sequence<UInt8>) -> SlotValue {
    append(Array(bytes).span)
  }

  /// A list of values that are bytes, integers, addresses or unavailable.
  ///
  /// Unavailable beyond `ProgramLimits.listMembersMax` members.
  public mutating func appendList(_ values: Span<SlotValue>) -> SlotValue {
    guard values.count <= ProgramLimits.listMembersMax else { return .unavailable }
    let start = members.count
    for index in values.indices { members.append(values[index]) }
    return .range(.list, start..<members.count)
  }

  /// The bytes that a value of this frame stands for; `nil` for what is none.
  public func bytes(of value: SlotValue) -> [UInt8]? {
    guard let range = range(ofBytes: value) else { return nil }
    return Array(arena[range])
  }

  @inline(__always)
  func range(ofBytes value: SlotValue) -> Range<Int>? {
    guard value.state == .bytes, value.start >= 0, value.count >= 0, value.start <= arenaCount,
      value.count <= arenaCount - value.start
    else { return nil }
    return value.start..<(value.start + value.count)
  }

  @inline(__always)
  func range(ofMembers value: SlotValue) -> Range<Int>? {
    guard value.state == .list, value.start >= 0, value.count >= 0, value.start <= members.count,
      value.count <= members.count - value.start
    else { return nil }
    return value.start..<(value.start + value.count)
  }
}
