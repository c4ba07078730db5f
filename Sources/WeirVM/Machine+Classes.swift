import WeirISA

/// The class of a value: what all rules of a scope together know of it.
extension VerifiedProgram {
  /// A class, or one of `NoClass`.
  ///
  /// - Complexity: linear in the bytes of a text, logarithmic in intervals.
  @inline(__always)
  func classID(_ number: Int, _ frame: borrowing Frame) -> Int {
    let slot = classifiers[number].slot
    let value = frame.registers[slot]
    switch value.state {
    case .unavailable: return NoClass.unavailable
    case .absent: return classifiers[number].canBeAbsent ? 0 : NoClass.unknown
    case .bytes:
      switch classifiers[number].kind {
      case .texts:
        guard let range = frame.range(ofBytes: value) else { return NoClass.unknown }
        return textClass(classifiers[number].texts, frame.arena.span.extracting(range))
      case .presence: return classifiers[number].classCount - 1
      case .integers, .addresses: return NoClass.unknown
      }
    case .integer:
      switch classifiers[number].kind {
      case .integers: return integerClass(number, UInt64(bitPattern: value.integer) ^ (1 << 63))
      case .presence: return classifiers[number].classCount - 1
      case .texts, .addresses: return NoClass.unknown
      }
    case .address:
      switch classifiers[number].kind {
      case .addresses: return addressClass(number, value.address)
      case .presence: return classifiers[number].classCount - 1
      case .texts, .integers: return NoClass.unknown
      }
    case .list:
      switch classifiers[number].kind {
      case .presence:
        // A set may have no members; no line of a header is no header.
        guard value.count > 0 || tables.slots[slot].kind == .claim else { return NoClass.unknown }
        return classifiers[number].classCount - 1
      case .texts, .integers, .addresses: return NoClass.unknown
      }
    }
  }

  @inline(__always)
  private func word(_ place: Int) -> UInt32 { tables.decisions[place] }

  /// A class in a word; one that does not exist is none.
  @inline(__always)
  private func classID(_ word: UInt32) -> Int {
    word == DecisionFormat.noClass ? NoClass.unknown : Int(word)
  }

  private func textClass(_ texts: Classifier.Texts, _ text: Span<UInt8>) -> Int {
    if texts.textBucketCount > 0 {
      let hash = XXH3.hash(text, seed: tables.program.hashSeed)
      let fingerprint = UInt32(truncatingIfNeeded: hash >> 32)
      var place = DecisionFormat.home(hash, among: texts.textBucketCount)
      for _ in 0..<texts.textProbesMax {
        let bucket = textBuckets[texts.textBuckets + place]
        if !bucket.isFull { break }
        if bucket.fingerprint == fingerprint, isEqual(text, bucket.string) { return classID(bucket.classID) }
        place = place + 1 == texts.textBucketCount ? 0 : place + 1
      }
    }
    let patterns = patternResult(texts, text)
    let regexes = texts.automaton < 0 ? 0 : regexResult(texts, text)
    if regexes == 0 { return classID(word(texts.patternClasses + patterns)) }
    var low = 0
    var high = texts.pairCount
    while low < high {
      let middle = (low + high) / 2
      let pair = texts.pairs + middle * DecisionFormat.pairWords
      let found = (Int(word(pair)), Int(word(pair + 1)))
      if found == (patterns, regexes) { return Int(word(pair + 2)) }
      if found < (patterns, regexes) { low = middle + 1 } else { high = middle }
    }
    return NoClass.unknown
  }

  /// What the merged patterns say, read segment by segment.
  @inline(__always)
  private func patternResult(_ texts: Classifier.Texts, _ text: Span<UInt8>) -> Int {
    let slash = UInt8(ascii: "/")
    switch texts.lead {
    case .none: break
    case .path: guard text.count > 0, text[0] == slash else { return 0 }
    case .identity: guard isIdentity(text) else { return 0 }
    }
    var target = texts.start
    var place = texts.lead.byteCount
    while target & DecisionFormat.settledBit == 0 {
      let state = texts.states + Int(target) * DecisionFormat.stateWords
      var end = place
      while end < text.count, text[end] != slash { end += 1 }
      if end == place {
        target = word(state + 1)
      } else {
        target = next(texts, target, text.extracting(place..<end)) ?? word(state)
      }
      if end == text.count {
        if target & DecisionFormat.settledBit != 0 { break }
        return Int(word(texts.states + Int(target) * DecisionFormat.stateWords + 2))
      }
      place = end + 1
    }
    return Int(target & ~DecisionFormat.settledBit)
  }

  @inline(__always)
  private func next(_ texts: Classifier.Texts, _ state: UInt32, _ segment: Span<UInt8>) -> UInt32? {
    guard texts.segmentBucketCount > 0 else { return nil }
    let hash = DecisionFormat.hash(XXH3.hash(segment, seed: tables.program.hashSeed), in: state)
    var place = DecisionFormat.home(hash, among: texts.segmentBucketCount)
    let fingerprint = UInt32(truncatingIfNeeded: hash >> 32)
    for _ in 0..<texts.segmentProbesMax {
      let bucket = segmentBuckets[texts.segmentBuckets + place]
      if bucket.string.count == 0 { return nil }
      if bucket.fingerprint == fingerprint, bucket.state == state, isEqual(segment, bucket.string) {
        return bucket.target
      }
      place = place + 1 == texts.segmentBucketCount ? 0 : place + 1
    }
    return nil
  }

  /// What the merged regexes say, read byte by byte.
  private func regexResult(_ texts: Classifier.Texts, _ text: Span<UInt8>) -> Int {
    let automaton = tables.automata[texts.automaton]
    let classMap = Int(tables.strings[Int(automaton.byteClasses)].offset)
    let classes = Int(automaton.classCount)
    let first = Int(automaton.firstTransition)
    var state = Int(automaton.start)
    for index in text.indices {
      if state == 0 { return 0 }
      state = Int(tables.transitions[first + state * classes + Int(tables.bytes[classMap + Int(text[index])])])
    }
    let accepting = state - Int(automaton.firstAccepting)
    return accepting < 0 ? 0 : Int(word(texts.acceptingResults + accepting))
  }

  /// Whether a text begins with `spiffe://`.
  private func isIdentity(_ text: Span<UInt8>) -> Bool {
    guard text.count >= 9 else { return false }
    let lead: InlineArray<9, UInt8> = [0x73, 0x70, 0x69, 0x66, 0x66, 0x65, 0x3A, 0x2F, 0x2F]
    return areEqual(text.extracting(0..<9), lead.span)
  }

  private func integerClass(_ number: Int, _ key: UInt64) -> Int {
    let first = classifiers[number].intervals
    let count = classifiers[number].intervalCount
    func bound(_ index: Int) -> UInt64 { UInt64(word(first + 2 * index)) | UInt64(word(first + 2 * index + 1)) << 32 }
    // The last number comes before the first of each interval.
    guard key <= bound(0), key >= bound(1) else { return NoClass.unknown }
    var low = 0
    var high = count
    while high - low > 1 {
      let middle = (low + high) / 2
      if bound(1 + middle) <= key { low = middle } else { high = middle }
    }
    return Int(word(first + 2 + 2 * count + low))
  }

  private func addressClass(_ number: Int, _ key: Address) -> Int {
    let first = classifiers[number].intervals
    let count = classifiers[number].intervalCount
    var low = 0
    var high = count
    while high - low > 1 {
      let middle = (low + high) / 2
      let place = first + 4 * middle
      let start = Address(
        high: UInt64(word(place)) | UInt64(word(place + 1)) << 32,
        low: UInt64(word(place + 2)) | UInt64(word(place + 3)) << 32)
      if start <= key { low = middle } else { high = middle }
    }
    return Int(word(first + 4 * count + low))
  }
}
