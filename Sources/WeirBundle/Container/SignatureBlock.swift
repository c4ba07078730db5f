import WeirISA

/// The end of a file: signatures over its identity, and a digest over the signatures, so that a changed signature is noticed
/// by those who trust no key as well.
///
/// Kind 64 (4 bytes), count (4), then for each signature key id (32) and signature (64), ascending by key id, one a key;
/// last the SHA-256 of the identity and of all this (32). The identity is a hash over everything before.
struct SignatureBlock {
  private static let prefixBytes = 8
  private static let entryBytes = Digest.byteCount + Signature.byteCount

  var signatures: [Signature]

  init() { signatures = [] }

  /// Reads what follows the content. Everything is covered by the digest, which is checked first.
  ///
  /// - Parameter identity: of the content.
  init(_ file: [UInt8], contentLength: Int, identity: Digest) throws(BundleError) {
    let blockLength = file.count - contentLength
    guard blockLength >= Self.prefixBytes + Digest.byteCount else { throw .truncated }
    let digestOffset = file.count - Digest.byteCount
    let digest = try Digest.checked([identity.bytes[...], file[contentLength..<digestOffset]])
    guard digest.bytes.elementsEqual(file[digestOffset...]) else {
      throw .malformedSignatures
    }
    let entriesLength = blockLength - Self.prefixBytes - Digest.byteCount
    guard file.littleEndian(at: contentLength, count: 4) == UInt64(SectionKind.signatures.rawValue),
      entriesLength % Self.entryBytes == 0,
      file.littleEndian(at: contentLength + 4, count: 4) == UInt64(entriesLength / Self.entryBytes)
    else { throw .malformedSignatures }
    signatures = []
    for start in stride(from: contentLength + Self.prefixBytes, to: digestOffset, by: Self.entryBytes) {
      let middle = start + Digest.byteCount
      guard let key = Digest(file[start..<middle]) else { throw .malformedSignatures }
      if let last = signatures.last {
        guard last.key.bytes.lexicographicallyPrecedes(key.bytes) else { throw .malformedSignatures }
      }
      signatures.append(Signature(key: key, bytes: Array(file[middle..<middle + Signature.byteCount])))
    }
  }

  /// Adds a signature, in place of an earlier one by the same key.
  mutating func insert(_ signature: Signature) {
    signatures.removeAll { $0.key == signature.key }
    let index = signatures.firstIndex { signature.key.bytes.lexicographicallyPrecedes($0.key.bytes) }
    signatures.insert(signature, at: index ?? signatures.endIndex)
  }

  /// - Parameter identity: of everything before the signatures.
  func bytes(after identity: Digest) throws(CryptoError) -> [UInt8] {
    var bytes: [UInt8] = []
    UInt32(SectionKind.signatures.rawValue).appendLittleEndian(to: &bytes)
    UInt32(truncatingIfNeeded: signatures.count).appendLittleEndian(to: &bytes)
    for signature in signatures { bytes += signature.key.bytes + signature.bytes }
    return bytes + (try Digest(hashing: [identity.bytes[...], bytes[...]])).bytes
  }
}

extension Digest {
  /// As `init(hashing:)`, in terms of bundles.
  static func checked(_ parts: [ArraySlice<UInt8>]) throws(BundleError) -> Digest {
    do throws(CryptoError) { return try Digest(hashing: parts) } catch { throw .cryptography(error) }
  }
}
