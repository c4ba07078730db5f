import Testing
import WeirBundle

@Suite struct TamperingTests {
  private static func signedBundle() throws -> [UInt8] {
    let bundle = try Bundle(SmallBundle.contents().bytes(), supported: .all)
    return try bundle.signed(by: try PrivateKey.generate())
  }

  /// The reason why bytes are refused by a host that trusts nobody in particular.
  private static func refusal(_ bytes: [UInt8]) -> BundleError? {
    do throws(BundleError) { _ = try Bundle(bytes, supported: .all) } catch { return error }
    return nil
  }

  @Test func `any flipped byte is refused, without a key`() throws {
    let bytes = try Self.signedBundle()
    #expect(Self.refusal(bytes) == nil)
    for index in bytes.indices {
      for mask in [0x01, 0x80, 0xFF] as [UInt8] {
        var changed = bytes
        changed[index] ^= mask
        let refusal = Self.refusal(changed)
        #expect(refusal != nil, "byte \(index) ^ \(mask)")
        #expect(refusal?.description.isEmpty == false)
      }
    }
  }

  @Test func `any truncation and any extension is refused`() throws {
    let bytes = try Self.signedBundle()
    for count in bytes.indices { #expect(Self.refusal(Array(bytes.prefix(count))) != nil, "\(count) bytes") }
    for tail in [[0], [0x89], Array(repeating: 0, count: 96), bytes] as [[UInt8]] {
      #expect(Self.refusal(bytes + tail) != nil)
    }
  }
}
