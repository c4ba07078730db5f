import ProxyTransport
import WeirPolicy

/// Files as they were before an attempt to use them: tells whether another attempt may end otherwise.
struct SeenFiles: Sendable {
  private struct Sight: Sendable {
    var stamp: FileStamp?
    /// What was in it, while a change might not show in the stamp.
    var bytes: [UInt8]?

    init(of path: String) {
      let now = Clock.wall()
      stamp = try? FileStamp(of: path)
      guard let stamp, !stamp.isSettled(at: now) else { return }
      bytes = try? FileBytes.read(path, bytesMax: LoadedPolicy.bundleBytesMax)
    }
  }

  private var sights: [String: Sight] = [:]

  /// Remembers a file as it is now, or as it was when it was looked at first.
  mutating func look(at path: String) {
    if sights[path] == nil { sights[path] = Sight(of: path) }
  }

  /// Everything that a configuration and the policy under it are read from.
  mutating func look(at configuration: Configuration, _ topology: Topology? = nil) {
    for path in configuration.readFiles { look(at: path) }
    for service in topology?.services ?? [] {
      if let file = service.tls?.rootsFile { look(at: configuration.besideBundle(file)) }
    }
  }

  /// Whether any of them is another by now.
  mutating func hasChanged() -> Bool {
    for (path, former) in sights {
      let sight = Sight(of: path)
      guard sight.stamp != former.stamp || former.bytes != nil else { continue }
      let bytes = sight.bytes ?? (try? FileBytes.read(path, bytesMax: LoadedPolicy.bundleBytesMax))
      guard let known = former.bytes, bytes == known else { return true }
      // The same bytes: from now on the stamp tells, if it is old enough.
      sights[path] = sight
    }
    return false
  }
}

extension Configuration {
  /// Every file that a reload reads.
  var readFiles: [String] {
    [file, bundle?.value].compactMap(\.self) + trust.map(\.value) + certificateFiles + [systemRoots.value]
  }

  /// Where a file lies that the policy names: beside the bundle.
  func besideBundle(_ path: String) -> String { joined(bundle.map { folder(of: $0.value) } ?? "", path) }
}
