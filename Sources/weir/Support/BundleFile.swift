import WeirBundle
import WeirISA

/// A bundle on disk.
enum BundleFile {
  /// - Throws: `Failure` when the file cannot be read, `BundleError` when it is not a bundle.
  static func open(_ path: String) throws -> Bundle { try Bundle(try Files.read(path), supported: .all) }

  static func publicKey(_ path: String) throws(Failure) -> PublicKey {
    let pem = String(decoding: try Files.read(path), as: UTF8.self)
    do { return try PublicKey(pem: pem) } catch { throw Failure("\(path): \(error)") }
  }
}
