import CLinux

/// Tells whether the file at a path is the one that was read before, without reading it again.
public struct FileStamp: Equatable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let changed: Int64

  /// Of the file as it is now, links followed.
  public init(of path: String) throws(SystemError) {
    var stamp = weir_file_stamp()
    _ = try SystemError.check(unsafe weir_stat(path, &stamp))
    (device, inode, size, changed) = (stamp.device, stamp.inode, stamp.size, stamp.changed)
  }

  /// Whether a later change would show: the time of a change is that of the system's last tick, so that two changes soon one after the
  /// other may have the same.
  ///
  /// - Parameter wallClock: nanoseconds since 1970, read before the stamp was taken.
  public func isSettled(at wallClock: Int64) -> Bool { wallClock - changed > 1_000_000_000 }
}
