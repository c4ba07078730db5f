import HTTPCanonical
import WeirPolicy

// What the canonicaliser writes, written where it stays.
extension ByteBuffer {
  func text(_ range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    for index in range { bytes.append(self[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the front of a scratch.
  mutating func append(_ scratch: [UInt8], _ byteCount: Int) -> Range<Int> {
    append(scratch.span.extracting(0..<byteCount))
  }

  /// Appends a number in two bytes, the most significant first.
  mutating func append(big number: UInt16) {
    append(UInt8(truncatingIfNeeded: number >> 8))
    append(UInt8(truncatingIfNeeded: number))
  }

  /// Appends a number in decimal.
  mutating func append(decimal number: Int64) -> Range<Int> {
    var digits = number < 0 ? 2 : 1
    var rest = number.magnitude
    while rest >= 10 {
      digits += 1
      rest /= 10
    }
    var room = room(digits)
    var place = digits
    rest = number.magnitude
    repeat {
      place -= 1
      room[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    if number < 0 { room[0] = UInt8(ascii: "-") }
    return commit(digits)
  }

  /// Appends an address as `IPAddress.description` has it.
  mutating func append(_ address: IPAddress) -> Range<Int> {
    var room = room(IPAddress.textBytesMax)
    let written = address.write(to: &room)
    return commit(written)
  }

  /// Appends a field as a line of HTTP/1: name in lower case, value trimmed.
  @inline(__always)
  mutating func appendLine(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(RejectReason) -> FieldPlaces {
    // Some more than the line, so that the name can be written in words.
    var room = room(name.count + value.count + 16)
    let nameEnd = try CanonicalHeader.writeName(name, into: &room)
    let trimmed = try CanonicalHeader.trimValue(value)
    room[nameEnd] = UInt8(ascii: ":")
    room[nameEnd + 1] = UInt8(ascii: " ")
    let name = commit(nameEnd + 2)
    let value = append(value.extracting(trimmed))
    append(UInt8(ascii: "\r"))
    append(UInt8(ascii: "\n"))
    return FieldPlaces(name: Place(name.lowerBound..<(name.upperBound - 2)), value: Place(value))
  }

  /// As `appendLine`, of a whole line in canonical form with its end.
  @inline(__always)
  mutating func append(line: Span<UInt8>, nameCount: Int) -> FieldPlaces {
    let start = append(line).lowerBound
    return FieldPlaces(
      name: Place(start..<(start + nameCount)), value: Place((start + nameCount + 2)..<(start + line.count - 2)))
  }

  /// As `appendLine`, of a canonical name and a value that lies in here already.
  mutating func copyLine(_ name: Span<UInt8>, value: Range<Int>) -> FieldPlaces {
    let name = append(name)
    append(UInt8(ascii: ":"))
    append(UInt8(ascii: " "))
    let value = copy(value)
    append(UInt8(ascii: "\r"))
    append(UInt8(ascii: "\n"))
    return FieldPlaces(name: Place(name), value: Place(value))
  }

  mutating func appendPath(
    of target: Span<UInt8>, _ parts: RequestTarget, mode: PathMode
  ) throws(RejectReason) -> Range<Int> {
    // Some more than the path, so that it can be written in words.
    var room = room(target.count + 8)
    let written = try parts.writePath(of: target, mode: mode, into: &room)
    return commit(written)
  }

  mutating func appendHost(_ authority: Span<UInt8>) throws(RejectReason) -> (name: Range<Int>, written: CanonicalHost)
  {
    var room = room(CanonicalLimits.hostScratchBytes)
    let written = try CanonicalHost.write(authority, into: &room)
    return (commit(written.byteCount), written)
  }

  /// Appends a path as a scope sees it that takes some paths for one.
  mutating func copyPath(_ path: Range<Int>, ignoringCase: Bool, ignoringTrailingSlash: Bool) -> Range<Int> {
    let bytes = path.count
    _ = copy(path)
    uncommit(bytes)
    var room = room(bytes)
    let written = CanonicalPath.applyView(
      to: &room, ignoringCase: ignoringCase, ignoringTrailingSlash: ignoringTrailingSlash)
    return commit(written)
  }
}
