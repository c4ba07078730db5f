import HTTPWire
import ProxyTransport
import WeirEnforcement

extension Worker where Net: ~Copyable {
  /// Writes the head that was decided, byte for byte, as HTTP/1 text into a block of the exchange: every attempt sends this.
  ///
  /// - Returns: `false` when it is longer than a head may be, or there is no memory for it.
  mutating func keepHead(_ x: UInt32) -> Bool {
    var writer = MemoryWriter(rooms.head)
    writer.append(
      headOf: generations.current.enforcer, isChunked: exchanges[x].requestFraming == .chunked,
      acceptsTrailers: exchanges[x].flags.contains(.acceptsTrailers), to: &memory)
    let count = writer.written.count
    // Behind the head: what a change of the response needs of the request.
    generations.current.copyKept(to: &writer, &memory)
    guard !writer.isOverflowing, let block = memory.take(Int(writer.written.count)) else { return false }
    memory.copy(writer.written, to: block.start)
    exchanges[x].headBlock = block
    exchanges[x].head = ByteRange(start: block.start, count: count)
    exchanges[x].kept = ByteRange(start: block.start + count, count: writer.written.count - count)
    return true
  }
}

extension MemoryWriter {
  /// The request that was allowed, as it is forwarded.
  fileprivate mutating func append(
    headOf enforcer: borrowing Enforcer, isChunked: Bool, acceptsTrailers: Bool, to memory: inout Memory
  ) {
    let bytes = enforcer.bytes
    let places = enforcer.forwarded
    append(bytes: bytes, places.method, to: &memory)
    append(UInt8(ascii: " "), to: &memory)
    append(bytes: bytes, places.target, to: &memory)
    append(" HTTP/1.1\r\nhost: ", to: &memory)
    append(bytes: bytes, places.authority, to: &memory)
    append("\r\n", to: &memory)
    var field = 0
    let count = enforcer.fieldCount
    while field < count {
      let run = enforcer.lineRun(from: field)
      append(bytes: bytes, run.bytes, to: &memory)
      field = run.next
    }
    // A length is among the fields: rules may read it, and no change may touch it.
    if isChunked { append("transfer-encoding: chunked\r\n", to: &memory) }
    // Of the connection, and so said anew on this one (RFC 9110 section 10.1.4).
    if acceptsTrailers { append("te: trailers\r\nconnection: te\r\n", to: &memory) }
    append("\r\n", to: &memory)
  }
}
