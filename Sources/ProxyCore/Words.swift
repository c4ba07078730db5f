import ProxyTransport

/// Constant texts that are compared with or handed on as bytes, stored once in the worker's memory.
struct Words {
  let forwardedFor: ByteRange
  let forwardedProto: ByteRange
  let requestID: ByteRange
  let traceparent: ByteRange
  let http: ByteRange
  let https: ByteRange

  init(_ memory: inout Memory) {
    func store(_ text: StaticString) -> ByteRange {
      let place = memory.reserve(text.utf8CodeUnitCount)
      memory.store(text, at: place.start)
      return place
    }
    forwardedFor = store("x-forwarded-for")
    forwardedProto = store("x-forwarded-proto")
    requestID = store("x-request-id")
    traceparent = store("traceparent")
    http = store("http")
    https = store("https")
  }
}
