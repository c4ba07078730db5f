import WeirJSON

/// Why a line of `eval` cannot be decided at all: the line is wrong, not the request that it describes.
public struct RequestError: Error, Hashable, Sendable {
  /// Stable: other programs switch over it.
  public enum Code: String, CaseIterable, Hashable, Sendable {
    case malformedJSON = "malformed_json"
    case notAnObject = "not_an_object"
    case lineTooLong = "line_too_long"
    case unknownKey = "unknown_key"
    case missingKey = "missing_key"
    case conflictingKeys = "conflicting_keys"
    case wrongType = "wrong_type"
    case invalidValue = "invalid_value"
    case unknownData = "unknown_data"
    case ambiguousData = "ambiguous_data"
    case unknownService = "unknown_service"
    case unknownGateway = "unknown_gateway"
    case unknownPort = "unknown_port"
    /// An HTTP request for a TCP service, or a connection for an HTTP service.
    case wrongLayer = "wrong_layer"
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// `{"error":{"code":"…","message":"…"}}`
  public var json: JSONValue {
    .object([
      .init("error", .object([.init("code", .string(code.rawValue)), .init("message", .string(message))]))
    ])
  }
}
