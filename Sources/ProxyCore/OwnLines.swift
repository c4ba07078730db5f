import HTTPWire
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

    /// Of the value and the end.
    fileprivate var place: ByteRange { bytes.dropFirst(nameCount + 2) }

    /// The line with the value that was written to its place.
    fileprivate func ended(by value: MemoryWriter, in memory: inout Memory) -> Line {
      var writer = value
      writer.append("\r\n", to: &memory)
      var line = self
      line.bytes = ByteRange(start: bytes.start, count: writer.written.end - bytes.start)
      return line
    }

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
  /// Of responses; `Worker.dateLine` says when it holds.
  let date: Line
  private let forwardedFor: Line
  private let maxForwards: Line

  init(_ memory: inout Memory) {
    http = Line("x-forwarded-proto", "http", in: &memory)
    https = Line("x-forwarded-proto", "https", in: &memory)
    requestID = Line("x-request-id", valueCount: RequestID.byteCount, in: &memory)
    traceparent = Line("traceparent", valueCount: TraceContext.byteCount, in: &memory)
    date = Line("date", valueCount: HeadWriter.dateBytes, in: &memory)
    maxForwards = Line("max-forwards", valueCount: 10, in: &memory)
    forwardedFor = Line("x-forwarded-for", valueCount: IPAddress.textBytesMax, in: &memory)
  }

  /// The name of a line that is written whole where a proxy has spoken before.
  var forwardedForName: ByteRange { forwardedFor.name }

  /// `x-forwarded-for` of a client that speaks for itself.
  func forwardedFor(_ client: IPAddress, in memory: inout Memory) -> Line {
    var writer = MemoryWriter(forwardedFor.place)
    writer.append(client, to: &memory)
    return forwardedFor.ended(by: writer, in: &memory)
  }

  /// `max-forwards` of a request that is asked to go so far.
  func maxForwards(_ count: UInt32, in memory: inout Memory) -> Line {
    var writer = MemoryWriter(maxForwards.place)
    writer.append(decimal: UInt64(count), to: &memory)
    return maxForwards.ended(by: writer, in: &memory)
  }
}
