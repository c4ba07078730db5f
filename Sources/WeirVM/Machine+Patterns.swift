import WeirISA

/// Which piece of a matched value is wanted.
enum Wanted {
  case nothing
  case segment(Int)
  case rest
}

extension VerifiedProgram {
  /// Matches a value against a pattern, left to right, once.
  ///
  /// - Returns: `nil` when it does not match, else where the wanted piece lies.
  func match(_ pattern: PatternRecord, _ text: Span<UInt8>, taking wanted: Wanted) -> Range<Int>? {
    let slash = UInt8(ascii: "/")
    let prefix = tables.strings[Int(pattern.prefix)]
    guard startsWith(text, prefix, at: 0) else { return nil }
    var place = Int(prefix.count)
    var taken = 0..<0
    for index in 0..<Int(pattern.segmentCount) {
      guard place < text.count, text[place] == slash else { return nil }
      let start = place + 1
      place = start
      if let literal = tables.segments[Int(pattern.firstSegment) + index].literal {
        let string = tables.strings[Int(literal)]
        guard startsWith(text, string, at: start) else { return nil }
        place += Int(string.count)
        guard place == text.count || text[place] == slash else { return nil }
      } else {
        while place < text.count, text[place] != slash { place += 1 }
        guard place > start else { return nil }
      }
      if case .segment(index) = wanted { taken = start..<place }
    }
    if pattern.hasRest {
      guard place == text.count || text[place] == slash else { return nil }
      if case .rest = wanted { taken = min(place + 1, text.count)..<text.count }
    } else if place != text.count {
      return nil
    }
    return taken
  }

  @inline(__always)
  private func startsWith(_ text: Span<UInt8>, _ string: StringRecord, at place: Int) -> Bool {
    let count = Int(string.count)
    let start = Int(string.offset)
    guard count <= text.count - place else { return false }
    return areEqual(
      text.extracting(place..<(place + count)), tables.bytes.span.extracting(start..<(start + count)))
  }

  /// The captured piece as a value: the pattern is matched against one register, the piece cut from another at the same place.
  func capture(_ number: Int, _ frame: borrowing Frame) -> SlotValue {
    let capture = tables.captures[number]
    let matched = frame.registers[Int(capture.matched)]
    let taken = frame.registers[Int(capture.taken)]
    if matched.state == .absent || taken.state == .absent { return .absent }
    guard let text = frame.range(ofBytes: matched), let source = frame.range(ofBytes: taken) else {
      return .unavailable
    }
    let wanted: Wanted = if let segment = capture.segment { .segment(Int(segment)) } else { .rest }
    guard
      let piece = match(
        tables.patterns[Int(capture.pattern)], frame.arena.span.extracting(text), taking: wanted)
    else { return .absent }
    // The host says that one is a view of the other: same places, perhaps a shorter end.
    guard piece.upperBound <= source.count else { return .unavailable }
    return .range(.bytes, (source.lowerBound + piece.lowerBound)..<(source.lowerBound + piece.upperBound))
  }
}
