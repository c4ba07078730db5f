/// An Ed25519 key that signs bundles.
public struct PrivateKey: ~Copyable {
  private let box: KeyBox

  /// A new random key.
  ///
  /// - Throws: `CryptoError.unavailable`.
  public static func generate() throws(CryptoError) -> PrivateKey { PrivateKey(try KeyBox.generate()) }

  /// Reads an unencrypted PKCS#8 PEM.
  ///
  /// - Throws: `CryptoError.notAnEd25519Key`.
  public init(pem: String) throws(CryptoError) { self.init(try KeyBox.privateKey(pem: pem)) }

  private init(_ box: consuming KeyBox) { self.box = box }

  /// PKCS#8 PEM, not encrypted: whoever stores it restricts who may read it.
  public func pem() throws(CryptoError) -> String { try box.privatePEM() }

  /// The half that others verify with.
  public func publicKey() throws(CryptoError) -> PublicKey { PublicKey(raw: try box.rawPublicKey()) }

  /// A signature over a bundle's identity.
  func sign(_ identity: Digest) throws(CryptoError) -> Signature {
    Signature(key: try publicKey().id(), bytes: try box.sign(Signature.message(identity)))
  }
}

/// An Ed25519 key that a host trusts to sign bundles.
public struct PublicKey: Hashable, Sendable {
  static let byteCount = 32

  /// As RFC 8032 section 5.1.5 encodes it.
  public let raw: [UInt8]

  init(raw: [UInt8]) { self.raw = raw }

  /// Reads a SubjectPublicKeyInfo PEM.
  ///
  /// - Throws: `CryptoError.notAnEd25519Key`.
  public init(pem: String) throws(CryptoError) { raw = try KeyBox.publicKey(pem: pem).rawPublicKey() }

  /// SubjectPublicKeyInfo PEM.
  public func pem() throws(CryptoError) -> String { try KeyBox.publicKey(raw).publicPEM() }

  /// What names the key in a bundle: the SHA-256 of its 32 bytes.
  public func id() throws(CryptoError) -> Digest { try Digest(hashing: [raw[...]]) }

  func isValid(_ signature: Signature, for identity: Digest) throws(CryptoError) -> Bool {
    try KeyBox.publicKey(raw).isValid(signature.bytes, for: Signature.message(identity))
  }
}

/// One signature of a bundle.
public struct Signature: Hashable, Sendable {
  static let byteCount = 64

  /// The id of the key that made it.
  public let key: Digest
  let bytes: [UInt8]

  /// What is signed: the identity behind a prefix, so that a signature of a bundle is never one of anything else.
  static func message(_ identity: Digest) -> [UInt8] { Array("weir bundle 1\n".utf8) + identity.bytes }
}
