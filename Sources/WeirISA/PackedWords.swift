/// The tables of a program in few bytes: most words are small, or not far from one that stands close before them.
///
/// How many words there are, as a number of seven bits a byte; then blocks of 64 words, the last one shorter: a byte that names
/// the form of the block, two bits for each of its words, and the bytes of its numbers, lowest first. The two bits say how many
/// bytes a number has: none for 0, one, two or four.
public enum PackedWords {
  private static let blockWords = 64
  /// A word is the number itself.
  private static let plain: UInt8 = 0
  /// A word is the number turned right by two bits: marks at the top of words make numbers small.
  private static let turned: UInt8 = 1
  /// The form from which on the number is the difference from the word that stands `form - turned` places before: twice the
  /// difference, or one less than twice its opposite.
  private static let distanceMax = 5
  /// By the two bits of a number, half a byte each: how many bytes it has.
  private static let byteCounts: UInt64 = 0x4210

  /// The same words give the same bytes.
  ///
  /// - Complexity: linear in the words.
  public static func pack(_ words: [UInt32]) -> [UInt8] {
    var bytes: [UInt8] = []
    NumberReader.append(UInt32(truncatingIfNeeded: words.count), to: &bytes)
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
      let lengths = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: (block.count + 3) / 4))
      for (index, place) in block.enumerated() {
        var rest = number(at: place, words, best)
        let length = length(of: rest)
        bytes[lengths + index / 4] |= UInt8(truncatingIfNeeded: length) << UInt8(2 * (index % 4))
        for _ in 0..<byteCount(length) {
          bytes.append(UInt8(truncatingIfNeeded: rest))
          rest >>= 8
        }
      }
    }
    return bytes
  }

  /// How many words `unpack` makes of the bytes, at most; `nil` when they do not say so.
  public static func wordCount(_ bytes: Span<UInt8>) -> Int? {
    var reader = NumberReader()
    return reader.next(bytes).map { Int($0) }
  }

  /// - Returns: `nil` for bytes that hold no words.
  /// - Complexity: linear in the bytes, of which 64 words take 17 at least.
  public static func unpack(_ bytes: Span<UInt8>) -> [UInt32]? {
    var reader = NumberReader()
    guard let count = reader.next(bytes), Int(count) <= 4 * bytes.count else { return nil }
    var result = [UInt32](repeating: 0, count: Int(count))
    var words = result.mutableSpan
    var place = reader.place
    var start = 0
    while start < words.count {
      let end = min(start + blockWords, words.count)
      let lengths = place + 1
      let first = lengths + (end - start + 3) / 4
      guard first <= bytes.count, bytes[place] <= turned + UInt8(distanceMax),
        let next = read(bytes, from: first, lengths: lengths, into: &words, start..<end)
      else { return nil }
      let form = bytes[place]
      place = next
      switch form {
      case plain: break
      case turned:
        for place in start..<end {
          let number = words[place]
          words[place] = number >> 2 | number << 30
        }
      case turned + 1:
        // The sum stays in a register.
        var sum = start > 0 ? words[start - 1] : 0
        for place in start..<end {
          sum &+= difference(words[place])
          words[place] = sum
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
    return place == bytes.count ? result : nil
  }

  /// Reads the numbers of a block.
  ///
  /// - Returns: the place behind them; `nil` for what is cut short.
  @inline(__always)
  private static func read(
    _ bytes: Span<UInt8>, from first: Int, lengths: Int, into words: inout MutableSpan<UInt32>, _ block: Range<Int>
  ) -> Int? {
    var place = first
    var index = block.lowerBound
    var group = lengths
    // Four numbers at once; no branch turns on how long they are, which nobody could foresee.
    while index &+ 4 <= block.upperBound, place &+ 16 <= bytes.count {
      let four = UInt64(bytes[group])
      let rest = bytes.extracting(place..<bytes.count)
      let (first, second) = (byteCount(four & 3), byteCount(four >> 2 & 3))
      let (third, fourth) = (byteCount(four >> 4 & 3), byteCount(four >> 6))
      var numbers = words._mutatingExtracting(index..<(index &+ 4))
      numbers[0] = number(rest, at: 0, first)
      numbers[1] = number(rest, at: first, second)
      numbers[2] = number(rest, at: first &+ second, third)
      numbers[3] = number(rest, at: first &+ second &+ third, fourth)
      place &+= first &+ second &+ third &+ fourth
      index &+= 4
      group &+= 1
    }
    return index == block.upperBound
      ? place : readLast(bytes, from: place, lengths: lengths, into: &words, block, after: index)
  }

  /// The number of up to four bytes at a place that has four.
  @inline(__always)
  private static func number(_ bytes: Span<UInt8>, at place: Int, _ count: Int) -> UInt32 {
    let piece = bytes.extracting(place..<bytes.count)
    // The last one first: then one check of bounds is left, and one load.
    let last = UInt32(piece[3]) << 24
    let word = UInt32(piece[0]) | UInt32(piece[1]) << 8 | UInt32(piece[2]) << 16 | last
    return word & ~UInt32(truncatingIfNeeded: UInt64.max &<< UInt64(truncatingIfNeeded: 8 &* count))
  }

  /// The rest of a block, close to the end of the bytes.
  @inline(never)
  private static func readLast(
    _ bytes: Span<UInt8>, from first: Int, lengths: Int, into words: inout MutableSpan<UInt32>, _ block: Range<Int>,
    after start: Int
  ) -> Int? {
    var place = first
    for index in start..<block.upperBound {
      let offset = index - block.lowerBound
      let count = byteCount(UInt64(bytes[lengths + offset / 4]) >> UInt64(2 * (offset % 4)) & 3)
      guard count <= bytes.count - place else { return nil }
      var number: UInt32 = 0
      for byte in 0..<count { number |= UInt32(bytes[place + byte]) << UInt32(8 * byte) }
      words[index] = number
      place += count
    }
    return place
  }

  @inline(__always)
  private static func byteCount(_ length: UInt64) -> Int {
    Int(truncatingIfNeeded: byteCounts &>> (4 &* length)) & 7
  }

  /// The two bits of a number.
  @inline(__always)
  private static func length(of number: UInt32) -> UInt64 {
    number == 0 ? 0 : number < 1 << 8 ? 1 : number < 1 << 16 ? 2 : 3
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
    for place in block { size &+= Self.size(of: number(at: place, words, form)) }
    return size
  }

  /// The same for a block that is not the first, where every distance stays within the words: many words at once.
  private static func sizeBehindOthers(of block: Range<Int>, _ words: Span<UInt32>, _ form: UInt8) -> Int {
    let own = words.extracting(block)
    var size = 0
    if form == turned {
      for index in own.indices { size &+= Self.size(of: own[index] << 2 | own[index] >> 30) }
      return size
    }
    let distance = Int(form - turned)
    let earlier = words.extracting((block.lowerBound - distance)..<(block.upperBound - distance))
    for index in own.indices { size &+= Self.size(of: zigzag(own[index] &- earlier[index])) }
    return size
  }

  /// Bytes of a number.
  @inline(__always)
  private static func size(of number: UInt32) -> Int {
    (number > 0 ? 1 : 0) &+ (number >= 1 << 8 ? 1 : 0) &+ (number >= 1 << 16 ? 2 : 0)
  }

  /// Twice a difference, or one less than twice its opposite.
  @inline(__always)
  private static func zigzag(_ difference: UInt32) -> UInt32 {
    let difference = Int32(bitPattern: difference)
    return UInt32(bitPattern: difference << 1 ^ difference >> 31)
  }
}
