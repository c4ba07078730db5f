import COpenSSL

/// A SHA-256 value (FIPS 180-4).
public struct Digest: Hashable, Sendable {
  public static let byteCount = 32

  public let bytes: [UInt8]

  /// - Returns: `nil` unless there are 32 bytes.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = Array(bytes)
  }

  /// The hash of the parts, one after another. Complexity: O(bytes).
  ///
  /// - Throws: `CryptoError.unavailable`.
  public init(hashing parts: [ArraySlice<UInt8>]) throws(CryptoError) {
    var hasher = try Hasher256()
    for part in parts { try hasher.update(part) }
    bytes = try hasher.finish()
  }
}

extension Digest: CustomStringConvertible {
  /// 64 hexadecimal digits in lower case.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// The box around OpenSSL's message digest context.
@safe private struct Hasher256: ~Copyable {
  private let context: OpaquePointer

  init() throws(CryptoError) {
    guard let context = unsafe EVP_MD_CTX_new() else { throw .unavailable("SHA-256") }
    guard unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      unsafe EVP_MD_CTX_free(context)
      throw .unavailable("SHA-256")
    }
    unsafe self.context = context
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  mutating func update(_ bytes: ArraySlice<UInt8>) throws(CryptoError) {
    let status = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    guard status == 1 else { throw .unavailable("SHA-256") }
  }

  mutating func finish() throws(CryptoError) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Digest.byteCount)
    // SHA-256 writes exactly 32 bytes.
    let status = unsafe digest.withUnsafeMutableBufferPointer {
      unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil)
    }
    guard status == 1 else { throw .unavailable("SHA-256") }
    return digest
  }
}
