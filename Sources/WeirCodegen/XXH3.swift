import CXXHash

/// XXH3, of which the seed of a program's hashes is made.
func xxh3(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
  // The pointer is valid for `count` bytes within the closure and does not leave it; XXH3 only reads.
  unsafe bytes.withUnsafeBufferPointer { buffer in unsafe weir_xxh3(buffer.baseAddress, buffer.count, seed) }
}
