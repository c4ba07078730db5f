import ArgumentParser
import Foundation
import WeirBundle

struct KeyGeneration: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make a pair of Ed25519 keys for signing bundles.",
    discussion: """
      Writes NAME.key, the private key, which only its owner may read, and NAME.pub, the public key that hosts trust. Both are
      PEM (RFC 8410). Nothing is overwritten.

      Examples:
        weir keygen                    writes weir.key and weir.pub here
        weir keygen --out release      then: weir build policy -o policy.weirb --key release.key
      """)

  @Option(name: [.short, .long], help: ArgumentHelp("Where to write: NAME.key and NAME.pub.", valueName: "NAME"))
  var out = "weir"

  mutating func validate() throws {
    let name = URL(fileURLWithPath: out).lastPathComponent
    guard !out.isEmpty, !out.hasSuffix("/"), !name.isEmpty else {
      throw ValidationError("--out takes the name of the keys.")
    }
  }

  mutating func run() throws {
    let (secret, open) = ("\(out).key", "\(out).pub")
    for path in [secret, open] where FileManager.default.fileExists(atPath: path) {
      throw Failure("\(path): exists already and is not overwritten")
    }
    let (secretText, openText) = try KeyGeneration.pair()
    // The private key must not be readable by others for an instant either, so the mode is set before it exists.
    let mask = umask(0o077)
    try Files.create(secret, Array(secretText.utf8))
    _ = umask(mask)
    try Files.create(open, Array(openText.utf8))
    Output.write("\(secret)  private, keep it secret\n\(open)  public, give it to those who verify\n")
  }

  private static func pair() throws(Failure) -> (secret: String, open: String) {
    do throws(CryptoError) {
      let key = try PrivateKey.generate()
      return (try key.pem(), try key.publicKey().pem())
    } catch { throw Failure("no key could be made: \(error)") }
  }
}
