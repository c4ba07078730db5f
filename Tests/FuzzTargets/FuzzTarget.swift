/// What is fuzzed: each case takes any bytes and says which of its promises they break.
///
/// `Tests/Fuzz` makes an executable of each, `FuzzRegressionTests` replays what they once found.
public enum FuzzTarget: String, CaseIterable, Sendable {
  case lexer, parser, formatter
  case verifier, machine
  case bundle, canonical
  case http1Request = "http1-request"
  case http1Response = "http1-response"
  case chunked
  case tlsCipher = "tls-cipher"
  case http2Server = "http2-server"
  case http2Client = "http2-client"

  /// `nil` when every promise holds; otherwise the one that does not. A crash is a finding too.
  public func check(_ bytes: [UInt8]) -> String? {
    switch self {
    case .lexer: checkLexer(bytes)
    case .parser: checkParser(bytes)
    case .formatter: checkFormatter(bytes)
    case .verifier: checkVerifier(bytes)
    case .machine: checkMachine(bytes)
    case .bundle: checkBundle(bytes)
    case .canonical: canonicalViolation(of: bytes)
    case .http1Request: http1RequestViolation(of: bytes)
    case .http1Response: http1ResponseViolation(of: bytes)
    case .chunked: chunkedViolation(of: bytes)
    case .tlsCipher: checkTLSBytes(bytes)
    case .http2Server: checkHTTP2Server(bytes)
    case .http2Client: checkHTTP2Client(bytes)
    }
  }
}
