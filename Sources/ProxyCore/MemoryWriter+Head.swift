import HTTPWire
import ProxyTransport
import WeirEnforcement
import WeirPolicy

// What heads are written of.
extension MemoryWriter {
  @inline(__always)
  mutating func append(bytes: Span<UInt8>, _ place: Place, to memory: inout Memory) {
    append(bytes.extracting(place.range), to: &memory)
  }

  /// What a response says of the connection: that it ends, or, to those who would end it, that it goes on.
  mutating func append(connectionOf flags: Exchange.Flags, to memory: inout Memory) {
    if !flags.contains(.keepsAlive) {
      append("connection: close\r\n", to: &memory)
    } else if flags.contains(.isOldClient) {
      append("connection: keep-alive\r\n", to: &memory)
    }
  }

  /// Bytes that `append(reference:)` adds.
  static let referenceBytes = 18

  /// What follows the reason in the body of an answer: the number by which the log has it.
  mutating func append(reference: UInt64, to memory: inout Memory) {
    append(UInt8(ascii: " "), to: &memory)
    append(hexadecimal: reference, to: &memory)
    append(UInt8(ascii: "\n"), to: &memory)
  }

  /// `HTTP/1.1 404 Not Found` and the end of the line.
  mutating func append(statusLineOf status: UInt16, to memory: inout Memory) {
    if status == 200 {
      append("HTTP/1.1 200 OK\r\n", to: &memory)
      return
    }
    append("HTTP/1.1 ", to: &memory)
    append(decimal: UInt64(status), to: &memory)
    append(" ", to: &memory)
    if let phrase = reasonPhrase(status) { append(phrase, to: &memory) }
    append("\r\n", to: &memory)
  }
}
