import ProxyTransport

/// What the command line says; it takes the place of what the file says.
public struct GatewaySettings: Sendable, Equatable {
  /// The file, nil for none.
  public var file: String?
  public var bundle: String?
  /// Replaces the file's keys where it is not empty.
  public var trust: [String] = []
  /// Replaces the file's listeners where it is not empty.
  public var listen: [SocketAddress] = []
  public var status: SocketAddress?
  public var workerCount: Int?

  public init() {}

  /// Reads the file and puts the command line over it.
  func configuration() throws(ConfigurationErrors) -> Configuration {
    var configuration = if let file { try Configuration.read(file: file) } else { Configuration() }
    if let bundle { configuration.bundle = Located(bundle, at: .commandLine) }
    if !trust.isEmpty { configuration.trust = trust.map { Located($0, at: .commandLine) } }
    if !listen.isEmpty {
      configuration.listeners = listen.map { Configuration.Listener(address: Located($0, at: .commandLine)) }
    }
    if let status { configuration.status = status }
    if let workerCount { configuration.workerCount = workerCount }
    return configuration
  }
}

/// Why the gateway does not start, or why a reload is refused.
public struct GatewayFailure: Error, Sendable, Equatable {
  /// Stable: a code of the configuration, of a bundle, or of starting.
  public var code: String
  /// One line, its place in front where there is one.
  public var message: String
  /// The mistakes of a configuration.
  public var errors: [ConfigurationError] = []

  init(_ code: String, _ message: String) {
    self.code = code
    self.message = message
  }

  init(_ errors: ConfigurationErrors) {
    self.errors = errors.errors
    code = errors.errors.first.map(\.code.rawValue) ?? "configuration"
    message = errors.errors.map { "\($0.place): \($0.message) [\($0.code.rawValue)]" }.joined(separator: "\n")
  }

  init(_ code: ConfigurationError.Code, _ place: ConfigurationPlace, _ message: String, remedy: String) {
    self.init(
      ConfigurationErrors(errors: [
        ConfigurationError(code: code, place: place, message: message, remedy: remedy)
      ]))
  }
}
