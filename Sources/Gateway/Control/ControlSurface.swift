import WeirJSON
import WeirRequest

/// What the status and admin listeners ask of the running gateway. Called from their thread.
public protocol ControlSurface: Sendable {
  /// Whether every worker's loop was seen within the last second.
  var isLive: Bool { get }
  /// Why no requests should be sent here, in stable words; empty when they should.
  var unreadyReasons: [String] { get }
  /// Prometheus text format 0.0.4.
  func metrics() -> [UInt8]
  /// Identity, generation and origin of the bundle in force.
  func bundle() -> JSONValue
  /// Services and their endpoints as the balancers see them.
  func upstreams() -> JSONValue
  /// The configuration in force; paths of secrets, never their contents.
  func configuration() -> JSONValue
  /// Decides the request that one JSON text describes, as `weir eval` does, under the bundle in force.
  ///
  /// - Throws: what is wrong with the text, or names what the bundle does not have.
  func explain(_ request: [UInt8]) throws(RequestError) -> JSONValue
  /// Begins to stop: not ready, then no new connections, then the end.
  func drain()
  /// Reads bundle, certificates and configuration again; what is wrong leaves what is in force. The log says what became of it.
  func reload() -> ReloadReport
}
