import Synchronization

/// What the check found, handed from its thread to the main one.
final class DemoOutcome: Sendable {
  private let found = Mutex<[String]>([])

  var problems: [String] {
    get { found.withLock { $0 } }
    set { found.withLock { $0 = newValue } }
  }
}
