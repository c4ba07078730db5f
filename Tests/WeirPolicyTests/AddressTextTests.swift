import Testing

@testable import WeirPolicy

@Suite struct AddressTextTests {
  @Test(arguments: [
    ("10.1.2.3", "10.1.2.3"), ("0.0.0.0", "0.0.0.0"), ("::ffff:10.1.2.3", "10.1.2.3"), ("::ffff:a01:203", "10.1.2.3"),
    ("::", "::"), ("::1", "::1"), ("fd00:0:0:0:0:0:0:1", "fd00::1"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
    ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
  ])
  func reads(_ text: String, _ expected: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == expected)
    #expect(IPAddress(address.description) == address)
  }

  @Test(arguments: [
    "", "10.1.2", "10.1.2.3.4", "010.1.2.3", "256.1.1.1", "1.2.3.4 ", "0x7f.1", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "::12345", "fe80::1%eth0", "[::1]", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:8::",
    ":1:2:3:4:5:6:7",
  ])
  func refuses(_ text: String) { #expect(IPAddress(text) == nil) }

  @Test func networks() throws {
    #expect(try Network.parse("10.0.0.0/8").description == "10.0.0.0/8")
    #expect(try Network.parse("fd00::/8").description == "fd00::/8")
    #expect(try Network.parse("0.0.0.0/0").contains(#require(IPAddress("255.1.2.3"))))
    #expect(try !Network.parse("0.0.0.0/0").contains(#require(IPAddress("fd00::1"))))
    let meant = try Network.parse("10.0.0.0/8")
    #expect(throws: Network.ParseError.hostBits(meant)) { try Network.parse("10.1.0.0/8") }
    #expect(throws: Network.ParseError.prefixTooLong) { try Network.parse("10.0.0.0/33") }
    for text in ["10.0.0.0", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/+8", "/8", "10.0.0.0/8/8"] {
      #expect(throws: Network.ParseError.malformed) { try Network.parse(text) }
    }
  }
}
