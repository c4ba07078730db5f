/// The tables of a program in few bytes: most words are small, or not far from one that stands close before them.
///
/// How many words there are, then blocks of 64 words, the last one shorter: a byte that names the form of the block, and a number
/// for each of its words. Numbers have seven bits a byte, lowest first, the top bit set on all but the last byte.
public enum PackedWords {
  private static let blockWords = 64
  /// A word is the number itself.
  private static let plain: UInt8 = 0
  /// A word is the number turned right by two bits: marks at the top of words make numbers small.
  private static let turned: UInt8 = 1
  /// The form from which on the number is the difference from the word that stands `form - turned` places before: twice the
  /// difference, or one less than twice its opposite.
  private static let distanceMax = 5

  /// The same words give the same bytes.
  ///
  /// - Complexity: linear in the words.
  public static func pack(_ words: [UInt32]) -> [UInt8] {
    var bytes: [UInt8] = []
    append(UInt32(truncatingIfNeeded: words.count), to: &bytes)
    let words = words.span
    for start in stride(from: 0, to: words.count, by: blockWords) {
      let block = start..<min(start + blockWords, words.count)
      var best = plain
      var least = size(of: block, words, plain)
      for form in turned...(turned + UInt8(distanceMax)) {
        let size = start == 0 ? size(of: block, words, form) : sizeBehindOthers(of: block, words, form)
        if size < least { (best, least) = (form, size) }
      }
      bytes.append(best)
      for place in block { append(number(at: place, words, best), to: &bytes) }
    }
    return bytes
  }

  /// - Returns: `nil` for bytes that hold no words. Every word takes a byte at least, so a small section holds few.
  /// - Complexity: linear in the bytes.
  public static func unpack(_ bytes: Span<UInt8>) -> [UInt32]? {
    var reader = NumberReader()
    guard let count = reader.next(bytes), Int(count) <= bytes.count else { return nil }
    var result = [UInt32](repeating: 0, count: Int(count))
    var words = result.mutableSpan
    var start = 0
    while start < words.count {
      guard let form = reader.byte(bytes), form <= turned + UInt8(distanceMax) else { return nil }
      let end = min(start + blockWords, words.count)
      guard reader.read(bytes, into: &words, start..<end) else { return nil }
      switch form {
      case plain: break
      case turned:
        for place in start..<end {
          let number = words[place]
          words[place] = number >> 2 | number << 30
        }
      default:
        let distance = Int(form - turned)
        // The first words of all have none before them.
        let first = min(max(start, distance), end)
        for place in start..<first { words[place] = difference(words[place]) }
        for place in first..<end { words[place] = words[place - distance] &+ difference(words[place]) }
      }
      start = end
    }
    return reader.place == bytes.count ? result : nil
  }

  @inline(__always)
  private static func difference(_ number: UInt32) -> UInt32 { number >> 1 ^ (0 &- (number & 1)) }

  @inline(__always)
  private static func number(at place: Int, _ words: Span<UInt32>, _ form: UInt8) -> UInt32 {
    let word = words[place]
    switch form {
    case plain: return word
    case turned: return word << 2 | word >> 30
    default:
      let distance = Int(form - turned)
      return zigzag(word &- (place < distance ? 0 : words[place - distance]))
    }
  }

  private static func size(of block: Range<Int>, _ words: Span<UInt32>, _ form: UInt8) -> Int {
    var size = 0
    for place in block { size &+= byteCount(number(at: place, words, form)) }
    return size
  }

  /// The same for a block that is not the first, where every distance stays within the words: many words at once.
  private static func sizeBehindOthers(of block: Range<Int>, _ words: Span<UInt32>, _ form: UInt8) -> Int {
    let own = words.extracting(block)
    var size = 0
    if form == turned {
      for index in own.indices { size &+= byteCount(own[index] << 2 | own[index] >> 30) }
      return size
    }
    let distance = Int(form - turned)
    let earlier = words.extracting((block.lowerBound - distance)..<(block.upperBound - distance))
    for index in own.indices { size &+= byteCount(zigzag(own[index] &- earlier[index])) }
    return size
  }

  /// Bytes of a number.
  @inline(__always)
  private static func byteCount(_ number: UInt32) -> Int {
    1 &+ (number >= 1 << 7 ? 1 : 0) &+ (number >= 1 << 14 ? 1 : 0) &+ (number >= 1 << 21 ? 1 : 0)
      &+ (number >= 1 << 28 ? 1 : 0)
  }

  /// Twice a difference, or one less than twice its opposite.
  @inline(__always)
  private static func zigzag(_ difference: UInt32) -> UInt32 {
    let difference = Int32(bitPattern: difference)
    return UInt32(bitPattern: difference << 1 ^ difference >> 31)
  }

  private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// Reads numbers from bytes that nobody vouches for.
private struct NumberReader {
  private(set) var place = 0

  @inline(__always)
  mutating func byte(_ bytes: Span<UInt8>) -> UInt8? {
    guard place < bytes.count else { return nil }
    place += 1
    return bytes[place - 1]
  }

  /// Reads a number for each place of a block.
  ///
  /// - Returns: `false` for what is cut short, larger than a word, or longer than it has to be.
  @inline(__always)
  mutating func read(_ bytes: Span<UInt8>, into words: inout MutableSpan<UInt32>, _ block: Range<Int>) -> Bool {
    for index in block {
      let rest = bytes.extracting(place..<bytes.count)
      // Nearly all numbers have one byte or two.
      if rest.count >= 2 {
        let second = UInt32(rest[1])
        let first = UInt32(rest[0])
        if first < 0x80 {
          words[index] = first
          place &+= 1
          continue
        }
        if second < 0x80, second > 0 {
          words[index] = first & 0x7F | second << 7
          place &+= 2
          continue
        }
      }
      guard let number = next(bytes) else { return false }
      words[index] = number
    }
    return true
  }

  /// - Returns: `nil` for what is cut short, larger than a word, or longer than it has to be.
  @inline(__always)
  mutating func next(_ bytes: Span<UInt8>) -> UInt32? {
    guard let first = byte(bytes) else { return nil }
    return first < 0x80 ? UInt32(first) : rest(UInt32(first & 0x7F), bytes)
  }

  private mutating func rest(_ low: UInt32, _ bytes: Span<UInt8>) -> UInt32? {
    var number = low
    for shift in stride(from: UInt32(7), through: 28, by: 7) {
      guard let byte = byte(bytes), shift < 28 || byte < 0x10 else { return nil }
      number |= UInt32(byte & 0x7F) << shift
      if byte < 0x80 { return byte == 0 ? nil : number }
    }
    return nil
  }
}
