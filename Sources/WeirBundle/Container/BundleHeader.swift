import WeirISA

/// The first bytes of a `.weirb`; numbers are little-endian.
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 8 | magic |
/// | 8 | 4 | format version |
/// | 12 | 4 | sections in the table |
/// | 16 | 16 | required features, one bit each |
/// | 32 | 8 | generation |
/// | 40 | 8 | path normalisation: 0 strict, 1 merge_and_decode |
/// | 48 | 8 | bytes before the signatures |
/// | 56 | 8 | reserved, 0 |
/// | 64 | 32 | SHA-256 of the 64 bytes before it and of everything between it and the signatures: the bundle's identity |
public struct BundleHeader: Hashable, Sendable {
  static let byteCount = 96
  static let hashOffset = 64
  /// As PNG's: a byte beyond ASCII, a name, both line ends and an end-of-file mark show what text-mode transfers broke.
  static let magic: [UInt8] = [0x89] + Array("WEIR".utf8) + [0x0D, 0x0A, 0x1A]
  public static let currentVersion: UInt32 = 5

  public var version: UInt32
  var sectionCount: UInt32
  public var features: FeatureSet
  /// Grows with every release of one policy; a host does not go back on its own.
  public var generation: UInt64
  /// `paths merge_and_decode`
  public var mergesAndDecodesPaths: Bool
  /// Where the signatures begin.
  var contentLength: UInt64

  init(
    sectionCount: UInt32, features: FeatureSet, generation: UInt64, mergesAndDecodesPaths: Bool, contentLength: UInt64
  ) {
    version = Self.currentVersion
    self.sectionCount = sectionCount
    self.features = features
    self.generation = generation
    self.mergesAndDecodesPaths = mergesAndDecodesPaths
    self.contentLength = contentLength
  }

  /// Reads and checks all fields but the hash.
  init(_ bytes: [UInt8]) throws(BundleError) {
    guard bytes.starts(with: Self.magic) else { throw .notABundle }
    guard bytes.count >= Self.byteCount else { throw .truncated }
    version = UInt32(truncatingIfNeeded: bytes.littleEndian(at: 8, count: 4))
    guard version == Self.currentVersion else { throw .unsupportedVersion(version) }
    sectionCount = UInt32(truncatingIfNeeded: bytes.littleEndian(at: 12, count: 4))
    features = FeatureSet(low: bytes.littleEndian(at: 16, count: 8), high: bytes.littleEndian(at: 24, count: 8))
    generation = bytes.littleEndian(at: 32, count: 8)
    switch bytes.littleEndian(at: 40, count: 8) {
    case 0: mergesAndDecodesPaths = false
    case 1: mergesAndDecodesPaths = true
    default: throw .malformedHeader("path normalisation")
    }
    contentLength = bytes.littleEndian(at: 48, count: 8)
    guard bytes.littleEndian(at: 56, count: 8) == 0 else { throw .malformedHeader("reserved bytes") }
    guard contentLength >= Self.byteCount else { throw .malformedHeader("length") }
    guard contentLength <= bytes.count else { throw .truncated }
  }

  /// The bytes up to the hash.
  var prefix: [UInt8] {
    var bytes = Self.magic
    version.appendLittleEndian(to: &bytes)
    sectionCount.appendLittleEndian(to: &bytes)
    features.low.appendLittleEndian(to: &bytes)
    features.high.appendLittleEndian(to: &bytes)
    generation.appendLittleEndian(to: &bytes)
    UInt64(mergesAndDecodesPaths ? 1 : 0).appendLittleEndian(to: &bytes)
    contentLength.appendLittleEndian(to: &bytes)
    UInt64(0).appendLittleEndian(to: &bytes)
    return bytes
  }
}

extension [UInt8] {
  /// The number in `count` bytes from `offset`, which are there.
  func littleEndian(at offset: Int, count: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in 0..<count { number |= UInt64(self[offset + index]) << UInt64(8 * index) }
    return number
  }
}
