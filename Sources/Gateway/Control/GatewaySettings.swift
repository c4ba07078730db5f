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
  /// nil: as the file says; an address, or nil for none.
  public var status: SocketAddress??
  public var workerCount: Int?

  public init() {}

  /// Reads the file and puts the command line over it.
  ///
  /// - Throws: also when neither says what to serve: a file that was emptied or cut short is no configuration.
  func configuration() throws(ConfigurationErrors) -> Configuration {
    var configuration = if let file { try Configuration.read(file: file) } else { Configuration() }
    if let bundle { configuration.bundle = Located(bundle, at: .commandLine("--bundle")) }
    if !trust.isEmpty { configuration.trust = trust.map { Located($0, at: .commandLine("--trust")) } }
    if !listen.isEmpty {
      configuration.listeners = listen.map {
        Configuration.Listener(address: Located($0, at: .commandLine("--listen")))
      }
    }
    if let status {
      configuration.status = status
      configuration.places["status"] = .commandLine("--status")
    }
    if let workerCount {
      configuration.workerCount = workerCount
      configuration.places["workers"] = .commandLine("--workers")
    }
    // Those of the file have been checked.
    let errors = configuration.missing + (listen.isEmpty ? [] : configuration.repeatedAddresses)
    guard errors.isEmpty else { throw ConfigurationErrors(errors: errors) }
    return configuration
  }
}

extension Configuration {
  /// What file and command line together have to say, and do not.
  var missing: [ConfigurationError] {
    var errors: [ConfigurationError] = []
    if bundle == nil {
      errors.append(
        ConfigurationError(
          code: .missingKey, place: place(of: "bundle"), message: "no bundle is named",
          remedy: "give `--bundle`, or write `bundle` in the configuration"))
    }
    if listeners.isEmpty {
      errors.append(
        ConfigurationError(
          code: .missingKey, place: place(of: "listeners"), message: "nothing listens",
          remedy: "give `--listen`, or write `listeners` in the configuration"))
    }
    return errors
  }

  /// Listeners that have the address of one before them.
  var repeatedAddresses: [ConfigurationError] {
    listeners.enumerated().compactMap { index, listener in
      let address = listener.address.value
      guard address.port != 0, listeners[..<index].contains(where: { $0.address.value == address }) else { return nil }
      return ConfigurationError(
        code: .conflict, place: listener.address.place,
        message: "a listener before it has the address \(address) as well",
        remedy: "give each listener an address of its own")
    }
  }
}
