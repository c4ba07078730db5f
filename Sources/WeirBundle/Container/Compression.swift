import WeirISA
import WeirPolicy

/// Bytes in fewer bytes: some as they are, the others copied from before (LZ77).
///
/// How many bytes there are; then runs and copies in turn until they are: how many bytes follow as they are, and those; the
/// length of a copy less `matchMin`, and how far back it begins. Numbers have seven bits a byte, lowest first, the top bit set on
/// all but the last byte.
enum Compression {
  private static let matchMin = 4
  /// Places with the same beginning that are tried, latest first.
  private static let attemptsMax = 8
  private static let hashBits: UInt32 = 16
  /// A copy takes three bytes at least, so a small file cannot ask for much memory.
  private static let matchMax = 512
  private static let bytesPerByteMax = 171

  /// The same bytes give the same bytes.
  ///
  /// - Complexity: near linear.
  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.append(wireNumber: UInt64(bytes.count))
    // The latest place of each hash, and for each place what stands there and the place before it with the same hash: whoever
    // follows them looks at nothing else until the beginnings are the same.
    var latest = [Int32](repeating: -1, count: 1 << hashBits)
    var links = [(earlier: Int32, word: UInt32)](repeating: (-1, 0), count: bytes.count)
    let source = bytes.span
    let last = source.count - matchMin
    func word(_ place: Int) -> UInt32 {
      UInt32(source[place]) | UInt32(source[place + 1]) << 8 | UInt32(source[place + 2]) << 16
        | UInt32(source[place + 3]) << 24
    }
    func link(_ place: Int, _ word: UInt32) {
      let home = hash(word)
      links[place] = (latest[home], word)
      latest[home] = Int32(truncatingIfNeeded: place)
    }
    var place = 0
    var start = 0
    while place <= last {
      var best = (length: matchMin - 1, from: 0)
      let own = word(place)
      let longest = min(matchMax, source.count - place)
      var candidate = Int(latest[hash(own)])
      var attempts = 0
      while candidate >= 0, attempts < attemptsMax, best.length < longest {
        attempts += 1
        let found = links[candidate]
        if found.word == own, source[candidate + best.length] == source[place + best.length] {
          var length = matchMin
          while length < longest, source[candidate + length] == source[place + length] { length += 1 }
          if length > best.length { best = (length, candidate) }
        }
        candidate = Int(found.earlier)
      }
      guard best.length >= matchMin else {
        link(place, own)
        place += 1
        continue
      }
      result.append(wireNumber: UInt64(place - start))
      result += bytes[start..<place]
      result.append(wireNumber: UInt64(best.length - matchMin))
      result.append(wireNumber: UInt64(place - best.from))
      let end = place + best.length
      while place < end {
        if place <= last { link(place, word(place)) }
        place += 1
      }
      start = end
    }
    if start < bytes.count || bytes.isEmpty { result.append(wireNumber: UInt64(bytes.count - start)) }
    return result + bytes[start...]
  }

  private static func hash(_ word: UInt32) -> Int { Int((word &* 2_654_435_761) >> (32 - hashBits)) }

  /// Bytes that hosts read: a byte says whether they follow as they are (0) or compressed (1), and compressed ones stand for no
  /// more than `expansionMax` times as many.
  private static let plain: UInt8 = 0
  private static let compressed: UInt8 = 1
  private static let expansionMax = 4

  /// - Complexity: near linear.
  static func condense(_ bytes: [UInt8]) -> [UInt8] {
    let fewer = compress(bytes)
    // What saves hardly anything is not worth the time that hosts take to read it.
    return fewer.count < bytes.count - bytes.count / 8 && bytes.count <= expansionMax * fewer.count
      ? [compressed] + fewer : [plain] + bytes
  }

  /// - Throws: `WireError` for what `condense` does not make, and for more than the budget has.
  /// - Complexity: linear in the bytes.
  static func expand(
    _ bytes: ArraySlice<UInt8>, within memory: inout MemoryBudget
  ) throws(WireError) -> ArraySlice<UInt8> {
    guard let form = bytes.first else { throw .truncated }
    let rest = bytes.dropFirst()
    switch form {
    case plain: return rest
    case compressed: return try decompress(rest, countMax: expansionMax * rest.count, within: &memory)[...]
    default: throw .outOfRange("form")
    }
  }

  /// - Parameter countMax: bytes that the result may have.
  /// - Throws: `WireError` for what `compress` does not make, and for more than the budget has.
  /// - Complexity: linear in the result, which has at most 171 times as many bytes.
  static func decompress(
    _ bytes: ArraySlice<UInt8>, countMax: Int = .max, within memory: inout MemoryBudget
  ) throws(WireError) -> [UInt8] {
    var reader = NumberReader()
    let source = bytes.span
    func number() throws(WireError) -> Int {
      guard let number = reader.next(source) else { throw .malformedNumber }
      return Int(number)
    }
    let count = try number()
    guard count <= min(countMax, bytesPerByteMax * bytes.count) else { throw .outOfRange("count") }
    guard memory.take(count) else { throw .tooLarge }
    var all = [UInt8](repeating: 0, count: count)
    var result = all.mutableSpan
    var end = 0
    repeat {
      while let next = shortStep(source, reader.place, &result, end) { (reader.place, end) = next }
      let run = try number()
      guard run <= source.count - reader.place, run <= count - end else { throw .truncated }
      for index in 0..<run { result[end &+ index] = source[reader.place &+ index] }
      reader.place += run
      end += run
      if end == count { break }
      let length = try number() + matchMin
      let distance = try number()
      guard length <= matchMax, length <= count - end, distance > 0, distance <= end else { throw .outOfRange("copy") }
      // What is copied may be what was just written.
      for index in end..<(end + length) { result[index] = result[index &- distance] }
      end += length
    } while end < count
    guard reader.place == source.count else { throw .trailingBytes }
    return all
  }

  /// A run of up to 16 bytes and a copy of up to 24, in whole words and with hardly a branch: nearly all of them are so.
  ///
  /// - Returns: the places behind them; `nil` for others, close to an end, and for what is to be refused.
  @inline(__always)
  private static func shortStep(
    _ source: Span<UInt8>, _ place: Int, _ result: inout MutableSpan<UInt8>, _ end: Int
  ) -> (place: Int, end: Int)? {
    guard place &+ 32 <= source.count, end &+ 48 <= result.count else { return nil }
    let run = Int(source[place])
    let copy = place &+ 1 &+ run
    guard run <= 16 else { return nil }
    let word = TextWords.word(source, at: copy)
    let length = Int(truncatingIfNeeded: word & 0xFF) &+ matchMin
    // How far back: up to four bytes of seven bits.
    let ends = ~(word >> 8) & 0x8080_8080
    let last = ends.trailingZeroBitCount
    let far = (word >> 8) & ((2 &<< UInt64(truncatingIfNeeded: last & 31)) &- 1)
    let halves = far & 0x007F_007F | (far >> 1) & 0x3F80_3F80
    let distance = Int(truncatingIfNeeded: halves & 0x3FFF | (halves >> 2) & 0x0FFF_C000)
    // Below zero for too long a copy or number, one that is longer than it has to be, and what begins before all bytes.
    let least = 1 &<< ((last &- 7) &* 7 / 8)
    let room = (24 &- length) | (31 &- last) | (distance &- max(8, least)) | (end &+ run &- distance)
    guard room >= 0 else { return nil }
    write(TextWords.word(source, at: place &+ 1), to: &result, at: end)
    write(TextWords.word(source, at: place &+ 9), to: &result, at: end &+ 8)
    let start = end &+ run
    write(TextWords.word(result.span, at: start &- distance), to: &result, at: start)
    write(TextWords.word(result.span, at: start &+ 8 &- distance), to: &result, at: start &+ 8)
    if length > 16 { write(TextWords.word(result.span, at: start &+ 16 &- distance), to: &result, at: start &+ 16) }
    return (copy &+ 2 &+ last &>> 3, start &+ length)
  }

  @inline(__always)
  private static func write(_ word: UInt64, to bytes: inout MutableSpan<UInt8>, at place: Int) {
    let count = bytes.count
    var piece = bytes._mutatingExtracting(place..<count)
    // The last one first: then one check of bounds is left, and one store.
    piece[7] = UInt8(truncatingIfNeeded: word >> 56)
    piece[0] = UInt8(truncatingIfNeeded: word)
    piece[1] = UInt8(truncatingIfNeeded: word >> 8)
    piece[2] = UInt8(truncatingIfNeeded: word >> 16)
    piece[3] = UInt8(truncatingIfNeeded: word >> 24)
    piece[4] = UInt8(truncatingIfNeeded: word >> 32)
    piece[5] = UInt8(truncatingIfNeeded: word >> 40)
    piece[6] = UInt8(truncatingIfNeeded: word >> 48)
  }
}
