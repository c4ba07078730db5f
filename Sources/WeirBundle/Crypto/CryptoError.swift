/// Why a cryptographic operation gave no result.
public enum CryptoError: Error, Hashable, Sendable {
  /// OpenSSL refused something that cannot fail on its own: out of memory, or an algorithm switched off by its configuration.
  case unavailable(String)
  /// The text is not the PEM of an Ed25519 key of the wanted kind, or it is encrypted.
  case notAnEd25519Key
}

extension CryptoError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unavailable(let operation): "OpenSSL cannot do \(operation)"
    case .notAnEd25519Key: "not an unencrypted Ed25519 key in PEM"
    }
  }
}
