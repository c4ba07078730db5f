import CXXHash

/// XXH3, 64 bits, with a seed: places in hash tables, splits, samples.
public enum XXH3 {
  /// The hash of the bytes. Never a proof of equality: whoever looks something up compares the key as well.
  @inlinable
  public static func hash(_ bytes: Span<UInt8>, seed: UInt64) -> UInt64 {
    // The pointer is valid for `count` bytes within the closure and does not leave it; XXH3 only reads.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe weir_xxh3(buffer.baseAddress, buffer.count, seed)
    }
  }
}
