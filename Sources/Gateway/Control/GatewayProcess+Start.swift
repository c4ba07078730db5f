import ProxyTransport
import WeirPolicy

/// What keeps a gateway from starting, with the place of the configuration that says otherwise.
extension GatewayProcess {
  /// Refuses a limit under which status, admin and the threads themselves would starve.
  static func demandDescriptors(_ configuration: Configuration, _ workerCount: Int) throws(GatewayFailure) {
    let limit = EpollNetwork.raiseDescriptorLimit()
    let needed = DescriptorBudget.least(workerCount: workerCount, listenerCount: configuration.listeners.count)
    guard limit < needed else { return }
    throw GatewayFailure(
      .descriptors, at: configuration.place(of: "workers"),
      "\(limit) descriptors are too few for \(workerCount) workers: they need \(needed)",
      remedy: "raise the limit (`ulimit -n`, `LimitNOFILE` of systemd), or lower `workers`")
  }

  static func controlListeners(_ configuration: Configuration) throws(GatewayFailure) -> ControlListeners {
    do throws(ControlServerError) {
      return try ControlListeners(status: configuration.status, admin: configuration.admin)
    } catch {
      let isAdmin = error.place == configuration.admin
      let place = configuration.place(of: isAdmin ? "admin" : "status")
      guard error.error != .notASocket else {
        throw GatewayFailure(
          .listen, at: place, "`admin` cannot be \(error.place): it is there already, and no socket",
          remedy: "name a path at which nothing is, or `off`")
      }
      guard error.error == .addressInUse, isAdmin else {
        throw GatewayFailure(
          .listen, at: place, "`\(isAdmin ? "admin" : "status")` cannot listen on \(error.place): \(error.error)",
          remedy: isAdmin
            ? "name a path in a folder that this user may write, or `off`"
            : "stop what listens there, or name another address, or `off`")
      }
      throw GatewayFailure(
        .adminInUse, at: place, "another gateway answers at \(error.place)",
        remedy: "stop it, or name another socket as `admin`")
    }
  }

  static func failure(_ error: StartError, _ configuration: Configuration) -> GatewayFailure {
    switch error {
    case .listen(let address, let error):
      let listener = configuration.listeners.first { $0.address.value == address } ?? configuration.listeners.first
      return GatewayFailure(
        .listen, at: listener?.address.place ?? configuration.place(of: "listeners"),
        "cannot listen on \(address): \(error)",
        remedy: "stop what listens there, or name an address of this machine that is free")
    case .accessLog(let error):
      return GatewayFailure(
        .accessLog, at: configuration.place(of: "access_log"),
        "`\(configuration.accessLog.text)` cannot be written: \(wordsOfAccessLog(error))",
        remedy: "name a file that this user may write, `stdout` or `off`")
    case .system(let error): return systemFailure(configuration, "the workers cannot start: \(error)")
    }
  }

  /// What is wrong with the access log; of a pipe the system says no more than that there is no such device.
  static func wordsOfAccessLog(_ error: SystemError) -> String {
    error == .noSuchDevice ? "it is a pipe that nobody reads, or a socket (\(error.name))" : "\(error)"
  }

  static func systemFailure(_ configuration: Configuration, _ message: String) -> GatewayFailure {
    GatewayFailure(
      .system, at: configuration.place(of: "workers"), message,
      remedy: "raise the limits of the process, or lower `workers` and `memory`")
  }
}
