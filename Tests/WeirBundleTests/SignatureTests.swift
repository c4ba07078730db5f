import Testing
import WeirBundle

@Suite struct SignatureTests {
  private static func bundle() throws -> Bundle { try Bundle(SmallBundle.contents().bytes(), supported: .all) }

  @Test func `a trusted signature is accepted and does not change the identity`() throws {
    let key = try PrivateKey.generate()
    let unsigned = try Self.bundle()
    let signed = try Bundle(unsigned.signed(by: key), supported: .all)
    #expect(signed.identity == unsigned.identity)
    #expect(signed.signatures.map(\.key) == [try key.publicKey().id()])
    try signed.verify(.keys([try key.publicKey()]))
    try signed.verify(.anybody)
  }

  @Test func `signing again gives the same bytes`() throws {
    let key = try PrivateKey.generate()
    let once = try Self.bundle().signed(by: key)
    #expect(try Bundle(once, supported: .all).signed(by: key) == once)
  }

  @Test func `several may sign, in any order`() throws {
    let one = try PrivateKey.generate()
    let other = try PrivateKey.generate()
    let oneFirst = try Bundle(Self.bundle().signed(by: one), supported: .all).signed(by: other)
    let otherFirst = try Bundle(Self.bundle().signed(by: other), supported: .all).signed(by: one)
    #expect(oneFirst == otherFirst)
    let bundle = try Bundle(oneFirst, supported: .all)
    try bundle.verify(.keys([try one.publicKey()]))
    try bundle.verify(.keys([try other.publicKey()]))
  }

  @Test func `who is not trusted is named`() throws {
    let key = try PrivateKey.generate()
    let stranger = try PrivateKey.generate().publicKey()
    let signed = try Bundle(Self.bundle().signed(by: key), supported: .all)
    #expect(throws: BundleError.untrusted([try key.publicKey().id()])) { try signed.verify(.keys([stranger])) }
    #expect(throws: BundleError.untrusted([try key.publicKey().id()])) { try signed.verify(.keys([])) }
  }

  @Test func `no signature is not enough where one is asked for`() throws {
    let key = try PrivateKey.generate().publicKey()
    let unsigned = try Self.bundle()
    try unsigned.verify(.anybody)
    #expect(throws: BundleError.unsigned) { try unsigned.verify(.keys([key])) }
  }

  @Test func `a signature of another bundle is refused`() throws {
    let key = try PrivateKey.generate()
    let other = try Bundle(SmallBundle.contents(generation: 8).bytes(), supported: .all)
    // The signature block of the other bundle behind this content, with a digest that fits.
    let own = try Self.bundle()
    let block = Array(try other.signed(by: key).suffix(136).dropLast(32))
    let digest = try Digest(hashing: [own.identity.bytes[...], block[...]])
    let bundle = try Bundle(own.bytes.dropLast(40) + block + digest.bytes, supported: .all)
    #expect(throws: BundleError.badSignature(try key.publicKey().id())) {
      try bundle.verify(.keys([try key.publicKey()]))
    }
  }
}
