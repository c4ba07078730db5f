import CLinux

/// A file that bytes are appended to: a log.
public struct AppendOnlyFile: ~Copyable {
  private let descriptor: Int32

  /// Opens or creates a file (mode 0640); `-` is the standard output.
  public init(_ path: String) throws(SystemError) { self.init(owning: try Self.open(path)) }

  /// Takes over what `open` has opened, perhaps on another thread.
  public init(owning descriptor: Descriptor) { self.descriptor = descriptor.rawValue }

  /// Opens or creates a file (mode 0640); `-` is the standard output. Somebody is to own it.
  ///
  /// Does not wait: `noSuchDevice` for a pipe that nobody reads. Writing waits while one is full.
  public static func open(_ path: String) throws(SystemError) -> Descriptor {
    try Descriptor(rawValue: path == "-" ? 1 : SystemError.check(unsafe weir_open_append(path)))
  }

  deinit { if descriptor != 1 { weir_close(descriptor) } }

  /// Appends bytes and says how many: fewer than given when the disk is nearly full.
  public mutating func write(_ bytes: Span<UInt8>) -> Transfer {
    let count = unsafe bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return Int64(0) }
      return unsafe weir_append(descriptor, start, buffer.count)
    }
    return count < 0 ? .failed(SystemError(code: Int32(truncatingIfNeeded: -count))) : .bytes(Int(count))
  }
}
