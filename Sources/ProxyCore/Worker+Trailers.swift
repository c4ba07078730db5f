import HTTPWire
import ProxyTransport
import WeirRequest

/// Field lines behind a body as HTTP/1 text, in a block of their own: those of a request are sent with every attempt.
struct TrailerText: BitwiseCopyable {
  /// The lines and the empty one that ends them; empty: there are none.
  private(set) var bytes = ByteRange.empty
  private var block = ByteRange.empty

  /// Keeps a copy. False when the memory account is exhausted.
  mutating func keep(_ text: ByteRange, in memory: inout Memory) -> Bool {
    release(in: &memory)
    guard let block = memory.take(Int(text.count)) else { return false }
    memory.copy(text, to: block.start)
    self.block = block
    bytes = ByteRange(start: block.start, count: text.count)
    return true
  }

  mutating func release(in memory: inout Memory) {
    memory.release(&block)
    bytes = .empty
  }
}

// Trailers: fields that frame, route, authenticate or speak for somebody end here (RFC 9110 section 6.5.1), the others go on where the
// framing of the other side has a place for them.
extension Worker where Net: ~Copyable {
  /// Whether the client is told of trailers: of HTTP/1 clients, those that asked for them (RFC 9110 section 10.1.4).
  func takesTrailers(_ x: UInt32) -> Bool {
    isStream(x) || exchanges[x].flags.contains(.acceptsTrailers) && exchanges[x].responseFraming == .chunked
  }

  /// Keeps the trailers of a request.
  ///
  /// - Parameter section: where those lie that were parsed last.
  /// - Returns: `false` when there is no memory for them.
  mutating func keepRequestTrailers(_ x: UInt32, _ section: ByteRange) -> Bool {
    let text = writeTrailers(section)
    return text.isEmpty || exchanges[x].requestTrailers.keep(text, in: &memory)
  }

  /// As `keepRequestTrailers`, of a response.
  mutating func keepResponseTrailers(_ x: UInt32, _ section: ByteRange) -> Bool {
    guard takesTrailers(x) else { return true }
    let text = writeTrailers(section)
    return text.isEmpty || exchanges[x].responseTrailers.keep(text, in: &memory)
  }

  /// Keeps the trailers of a client's stream: as many as a head may have, where they go on as such.
  ///
  /// - Returns: why they are refused.
  mutating func keepRequestTrailers(_ x: UInt32, _ head: HTTP2Head) -> ReasonCode? {
    let bytesMax = speaksHTTP2(x) ? WireLimits.headBytesMax : WireLimits.trailerBytesMax
    guard !head.isOversize, let text = writeTrailers(head, bytesMax: bytesMax) else { return .trailersTooLarge }
    return text.isEmpty || exchanges[x].requestTrailers.keep(text, in: &memory) ? nil : .overload
  }

  /// Keeps the trailers of an upstream's stream for a client of HTTP/1.
  ///
  /// - Returns: `false` when they cannot be passed on.
  mutating func keepResponseTrailers(_ x: UInt32, _ head: HTTP2Head) -> Bool {
    guard takesTrailers(x) else { return true }
    guard let text = writeTrailers(head, bytesMax: WireLimits.trailerBytesMax) else { return false }
    return text.isEmpty || exchanges[x].responseTrailers.keep(text, in: &memory)
  }

  /// What goes behind the last chunk of a request.
  func requestTrailers(_ x: UInt32) -> ByteRange {
    exchanges[x].requestFraming == .chunked ? exchanges[x].requestTrailers.bytes : .empty
  }

  /// What goes behind the last chunk of a response.
  func responseTrailers(_ x: UInt32) -> ByteRange {
    exchanges[x].responseFraming == .chunked ? exchanges[x].responseTrailers.bytes : .empty
  }

  /// Fills the field list from trailers that were kept.
  mutating func readTrailerFields(_ text: ByteRange) -> Bool {
    guard case .complete = trailers.parse(memory.span(text), bytesMax: WireLimits.headBytesMax) else { return false }
    fields.removeAll()
    for index in 0..<trailers.fields.count {
      let field = trailers.fields[index]
      fields.append(lowercasing: text.slice(field.name), value: text.slice(field.value), in: &memory)
    }
    return !fields.isOverflown
  }

  /// Those of the parsed trailers that go on, as text; empty when there are none.
  private mutating func writeTrailers(_ section: ByteRange) -> ByteRange {
    var writer = MemoryWriter(rooms.head)
    for index in 0..<trailers.fields.count where trailers.mayPass(index) {
      let field = trailers.fields[index]
      writer.append(trailer: section.slice(field.name), section.slice(field.value), to: &memory)
    }
    if writer.written.count > 0 { writer.append("\r\n", to: &memory) }
    return writer.written
  }

  /// As above, of a stream; `nil` when they are more than they may be.
  private mutating func writeTrailers(_ head: HTTP2Head, bytesMax: Int) -> ByteRange? {
    var writer = MemoryWriter(rooms.head)
    for index in head.fields {
      let field = tape.field(index)
      guard tape.mayBeTrailer(field, in: memory) else { continue }
      writer.append(trailer: field.name, field.value, to: &memory)
    }
    if writer.written.count > 0 { writer.append("\r\n", to: &memory) }
    return writer.isOverflowing || Int(writer.written.count) > bytesMax ? nil : writer.written
  }
}

extension MemoryWriter {
  fileprivate mutating func append(trailer name: ByteRange, _ value: ByteRange, to memory: inout Memory) {
    copy(name, in: &memory)
    append(": ", to: &memory)
    copy(value, in: &memory)
    append("\r\n", to: &memory)
  }
}
