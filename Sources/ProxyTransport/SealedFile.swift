import CLinux

/// Bytes that nobody can change any more: a copy in sealed memory (memfd_create(2), F_ADD_SEALS), mapped from there.
///
/// A file on disk is never mapped: a writer could change it after it was verified, and a truncation would end the process.
@safe
public struct SealedFile: ~Copyable {
  private let start: UnsafeRawPointer?
  /// Bytes of the file.
  public let count: Int

  /// Copies a regular file of at most `bytesMax` bytes.
  public init(copying path: String, bytesMax: Int) throws(SystemError) {
    try self.init(descriptor: SystemError.check(unsafe weir_seal_file(path, UInt64(max(bytesMax, 0)))))
  }

  /// Copies bytes of memory.
  public init(_ bytes: Span<UInt8>) throws(SystemError) {
    let descriptor = unsafe bytes.withUnsafeBytes { unsafe weir_seal_bytes($0.baseAddress, $0.count) }
    try self.init(descriptor: SystemError.check(descriptor))
  }

  private init(descriptor: Int32) throws(SystemError) {
    // The mapping outlives the descriptor.
    defer { weir_close(descriptor) }
    let buffer = unsafe try Self.map(descriptor)
    unsafe start = buffer.baseAddress
    count = buffer.count
  }

  private static func map(_ descriptor: Int32) throws(SystemError) -> UnsafeRawBufferPointer {
    let size = weir_file_size(descriptor)
    guard size >= 0 else { throw SystemError(code: Int32(truncatingIfNeeded: -size)) }
    guard size > 0 else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let start = unsafe weir_map_sealed(descriptor, Int(size)) else { throw .outOfMemory }
    return unsafe UnsafeRawBufferPointer(start: start, count: Int(size))
  }

  deinit {
    if let start = unsafe start { unsafe weir_unmap(UnsafeMutableRawPointer(mutating: start), count) }
  }

  public var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      // Mapped for as long as `self` lives, and sealed: neither the bytes nor the size can change.
      let buffer = unsafe UnsafeRawBufferPointer(start: start, count: count).assumingMemoryBound(to: UInt8.self)
      return unsafe _overrideLifetime(Span(_unsafeElements: buffer), borrowing: self)
    }
  }
}
