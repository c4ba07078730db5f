import ProxyTransport

/// Why a check failed.
enum HealthFailure: Error, Hashable, Sendable {
  /// No connection came about.
  case connect(SystemError)
  /// A connection came about, and TLS did not; or the endpoint does not speak HTTP/2 over it.
  case handshake
  case timedOut
  /// The connection went before there was an answer.
  case lost
  /// What answered does not speak the protocol.
  case malformed
  /// An answer with another status than the expected one.
  case status(UInt16)
  /// The call ended with a status of gRPC other than 0.
  case call(Int)
  /// A status of `grpc.health.v1` other than SERVING.
  case notServing(UInt64)
}

extension HealthFailure: CustomStringConvertible {
  var description: String {
    switch self {
    case .connect(let error): "cannot connect: \(error)"
    case .handshake: "no TLS, or none with its identity and protocol"
    case .timedOut: "no answer in time"
    case .lost: "the connection was closed without an answer"
    case .malformed: "an answer that is none of its protocol"
    case .status(let status): "status \(status)"
    case .call(let status): "grpc-status \(status)"
    case .notServing(let status): "not serving (\(status))"
    }
  }
}
