import HTTPWire
import ProxyCore
import WeirRequest

/// A request to the status or the admin listener.
struct ControlRequest: Equatable {
  var method: String
  /// Without query.
  var path: String
  /// As received; nil without one.
  var host: String?
  var hasOrigin = false
  var body: [UInt8] = []

  /// Beyond it a body is refused.
  static let bodyBytesMax = 1 << 20

  enum Step: Equatable {
    case incomplete
    case complete(ControlRequest)
    /// Answered with this reply, then closed.
    case refused(ControlReply)
  }

  /// Looks at all bytes that have arrived on a connection.
  static func parse(_ bytes: [UInt8], _ head: inout RequestHead) -> Step {
    let count: Int
    switch head.parse(bytes.span) {
    case .incomplete: return .incomplete
    case .invalid(let error): return .refused(.error(error.status, "\(error.code)", "\(ReasonCode(error).explanation)"))
    case .complete(let byteCount): count = byteCount
    }
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    let target = Target(text(head.target))
    var request = ControlRequest(
      method: text(head.method), path: target.path,
      host: target.authority ?? head.fields.firstIndex(of: .host).map { text(head.fields[$0].value) })
    for index in 0..<head.fields.count where text(head.fields[index].name).lowercased() == "origin" {
      request.hasOrigin = true
    }
    var decoder = BodyDecoder(head.framing)
    var position = count
    while true {
      switch decoder.next(bytes.span, from: position) {
      case .data(let range):
        request.body += bytes[range]
        position = range.upperBound
        guard request.body.count <= bodyBytesMax else {
          return .refused(.error(413, "body_too_large", "the body is larger than \(bodyBytesMax) bytes"))
        }
      case .needMore: return .incomplete
      case .end: return .complete(request)
      case .trailers: return .refused(.error(400, "trailers", "trailers are not taken here"))
      case .invalid(let error):
        return .refused(.error(error.status, "\(error.code)", "\(ReasonCode(error).explanation)"))
      }
    }
  }
}

/// A target, in absolute form as well: every server takes it, and its authority takes the place of `Host` (RFC 9112 section 3.2.2).
private struct Target {
  var authority: String?
  /// Without query.
  var path: String

  init(_ text: String) {
    path = String(text.prefix { $0 != "?" })
    guard path.lowercased().hasPrefix("http://") else { return }
    let rest = path.dropFirst("http://".count)
    authority = String(rest.prefix { $0 != "/" })
    path = rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
  }
}
