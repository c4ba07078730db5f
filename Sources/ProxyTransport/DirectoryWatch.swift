import CLinux

/// Tells when files of some directories come, go, are replaced or were written (inotify(7)).
///
/// Directories rather than files: a file that is replaced by renaming, or reached through a link that is swapped, is another file
/// afterwards. Network file systems tell nothing, so whoever relies on this also looks now and then.
public struct DirectoryWatch: ~Copyable, Sendable {
  /// Readable when something happened; to be watched level-triggered.
  public let descriptor: Descriptor

  public init() throws(SystemError) {
    descriptor = try Descriptor(rawValue: SystemError.check(weir_directory_watch()))
  }

  deinit { weir_close(descriptor.rawValue) }

  /// Watches a directory, once however often it is added.
  public func add(_ path: String) throws(SystemError) {
    _ = try SystemError.check(unsafe weir_directory_watch_add(descriptor.rawValue, path))
  }

  /// Forgets what happened so far. Before looking at the files.
  public func drain() { weir_directory_watch_drain(descriptor.rawValue) }
}
