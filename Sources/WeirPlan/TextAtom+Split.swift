/// A regex cut in two: whole pieces that all its texts begin with, and what it says of the rest.
extension TextAtom {
  /// - Returns: two predicates that hold together exactly where this one does; `nil` when it is no single regex, or one whose
  ///   texts do not begin with a piece that they share.
  func split(_ kind: Slot.Kind) -> (head: TextAtom, tail: TextAtom)? {
    guard values.isEmpty, patterns.isEmpty, machines.count == 1, let machine = machines.first, let lead = kind.lead
    else {
      return nil
    }
    // The slot holds the path in lower case, and what a regex names in upper case is in no such path; a pattern is folded.
    if case .path(let view) = kind, view.ignoresCase { return nil }
    let start = machine.sharedStart
    // Where the rest may be empty, the text may end without the slash as well: that a pattern cannot tell.
    let cut = start.indices.last { start[$0].byte == UInt8(ascii: "/") && !machine.accepting[Int(start[$0].state)] }
    guard let cut, cut > lead.utf8.count, let text = String(validating: start[..<cut].map(\.byte), as: UTF8.self),
      let pieces = kind.pieces(of: text).map(Array.init), !pieces.contains(""),
      let tail = ByteMachine(
        lead: lead, pattern: TokenPattern(pieces.map { _ in .wildcard }, hasRest: false), regexAt: pieces.count,
        regex: machine.starting(at: start[cut].state), statesMax: .max)
    else { return nil }
    var result = (head: TextAtom(), tail: TextAtom())
    result.head.patterns = [TokenPattern(pieces.map { .literal(String($0)) }, hasRest: true)]
    result.tail.machines = [tail]
    return result
  }
}

extension ByteMachine {
  /// The bytes that every accepted text begins with, each with the state behind it.
  public var sharedStart: [(byte: UInt8, state: Int32)] {
    let isDead = accepting.indices.map { self.isDead(Int32($0)) }
    var bytesOf = [[UInt8]](repeating: [], count: columnCount)
    for byte in UInt8.min...UInt8.max { bytesOf[Int(columnOf[Int(byte)])].append(byte) }
    var result: [(byte: UInt8, state: Int32)] = []
    var state = start
    while result.count < accepting.count, !accepting[Int(state)] {
      let row = Int(state) * columnCount
      let live = bytesOf.indices.filter { !isDead[Int(transitions[row + $0])] }
      guard live.count == 1, bytesOf[live[0]].count == 1 else { break }
      let byte = bytesOf[live[0]][0]
      state = transitions[row + live[0]]
      result.append((byte, state))
    }
    return result
  }
}
