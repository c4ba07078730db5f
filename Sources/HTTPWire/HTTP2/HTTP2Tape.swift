import CNghttp2
import ProxyTransport

/// What one call of a session said: events, and the fields of header lists. A worker has one for all its sessions.
///
/// It is read between two calls; the next one overwrites it. Names and values lie in the arena, a part of the worker's memory.
@safe
public struct HTTP2Tape: ~Copyable {
  let tape: UnsafeMutablePointer<weir_h2_tape>
  private let names = KnownNames()

  /// The arena that `headerListBytesMax` needs, in bytes; twice as much lets more header lists through in one call.
  public static func arenaBytesMin(_ limits: HTTP2Limits) -> Int {
    Int(weir_h2_arena_bytes_min(UInt32(clamping: limits.headerListBytesMax)))
  }

  /// A tape whose arena is a region that nobody else writes. Nil when there is no memory.
  public init?(arena: ByteRange) {
    guard let tape = unsafe weir_h2_tape_new(arena.start, arena.count) else { return nil }
    unsafe self.tape = tape
  }

  deinit { unsafe weir_h2_tape_free(tape) }

  /// Where header bytes are written.
  var arena: ByteRange { unsafe ByteRange(start: tape.pointee.arena_start, count: tape.pointee.arena_count) }

  /// How many events there are.
  public var count: Int { Int(unsafe tape.pointee.event_count) }

  /// An event; `index` is below `count`.
  public subscript(_ index: Int) -> HTTP2Event {
    precondition(index >= 0 && index < count)
    // Within the events that were written.
    let event = unsafe tape.pointee.events[index]
    let stream = HTTP2Stream(number: event.stream, slot: event.slot)
    let head = HTTP2Head(
      firstField: event.first, fieldCount: event.count, endsStream: event.flags & WEIR_H2_FLAG_END != 0,
      isOversize: event.flags & WEIR_H2_FLAG_OVERSIZE != 0)
    return switch event.kind {
    case WEIR_H2_REQUEST: .request(stream, head)
    case WEIR_H2_INFORMATIONAL: .informational(stream, head)
    case WEIR_H2_RESPONSE: .response(stream, head)
    case WEIR_H2_TRAILERS: .trailers(stream, head)
    case WEIR_H2_DATA: .data(stream, ByteRange(start: event.first, count: event.count))
    case WEIR_H2_END: .end(stream)
    case WEIR_H2_SENT: .sent(stream, byteCount: Int(event.count))
    case WEIR_H2_FINISHED: .finished(stream)
    default: .closed(stream, HTTP2ErrorCode(rawValue: event.first))
    }
  }

  /// A field of a header list; `index` is one of `HTTP2Head.fields`.
  public func field(_ index: Int) -> HTTP2Field {
    precondition(index >= 0 && index < Int(unsafe tape.pointee.field_count))
    // Within the fields that were written.
    let field = unsafe tape.pointee.fields[index]
    return HTTP2Field(
      name: ByteRange(start: field.name_start, count: UInt32(field.name_count)),
      value: ByteRange(start: field.value_start, count: field.value_count),
      isNeverIndexed: field.flags & WEIR_H2_NEVER_INDEX != 0)
  }

  /// Whether a name becomes that of a field which may not be mimicked when `_` is read as `-`.
  func mimics(_ name: ByteRange, in memory: borrowing Memory) -> Bool {
    names.mimics(memory.span(name), 0..<Int(name.count))
  }

  /// Whether a trailer may be passed on; see `TrailerSection.mayPass`.
  public func mayBeTrailer(_ field: HTTP2Field, in memory: borrowing Memory) -> Bool {
    let known = known(field.name, in: memory)
    return known.mayBeTrailer && (known != .other || !mimics(field.name, in: memory))
  }

  /// What a field of this name is to a proxy.
  public func known(_ name: ByteRange, in memory: borrowing Memory) -> KnownField {
    names.field(memory.span(name), 0..<Int(name.count))
  }
}

/// A name and a value in the worker's memory. Names are in lower case; those of pseudo-header fields begin with a colon.
public struct HTTP2Field: BitwiseCopyable, Hashable, Sendable {
  public var name: ByteRange
  public var value: ByteRange
  /// No compression context may keep it (RFC 7541, 6.2.3), here or further on.
  public var isNeverIndexed: Bool

  public init(name: ByteRange, value: ByteRange, isNeverIndexed: Bool = false) {
    self.name = name
    self.value = value
    self.isNeverIndexed = isNeverIndexed
  }
}
