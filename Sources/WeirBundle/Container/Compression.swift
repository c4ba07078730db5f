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
    return fewer.count < bytes.count && bytes.count <= expansionMax * fewer.count
      ? [compressed] + fewer : [plain] + bytes
  }

  /// - Throws: `WireError` for what `condense` does not make.
  /// - Complexity: linear in the bytes.
  static func expand(_ bytes: ArraySlice<UInt8>) throws(WireError) -> ArraySlice<UInt8> {
    guard let form = bytes.first else { throw .truncated }
    let rest = bytes.dropFirst()
    switch form {
    case plain: return rest
    case compressed: return try decompress(rest, countMax: expansionMax * rest.count)[...]
    default: throw .outOfRange("form")
    }
  }

  /// - Parameter countMax: bytes that the result may have.
  /// - Throws: `WireError` for what `compress` does not make.
  /// - Complexity: linear in the result, which has at most 171 times as many bytes.
  static func decompress(_ bytes: ArraySlice<UInt8>, countMax: Int = .max) throws(WireError) -> [UInt8] {
    var place = 0
    let source = bytes.span
    func number() throws(WireError) -> Int {
      var number = 0
      for shift in stride(from: 0, to: 35, by: 7) {
        guard place < source.count else { throw .truncated }
        let byte = source[place]
        place += 1
        number |= Int(byte & 0x7F) << shift
        if byte < 0x80 {
          guard byte != 0 || shift == 0 else { throw .malformedNumber }
          return number
        }
      }
      throw .malformedNumber
    }
    let count = try number()
    guard count <= min(countMax, bytesPerByteMax * bytes.count) else { throw .outOfRange("count") }
    var all = [UInt8](repeating: 0, count: count)
    var result = all.mutableSpan
    var end = 0
    repeat {
      let run = try number()
      guard run <= source.count - place, run <= count - end else { throw .truncated }
      for index in 0..<run { result[end &+ index] = source[place &+ index] }
      place += run
      end += run
      if end == count { break }
      let length = try number() + matchMin
      let distance = try number()
      guard length <= matchMax, length <= count - end, distance > 0, distance <= end else { throw .outOfRange("copy") }
      // What is copied may be what was just written.
      for index in end..<(end + length) { result[index] = result[index &- distance] }
      end += length
    } while end < count
    guard place == source.count else { throw .trailingBytes }
    return all
  }
}
