/// Values of a log line that are always the same, as JSON has them.
enum LogWord: Int, CaseIterable {
  case null, `true`, `false`
  case http, https
  case allow, deny, reject
  case http1, http2, tcp

  var text: String {
    switch self {
    case .null, .true, .false: "\(self)"
    case .http, .https, .allow, .deny, .reject: "\"\(self)\""
    case .http1: "\"HTTP/1.1\""
    case .http2: "\"HTTP/2\""
    case .tcp: "\"TCP\""
    }
  }
}
