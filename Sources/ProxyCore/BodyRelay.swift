import HTTPWire
import ProxyTransport

/// A piece of a body, decoded in place: what came of it, and what follows the body.
struct BodyPiece {
  /// Contiguous, within the bytes that were given.
  var data: ByteRange
  /// What follows the end of the body, the beginning of the next message; before the end, what must be held until more comes.
  var rest: ByteRange
  var isLast: Bool
  /// The trailers that were parsed.
  var trailers = ByteRange.empty
  var error: WireError?
}

/// Decodes the bytes of a body where they lie; pieces of several chunks are moved together.
///
/// Complexity: linear in the bytes given.
func decodeBody(
  _ decoder: inout BodyDecoder, _ trailers: inout TrailerSection, _ bytes: ByteRange, in memory: inout Memory
) -> BodyPiece {
  var piece = BodyPiece(
    data: ByteRange(start: bytes.start, count: 0), rest: .empty, isLast: false, error: nil)
  var offset = 0
  while true {
    switch decoder.next(memory.span(bytes), from: offset) {
    case .data(let range):
      let found = ByteRange(start: bytes.start + UInt32(range.lowerBound), count: UInt32(range.count))
      if piece.data.count == 0 {
        piece.data = found
      } else {
        memory.copy(found, to: piece.data.end)
        piece.data.count += found.count
      }
      offset = range.upperBound
    case .end(let consumed):
      piece.isLast = true
      piece.rest = ByteRange(start: bytes.start + UInt32(consumed), count: bytes.count - UInt32(consumed))
      return piece
    case .needMore: return piece
    case .trailers(let start):
      let section = bytes.dropFirst(start)
      switch trailers.parse(memory.span(section)) {
      case .complete(let count):
        piece.isLast = true
        piece.trailers = section.prefix(count)
        piece.rest = section.dropFirst(count)
      case .incomplete: piece.rest = section
      case .invalid(let error): piece.error = error
      }
      return piece
    case .invalid(let error):
      piece.error = error
      return piece
    }
  }
}

/// Writes the framing of an HTTP/1 body around a piece of it: before it into the headroom, after it into the slack.
///
/// - Parameter hasTrailers: they are sent behind it.
/// - Returns: the range to be sent.
func frameBody(
  _ data: ByteRange, _ framing: BodyFraming, isLast: Bool, hasTrailers: Bool, in memory: inout Memory
) -> ByteRange {
  guard framing == .chunked else { return data }
  var framed = data
  if data.count > 0 {
    memory.store("\r\n", at: framed.end)
    framed.count += 2
    memory.store("\r\n", at: framed.start - 2)
    framed.start -= 2
    framed.count += 2
    var rest = data.count
    repeat {
      framed.start -= 1
      framed.count += 1
      let digit = UInt8(rest & 0xF)
      memory[framed.start] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      rest >>= 4
    } while rest > 0
  }
  if isLast {
    memory.store("0\r\n\r\n", at: framed.end)
    framed.count += hasTrailers ? 3 : 5
  }
  return framed
}
