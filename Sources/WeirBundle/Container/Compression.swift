import WeirPolicy

/// Bytes in fewer bytes: some as they are, the others copied from before (LZ77). For sections that deciding does not read.
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

  /// The same bytes give the same bytes.
  ///
  /// - Complexity: near linear.
  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.append(wireNumber: UInt64(bytes.count))
    // The latest place of each hash, and for each place the one before it with the same hash.
    var latest = [Int32](repeating: -1, count: 1 << hashBits)
    var earlier = [Int32](repeating: -1, count: bytes.count)
    let source = bytes.span
    let last = source.count - matchMin
    func hash(_ place: Int) -> Int {
      let word =
        UInt32(source[place]) | UInt32(source[place + 1]) << 8 | UInt32(source[place + 2]) << 16
        | UInt32(source[place + 3]) << 24
      return Int((word &* 2_654_435_761) >> (32 - hashBits))
    }
    var place = 0
    var start = 0
    while place <= last {
      var best = (length: matchMin - 1, from: 0)
      let home = hash(place)
      var candidate = Int(latest[home])
      var attempts = 0
      while candidate >= 0, attempts < attemptsMax {
        attempts += 1
        if place + best.length < source.count, source[candidate + best.length] == source[place + best.length] {
          var length = 0
          let longest = min(matchMax, source.count - place)
          while length < longest, source[candidate + length] == source[place + length] { length += 1 }
          if length > best.length { best = (length, candidate) }
        }
        candidate = Int(earlier[candidate])
      }
      guard best.length >= matchMin else {
        earlier[place] = latest[home]
        latest[home] = Int32(truncatingIfNeeded: place)
        place += 1
        continue
      }
      result.append(wireNumber: UInt64(place - start))
      result += bytes[start..<place]
      result.append(wireNumber: UInt64(best.length - matchMin))
      result.append(wireNumber: UInt64(place - best.from))
      let end = place + best.length
      while place < end {
        if place <= last {
          let home = hash(place)
          earlier[place] = latest[home]
          latest[home] = Int32(truncatingIfNeeded: place)
        }
        place += 1
      }
      start = end
    }
    if start < bytes.count || bytes.isEmpty { result.append(wireNumber: UInt64(bytes.count - start)) }
    return result + bytes[start...]
  }

  /// - Throws: `WireError` for what `compress` does not make.
  /// - Complexity: linear in the result, which has at most 171 times as many bytes.
  static func decompress(_ bytes: ArraySlice<UInt8>) throws(WireError) -> [UInt8] {
    var place = bytes.startIndex
    func number() throws(WireError) -> Int {
      var number = 0
      for shift in stride(from: 0, to: 35, by: 7) {
        guard place < bytes.endIndex else { throw .truncated }
        let byte = bytes[place]
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
    var result: [UInt8] = []
    repeat {
      let run = try number()
      guard run <= bytes.endIndex - place, run <= count - result.count else { throw .truncated }
      result += bytes[place..<(place + run)]
      place += run
      if result.count == count { break }
      let length = try number() + matchMin
      let distance = try number()
      guard length <= matchMax, length <= count - result.count, distance > 0, distance <= result.count
      else { throw .outOfRange("copy") }
      // What is copied may be what was just written.
      for _ in 0..<length { result.append(result[result.count - distance]) }
    } while result.count < count
    guard place == bytes.endIndex else { throw .trailingBytes }
    return result
  }
}
