import Testing
import WeirBundle

@Suite struct KeyTests {
  @Test func `keys survive PEM`() throws {
    let key = try PrivateKey.generate()
    let pem = try key.pem()
    #expect(pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(try PrivateKey(pem: pem).publicKey() == key.publicKey())
    let publicPEM = try key.publicKey().pem()
    #expect(publicPEM.hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
    #expect(try PublicKey(pem: publicPEM) == key.publicKey())
  }

  /// RFC 8410 section 10: the key pair of its examples.
  @Test func `the example of the standard is read`() throws {
    let key = try PrivateKey(
      pem: """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----
        """)
    #expect(
      try key.publicKey().pem() == """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
        -----END PUBLIC KEY-----

        """)
  }

  @Test(arguments: [
    "", "not a key",
    // A P-256 key.
    """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
    q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
    -----END PUBLIC KEY-----
    """,
  ])
  func `other text is no key`(text: String) {
    #expect(throws: CryptoError.notAnEd25519Key) { try PublicKey(pem: text) }
    #expect(throws: CryptoError.notAnEd25519Key) { _ = try PrivateKey(pem: text) }
  }

  @Test func `the digest is SHA-256`() throws {
    #expect(
      try Digest(hashing: [Array("a".utf8)[...], Array("bc".utf8)[...]]).description
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Digest([1, 2, 3]) == nil)
  }
}
