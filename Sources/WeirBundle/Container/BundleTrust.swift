/// Whose bundles a host takes.
public enum BundleTrust: Hashable, Sendable {
  /// Whoever can write the file.
  case anybody
  /// The holders of these keys.
  case keys([PublicKey])
}

extension Bundle {
  /// Checks that a trusted key has signed this bundle.
  ///
  /// - Throws: `unsigned`; `untrusted` when no signature names a trusted key; `badSignature` when one that does is wrong.
  public func verify(_ trust: BundleTrust) throws(BundleError) {
    switch trust {
    case .anybody: return
    case .keys(let keys):
      guard !signatures.isEmpty else { throw .unsigned }
      var isTrusted = false
      for key in keys {
        let id: Digest
        let isValid: Bool
        do throws(CryptoError) {
          id = try key.id()
          guard let signature = signatures.first(where: { $0.key == id }) else { continue }
          isValid = try key.isValid(signature, for: identity)
        } catch { throw .cryptography(error) }
        guard isValid else { throw .badSignature(id) }
        isTrusted = true
      }
      guard isTrusted else { throw .untrusted(signatures.map(\.key)) }
    }
  }
}
