import ProxyTransport

/// A key whose value of the file is not in force before a restart.
public struct PendingKey: Sendable, Equatable {
  public var key: String
  public var place: ConfigurationPlace
  public var inForce: String
  public var written: String
  /// A listener that goes or becomes another one serves on as it was: a new policy may rest on its end.
  public var isOfServedListener = false
}

extension PendingKey: CustomStringConvertible {
  public var description: String {
    "\(place): `\(key)` waits for a restart: \(inForce) is in force, \(written) is written"
  }
}

extension Configuration {
  /// What can be put in force while this one is: the wanted configuration, but for the keys that only a restart changes.
  func taking(_ wanted: Configuration) -> (configuration: Configuration, pending: [PendingKey]) {
    var taken = wanted
    var pending: [PendingKey] = []
    func keep<Value: Equatable>(
      _ key: String, _ value: WritableKeyPath<Configuration, Value>, _ text: (Value) -> String
    ) {
      guard self[keyPath: value] != wanted[keyPath: value] else { return }
      taken[keyPath: value] = self[keyPath: value]
      pending.append(
        PendingKey(
          key: key, place: wanted.place(of: key), inForce: text(self[keyPath: value]),
          written: text(wanted[keyPath: value])))
    }
    keep("workers", \.workerCount) { $0.map { "\($0)" } ?? "one for each processor" }
    keep("memory", \.memoryBytesMax) { $0.map(sizeText) ?? "a share of the system's" }
    keep("status", \.status) { $0.map { "\($0)" } ?? "off" }
    keep("admin", \.admin) { $0 ?? "off" }
    keep("access_log", \.accessLog) { $0.text }
    keep("discovery.resolver", \.resolver) { $0.map { "\($0)" } ?? "that of the system" }
    (taken.listeners, pending) = taking(wanted, pending)
    return (taken, pending)
  }

  /// The listeners that are bound, in their order, as the wanted configuration describes them where it does.
  private func taking(_ wanted: Configuration, _ others: [PendingKey]) -> ([Listener], [PendingKey]) {
    var left = wanted.listeners
    var pending = others
    let taken = listeners.map { listener in
      let place = left.firstIndex { $0.address.value == listener.address.value }
      guard let place else {
        pending.append(
          PendingKey(
            key: "listeners", place: wanted.place(of: "listeners"), inForce: "\(listener.address.value)",
            written: "no such listener", isOfServedListener: true))
        return listener
      }
      let other = left.remove(at: place)
      guard (other.tls == nil) == (listener.tls == nil) else {
        pending.append(
          PendingKey(
            key: "listeners[].tls", place: other.address.place, inForce: "\(listener.address.value) \(listener.words)",
            written: other.words, isOfServedListener: true))
        return listener
      }
      return other
    }
    pending += left.map {
      PendingKey(key: "listeners", place: $0.address.place, inForce: "no such listener", written: "\($0.address.value)")
    }
    return (taken, pending)
  }

  /// Where a key is written, or else its file.
  func place(of key: String) -> ConfigurationPlace { places[key] ?? file.map { .document($0) } ?? .commandLine(nil) }
}

extension Configuration.Listener {
  fileprivate var words: String { tls == nil ? "in clear text" : "with TLS" }
}
