import HTTPWire
import WeirJSON

/// An answer of the status or the admin listener.
struct ControlReply: Equatable {
  var status: UInt16
  var contentType: StaticString
  var body: [UInt8]
  /// The methods that would do, for 405.
  var allow: StaticString?

  static func == (left: ControlReply, right: ControlReply) -> Bool {
    left.status == right.status && left.body == right.body && "\(left.contentType)" == "\(right.contentType)"
      && left.allow.map { "\($0)" } == right.allow.map { "\($0)" }
  }

  static func text(_ status: UInt16, _ text: String) -> ControlReply {
    ControlReply(status: status, contentType: "text/plain; charset=utf-8", body: Array((text + "\n").utf8))
  }

  static func json(_ status: UInt16, _ value: JSONValue) -> ControlReply {
    var body: [UInt8] = []
    value.write(to: &body)
    body.append(0x0A)
    return ControlReply(status: status, contentType: "application/json", body: body)
  }

  /// `{"error":{"code":…,"message":…}}`, as `weir eval` says it.
  static func error(_ status: UInt16, _ code: String, _ message: String) -> ControlReply {
    let error = JSONValue.object([.init("code", .string(code)), .init("message", .string(message))])
    return .json(status, .object([.init("error", error)]))
  }

  /// The whole response; the connection closes after it.
  ///
  /// - Parameter isHead: for a HEAD request: the head alone.
  func bytes(isHead: Bool) -> [UInt8] {
    var storage = [UInt8](repeating: 0, count: 512)
    var count = 0
    do {
      var writer = HeadWriter(storage.mutableSpan)
      writer.appendStatusLine(status)
      writer.append("content-type: ")
      writer.append(contentType)
      writer.appendLineEnd()
      writer.appendContentLength(UInt64(body.count))
      if let allow {
        writer.append("allow: ")
        writer.append(allow)
        writer.appendLineEnd()
      }
      writer.append("cache-control: no-store\r\nconnection: close\r\n\r\n")
      count = writer.position
    }
    return storage.prefix(count) + (isHead ? [] : body)
  }
}
