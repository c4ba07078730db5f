import COpenSSL

/// The box around an OpenSSL key; it always holds an Ed25519 key (RFC 8032).
@safe struct KeyBox: ~Copyable {
  private let key: OpaquePointer

  /// Takes ownership.
  private init(owning key: OpaquePointer?) throws(CryptoError) {
    guard let key = unsafe key else { throw .notAnEd25519Key }
    guard unsafe EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 else {
      unsafe EVP_PKEY_free(key)
      throw .notAnEd25519Key
    }
    unsafe self.key = key
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// A new key from the system's random numbers.
  static func generate() throws(CryptoError) -> KeyBox {
    guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil) else { throw .unavailable("Ed25519") }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_keygen_init(context) == 1, unsafe EVP_PKEY_keygen(context, &key) == 1 else {
      throw .unavailable("Ed25519")
    }
    return try unsafe KeyBox(owning: key)
  }

  /// A key from the 32 bytes of its public half.
  static func publicKey(_ raw: [UInt8]) throws(CryptoError) -> KeyBox {
    let key = unsafe raw.withUnsafeBufferPointer {
      unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, $0.baseAddress, $0.count)
    }
    return try unsafe KeyBox(owning: key)
  }

  /// A private key from PKCS#8 PEM (RFC 5958, RFC 8410).
  static func privateKey(pem: String) throws(CryptoError) -> KeyBox {
    var input = try MemoryBIO.reading(pem)
    return try unsafe KeyBox(
      owning: input.withPointer { bio in
        // A callback that gives no password: an encrypted key is refused, never asked for on the terminal.
        unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
      })
  }

  /// A public key from SubjectPublicKeyInfo PEM (RFC 5280, RFC 8410).
  static func publicKey(pem: String) throws(CryptoError) -> KeyBox {
    var input = try MemoryBIO.reading(pem)
    return try unsafe KeyBox(
      owning: input.withPointer { bio in unsafe PEM_read_bio_PUBKEY(bio, nil, { _, _, _, _ in -1 }, nil) })
  }

  func privatePEM() throws(CryptoError) -> String {
    var output = try MemoryBIO()
    let status = unsafe output.withPointer { bio in
      unsafe PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil)
    }
    guard status == 1 else { throw .unavailable("PEM") }
    return output.text()
  }

  func publicPEM() throws(CryptoError) -> String {
    var output = try MemoryBIO()
    guard unsafe output.withPointer({ bio in unsafe PEM_write_bio_PUBKEY(bio, key) }) == 1 else {
      throw .unavailable("PEM")
    }
    return output.text()
  }

  /// The 32 bytes of the public half.
  func rawPublicKey() throws(CryptoError) -> [UInt8] {
    var raw = [UInt8](repeating: 0, count: PublicKey.byteCount)
    var count = raw.count
    let status = unsafe raw.withUnsafeMutableBufferPointer {
      unsafe EVP_PKEY_get_raw_public_key(key, $0.baseAddress, &count)
    }
    guard status == 1, count == PublicKey.byteCount else { throw .unavailable("Ed25519") }
    return raw
  }

  func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard let context = unsafe EVP_MD_CTX_new() else { throw .unavailable("Ed25519") }
    defer { unsafe EVP_MD_CTX_free(context) }
    guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else { throw .unavailable("Ed25519") }
    var signature = [UInt8](repeating: 0, count: Signature.byteCount)
    var count = signature.count
    let status = unsafe signature.withUnsafeMutableBufferPointer { output in
      unsafe message.withUnsafeBufferPointer { input in
        unsafe EVP_DigestSign(context, output.baseAddress, &count, input.baseAddress, input.count)
      }
    }
    guard status == 1, count == Signature.byteCount else { throw .unavailable("Ed25519") }
    return signature
  }

  func isValid(_ signature: [UInt8], for message: [UInt8]) throws(CryptoError) -> Bool {
    guard let context = unsafe EVP_MD_CTX_new() else { throw .unavailable("Ed25519") }
    defer { unsafe EVP_MD_CTX_free(context) }
    guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { throw .unavailable("Ed25519") }
    let status = unsafe signature.withUnsafeBufferPointer { proof in
      unsafe message.withUnsafeBufferPointer { input in
        unsafe EVP_DigestVerify(context, proof.baseAddress, proof.count, input.baseAddress, input.count)
      }
    }
    // What went wrong stays in a per-thread queue otherwise.
    ERR_clear_error()
    return status == 1
  }
}

/// The box around an OpenSSL stream in memory.
@safe private struct MemoryBIO: ~Copyable {
  private let bio: OpaquePointer

  /// An empty stream to write to.
  init() throws(CryptoError) {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { throw .unavailable("memory") }
    unsafe self.bio = bio
  }

  /// A stream that gives `text`.
  static func reading(_ text: String) throws(CryptoError) -> MemoryBIO {
    let stream = try MemoryBIO()
    let bytes = Array(text.utf8)
    guard let count = Int32(exactly: bytes.count) else { throw .notAnEd25519Key }
    let written = unsafe bytes.withUnsafeBytes { unsafe BIO_write(stream.bio, $0.baseAddress, count) }
    guard written == count else { throw .notAnEd25519Key }
    return stream
  }

  deinit { unsafe BIO_free(bio) }

  /// The pointer is valid within `body`.
  @unsafe mutating func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result {
    let result = unsafe body(bio)
    ERR_clear_error()
    return result
  }

  /// Everything that was written.
  mutating func text() -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1024)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe BIO_read(bio, $0.baseAddress, Int32($0.count)) }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: chunk.prefix(Int(count)))
    }
  }
}
