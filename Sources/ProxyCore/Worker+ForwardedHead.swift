import HTTPWire
import ProxyTransport
import WeirEnforcement

extension Worker where Net: ~Copyable {
  /// Writes the head that was decided, byte for byte, as HTTP/1 text into a block of the exchange: every attempt sends this.
  ///
  /// - Returns: `false` when it is longer than a head may be, or there is no memory for it.
  mutating func keepHead(_ x: UInt32) -> Bool {
    var writer = MemoryWriter(rooms.head)
    let framing = exchanges[x].requestFraming
    let places = generations.current.enforcer.forwarded
    writer.append(bytes: generations.current.enforcer.bytes, places.method, to: &memory)
    writer.append(UInt8(ascii: " "), to: &memory)
    let target = writer.written.end
    writer.append(bytes: generations.current.enforcer.bytes, places.target, to: &memory)
    exchanges[x].target = ByteRange(start: target - rooms.head.start, count: writer.written.end - target)
    writer.append(" HTTP/1.1\r\nhost: ", to: &memory)
    writer.append(bytes: generations.current.enforcer.bytes, places.authority, to: &memory)
    writer.append("\r\n", to: &memory)
    var field = 0
    let count = generations.current.enforcer.fieldCount
    while field < count {
      let run = generations.current.enforcer.lineRun(from: field)
      writer.append(bytes: generations.current.enforcer.bytes, run.bytes, to: &memory)
      field = run.next
    }
    switch framing {
    // A length is among the fields: rules may read it, and no change may touch it.
    case .none, .length, .untilClose: break
    case .chunked: writer.append("transfer-encoding: chunked\r\n", to: &memory)
    }
    writer.append("\r\n", to: &memory)
    guard !writer.isOverflowing, let block = memory.take(Int(writer.written.count)) else { return false }
    memory.copy(writer.written, to: block.start)
    exchanges[x].headBlock = block
    exchanges[x].head = ByteRange(start: block.start, count: writer.written.count)
    return true
  }
}
