import ProxyTelemetry
import ProxyTransport
import WeirPolicy

/// The fields that this proxy sets, as lines of a head: stored once in the worker's memory, and only what differs from request to
/// request is written again.
struct OwnLines {
  /// A line `name: value` with its end.
  struct Line {
    var bytes: ByteRange
    let nameCount: Int

    var name: ByteRange { bytes.prefix(nameCount) }
    var value: ByteRange { bytes.slice((nameCount + 2)..<(Int(bytes.count) - 2)) }

    fileprivate init(_ name: StaticString, valueCount: Int, in memory: inout Memory) {
      nameCount = name.utf8CodeUnitCount
      bytes = memory.reserve(nameCount + valueCount + 4)
      var writer = MemoryWriter(bytes)
      writer.append(name, to: &memory)
      writer.append(": ", to: &memory)
      memory.store("\r\n", at: bytes.end - 2)
    }

    fileprivate init(_ name: StaticString, _ value: StaticString, in memory: inout Memory) {
      self.init(name, valueCount: value.utf8CodeUnitCount, in: &memory)
      memory.store(value, at: self.value.start)
    }
  }

  let http: Line
  let https: Line
  let requestID: Line
  let traceparent: Line
  private let forwardedFor: Line

  init(_ memory: inout Memory) {
    http = Line("x-forwarded-proto", "http", in: &memory)
    https = Line("x-forwarded-proto", "https", in: &memory)
    requestID = Line("x-request-id", valueCount: RequestID.byteCount, in: &memory)
    traceparent = Line("traceparent", valueCount: TraceContext.byteCount, in: &memory)
    forwardedFor = Line("x-forwarded-for", valueCount: IPAddress.textBytesMax, in: &memory)
  }

  /// The name of a line that is written whole where a proxy has spoken before.
  var forwardedForName: ByteRange { forwardedFor.name }

  /// `x-forwarded-for` of a client that speaks for itself.
  func forwardedFor(_ client: IPAddress, in memory: inout Memory) -> Line {
    let place = forwardedFor.value
    var writer = MemoryWriter(ByteRange(start: place.start, count: place.count + 2))
    writer.append(client, to: &memory)
    writer.append("\r\n", to: &memory)
    var line = forwardedFor
    line.bytes = ByteRange(start: line.bytes.start, count: writer.written.end - line.bytes.start)
    return line
  }
}
