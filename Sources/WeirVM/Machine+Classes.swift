import WeirISA

/// The class of a value: what all rules of a scope together know of it.
extension VerifiedProgram {
  /// A class, or one of `NoClass`.
  ///
  /// - Complexity: linear in the bytes of a text, logarithmic in intervals.
  func classID(_ number: Int, _ frame: borrowing Frame) -> Int {
    // Read where they lie: a copy of all that there is to say would cost more than what is used of it.
    let classifiers = self.classifiers.span
    let slot = classifiers[number].slot
    let value = frame.registers[slot]
    switch value.state {
    case .unavailable: return NoClass.unavailable
    case .absent: return classifiers[number].canBeAbsent ? 0 : NoClass.unknown
    case .bytes:
      switch classifiers[number].kind {
      case .texts:
        guard let range = frame.range(ofBytes: value) else { return NoClass.unknown }
        return textClass(number, frame.arena.span, range)
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

  /// - Parameters:
  ///   - bytes: where texts lie, with padding.
  ///   - text: its place.
  @inline(__always)
  private func textClass(_ number: Int, _ bytes: Span<UInt8>, _ text: Range<Int>) -> Int {
    if let found = namedClass(number, bytes, text) { return found }
    let classifiers = self.classifiers.span
    let patterns = patternResult(number, bytes, text)
    let automaton = classifiers[number].texts.automaton
    guard automaton >= 0 else { return classID(word(classifiers[number].texts.patternClasses + patterns)) }
    let regexes = regexResult(number, bytes.extracting(text))
    if regexes == 0 { return classID(word(classifiers[number].texts.patternClasses + patterns)) }
    var low = 0
    var high = classifiers[number].texts.pairCount
    while low < high {
      let middle = (low + high) / 2
      let pair = classifiers[number].texts.pairs + middle * DecisionFormat.pairWords
      let found = (Int(word(pair)), Int(word(pair + 1)))
      if found == (patterns, regexes) { return Int(word(pair + 2)) }
      if found < (patterns, regexes) { low = middle + 1 } else { high = middle }
    }
    return NoClass.unknown
  }

  /// The class of a text that rules name; `nil` for another one.
  @inline(__always)
  private func namedClass(_ number: Int, _ bytes: Span<UInt8>, _ text: Range<Int>) -> Int? {
    let classifiers = self.classifiers.span
    let length = text.upperBound &- text.lowerBound
    guard classifiers[number].texts.lengths & Classifier.Texts.bit(ofLength: length) != 0 else { return nil }
    let count = classifiers[number].texts.textBucketCount
    let buckets = textBuckets.span
    let hash = TextWords.hash(bytes, text, seed: tables.program.hashSeed)
    let fingerprint = UInt32(truncatingIfNeeded: hash >> 32)
    var place = classifiers[number].texts.textBuckets &+ DecisionFormat.home(hash, among: count)
    let end = place &+ classifiers[number].texts.textProbesMax
    while place < end {
      let bucket = buckets[place]
      if bucket.offset == .max { return nil }
      if bucket.fingerprint == fingerprint, Int(bucket.count) == length,
        TextWords.areEqual(bytes, text, tables.bytes.span, at: Int(bucket.offset))
      {
        return classID(bucket.classID)
      }
      place &+= 1
    }
    return nil
  }

  /// What the merged patterns say, read segment by segment.
  @inline(__always)
  private func patternResult(_ number: Int, _ bytes: Span<UInt8>, _ text: Range<Int>) -> Int {
    let classifiers = self.classifiers.span
    var place = text.lowerBound
    switch classifiers[number].texts.lead {
    case .none: break
    case .path:
      guard text.count > 0, bytes[place] == UInt8(ascii: "/") else { return 0 }
      place += 1
    case .identity:
      // `spiffe://`
      guard text.count >= 9, TextWords.word(bytes, at: place) == 0x2F3A_6566_6669_7073,
        bytes[place + 8] == UInt8(ascii: "/")
      else { return 0 }
      place += 9
    }
    var target = classifiers[number].texts.start
    let states = classifiers[number].texts.states
    let words = tables.decisions.span
    while target & DecisionFormat.settledBit == 0 {
      let state = states &+ Int(target) &* DecisionFormat.stateWords
      let segment = Segment(bytes, from: place, to: text.upperBound)
      if segment.end == place {
        target = words[state &+ 1]
      } else {
        target = next(number, target, Int(words[state &+ 3]), segment, bytes) ?? words[state]
      }
      if segment.end == text.upperBound {
        if target & DecisionFormat.settledBit != 0 { break }
        return Int(words[states &+ Int(target) &* DecisionFormat.stateWords &+ 2])
      }
      place = segment.end &+ 1
    }
    return Int(target & ~DecisionFormat.settledBit)
  }

  /// Where a segment leads from a state with so many edges; `nil` when it knows the segment not.
  @inline(__always)
  private func next(
    _ number: Int, _ state: UInt32, _ edges: Int, _ segment: Segment, _ bytes: Span<UInt8>
  ) -> UInt32? {
    let classifiers = self.classifiers.span
    let start = edgeStarts[classifiers[number].texts.edgeStarts &+ Int(state)]
    guard start == Classifier.Texts.hashedEdges else {
      let buckets = edgeBuckets.span
      for place in Int(start)..<(Int(start) &+ edges) where isSame(segment, buckets[place], bytes) {
        return buckets[place].target
      }
      return nil
    }
    return nextByHash(number, state, segment, bytes)
  }

  /// The same for a state with many edges. Apart: the hash is not made for the others.
  @inline(never)
  private func nextByHash(_ number: Int, _ state: UInt32, _ segment: Segment, _ bytes: Span<UInt8>) -> UInt32? {
    let classifiers = self.classifiers.span
    let count = classifiers[number].texts.edgeBucketCount
    let buckets = edgeBuckets.span
    let hash = DecisionFormat.hash(segment.hash(bytes, seed: tables.program.hashSeed), in: state)
    let home = DecisionFormat.home(hash, among: count)
    var place = classifiers[number].texts.edgeBuckets &+ home
    let end = place &+ classifiers[number].texts.edgeProbesMax
    while place < end {
      let bucket = buckets[place]
      if bucket.count == 0 { return nil }
      if bucket.state == state, isSame(segment, bucket, bytes) { return bucket.target }
      place &+= 1
    }
    return nil
  }

  @inline(__always)
  private func isSame(_ segment: Segment, _ bucket: EdgeBucket, _ bytes: Span<UInt8>) -> Bool {
    bucket.firstWord == segment.firstWord && Int(bucket.count) == segment.count
      && (segment.count <= 8 || isLong(segment, bucket.offset, bytes))
  }

  /// Whether a segment of more than a word is the string at an offset. Apart, so that the common way needs no room for it.
  @inline(never)
  private func isLong(_ segment: Segment, _ offset: UInt32, _ bytes: Span<UInt8>) -> Bool {
    TextWords.areEqual(bytes, segment.start..<segment.end, tables.bytes.span, at: Int(offset))
  }

  /// What the merged regexes say, read byte by byte.
  private func regexResult(_ number: Int, _ text: Span<UInt8>) -> Int {
    let automaton = tables.automata[classifiers[number].texts.automaton]
    let classMap = Int(tables.strings[Int(automaton.byteClasses)].offset)
    let classes = Int(automaton.classCount)
    let first = Int(automaton.firstTransition)
    var state = Int(automaton.start)
    for index in text.indices {
      if state == 0 { return 0 }
      state = Int(tables.transitions[first + state * classes + Int(tables.bytes[classMap + Int(text[index])])])
    }
    let accepting = state - Int(automaton.firstAccepting)
    return accepting < 0 ? 0 : Int(word(classifiers[number].texts.acceptingResults + accepting))
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
    let words = tables.decisions.span
    var low = 0
    var high = count
    while high - low > 1 {
      let middle = (low + high) / 2
      let start = words.extracting((first &+ 4 &* middle)..<words.count)
      let last = UInt64(start[3]) << 32
      let address = Address(
        high: UInt64(start[0]) | UInt64(start[1]) << 32, low: UInt64(start[2]) | last)
      if address <= key { low = middle } else { high = middle }
    }
    return Int(word(first + 4 * count + low))
  }
}

/// The bytes up to the next slash: where they end, their first word.
private struct Segment {
  let start: Int
  let end: Int
  /// The first eight bytes, zeros behind the end.
  let firstWord: UInt64

  @inline(__always) var count: Int { end &- start }

  @inline(__always)
  init(_ bytes: Span<UInt8>, from start: Int, to limit: Int) {
    self.start = start
    let word = TextWords.word(bytes, at: start)
    let count = min(TextWords.bytesBeforeSlash(word), limit &- start)
    if count < 8 {
      // Without bytes the word stays whole; nobody looks at it then.
      firstWord = TextWords.lower(word, bytes: count)
      end = start &+ count
    } else {
      firstWord = word
      end = Self.longEnd(bytes, from: start, to: limit)
    }
  }

  /// The hash of all its bytes.
  @inline(__always)
  func hash(_ bytes: Span<UInt8>, seed: UInt64) -> UInt64 {
    count <= 8 ? TextWords.hash(firstWord, seed: seed) : TextWords.hash(bytes, start..<end, seed: seed)
  }

  @inline(never)
  private static func longEnd(_ bytes: Span<UInt8>, from start: Int, to limit: Int) -> Int {
    var end = start &+ 8
    while end < limit {
      let count = TextWords.bytesBeforeSlash(TextWords.word(bytes, at: end))
      end &+= count
      if count < 8 { break }
    }
    return min(end, limit)
  }
}
