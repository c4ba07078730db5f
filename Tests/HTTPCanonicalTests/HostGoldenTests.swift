import HTTPCanonical
import Testing

/// Authority, canonical host, port (`-` without one).
private let table = GoldenTable(
  #"""
  shop.example shop.example -
  Shop.Example:443 shop.example 443
  SHOP.EXAMPLE. shop.example -
  shop.example.:8080 shop.example 8080
  localhost localhost -
  a_b.c-d.e9 a_b.c-d.e9 -
  _service._tcp.example _service._tcp.example -
  xn--caf-dma.example xn--caf-dma.example -
  1.example 1.example -
  0xcafe.example 0xcafe.example -
  10.0.0.1.example 10.0.0.1.example -
  a.0xg a.0xg -
  a.1b a.1b -
  shop.example:1 shop.example 1
  shop.example:65535 shop.example 65535
  127.0.0.1 127.0.0.1 -
  127.0.0.1. 127.0.0.1 -
  255.255.255.255:80 255.255.255.255 80
  0.0.0.0 0.0.0.0 -
  [::] [::] -
  [::1]:8443 [::1] 8443
  [2001:DB8::1] [2001:db8::1] -
  [2001:0db8:0:0:0:0:0:0001] [2001:db8::1] -
  [2001:db8:0:1:1:1:1:1] [2001:db8:0:1:1:1:1:1] -
  [2001:db8::1:1:1:1:1] [2001:db8:0:1:1:1:1:1] -
  [2001:0:0:1:0:0:0:1] [2001:0:0:1::1] -
  [2001:db8:0:0:1:0:0:1] [2001:db8::1:0:0:1] -
  [1:2:3:4:5:6:7::] [1:2:3:4:5:6:7:0] -
  [::2:3:4:5:6:7:8] [0:2:3:4:5:6:7:8] -
  [1::] [1::] -
  [1:2:3:4:5:6:7:8] [1:2:3:4:5:6:7:8] -
  [::ffff:10.1.2.3] [::ffff:a01:203] -
  [::FFFF:a01:203] [::ffff:a01:203] -
  [1:2:3:4:5:6:1.2.3.4] [1:2:3:4:5:6:102:304] -
  [fe80::abcd:0:0] [fe80::abcd:0:0] -
  [ABCD:EF01:2345:6789:ABCD:EF01:2345:6789] [abcd:ef01:2345:6789:abcd:ef01:2345:6789] -
  # refused
  "" !host_empty -
  . !host_empty -
  :80 !host_empty -
  .:80 !host_empty -
  user@shop.example !host_userinfo -
  user:secret@shop.example !host_userinfo -
  @ !host_userinfo -
  shop%2Eexample !host_percent -
  [fe80::1%25eth0] !host_percent -
  [fe80::1%eth0] !host_percent -
  caf\xC3\xA9.example !host_non_ascii -
  \xFF !host_non_ascii -
  shop\x20.example !host_forbidden_byte -
  shop.example\x00 !host_forbidden_byte -
  shop.example\x0D\x0A !host_forbidden_byte -
  shop.example/ !host_forbidden_byte -
  shop.example\\ !host_forbidden_byte -
  shop.example,evil.example !host_forbidden_byte -
  *.example !host_forbidden_byte -
  shop!example !host_forbidden_byte -
  shop?example !host_forbidden_byte -
  [::1]x !host_forbidden_byte -
  [::1]. !host_forbidden_byte -
  a..b !host_bad_label -
  .a !host_bad_label -
  a.. !host_bad_label -
  -a.example !host_bad_label -
  a-.example !host_bad_label -
  a.-b !host_bad_label -
  shop.example: !host_bad_port -
  shop.example:0 !host_bad_port -
  shop.example:080 !host_bad_port -
  shop.example:65536 !host_bad_port -
  shop.example:99999 !host_bad_port -
  shop.example:123456 !host_bad_port -
  shop.example:8o !host_bad_port -
  shop.example:80:80 !host_bad_port -
  shop.example:-1 !host_bad_port -
  shop.example:+80 !host_bad_port -
  [::1]: !host_bad_port -
  127.1 !host_bad_ipv4 -
  0x7f.1 !host_bad_ipv4 -
  0x7f000001 !host_bad_ipv4 -
  2130706433 !host_bad_ipv4 -
  127.0.0.0x1 !host_bad_ipv4 -
  a.0x !host_bad_ipv4 -
  0177.0.0.1 !host_bad_ipv4 -
  127.0.0.01 !host_bad_ipv4 -
  256.0.0.1 !host_bad_ipv4 -
  1.2.3 !host_bad_ipv4 -
  1.2.3.4.5 !host_bad_ipv4 -
  1.2.3.1000 !host_bad_ipv4 -
  shop.8 !host_bad_ipv4 -
  [] !host_bad_ipv6 -
  [::1 !host_bad_ipv6 -
  [:] !host_bad_ipv6 -
  [:1] !host_bad_ipv6 -
  [1:] !host_bad_ipv6 -
  [:::] !host_bad_ipv6 -
  [1::2::3] !host_bad_ipv6 -
  [1:2:3:4:5:6:7] !host_bad_ipv6 -
  [1:2:3:4:5:6:7:8:9] !host_bad_ipv6 -
  [1:2:3:4:5:6:7:8::] !host_bad_ipv6 -
  [::1:2:3:4:5:6:7:8] !host_bad_ipv6 -
  [12345::] !host_bad_ipv6 -
  [g::] !host_bad_ipv6 -
  [::1.2.3] !host_bad_ipv6 -
  [::1.2.3.256] !host_bad_ipv6 -
  [::1.2.3.4:5] !host_bad_ipv6 -
  [1:2:3:4:5:6:7:1.2.3.4] !host_bad_ipv6 -
  [127.0.0.1] !host_bad_ipv6 -
  [v1.x] !host_bad_ipv6 -
  """#)

@Suite struct HostGoldenTests {
  @Test(arguments: table.rows)
  func canonicalForm(row: [String]) throws {
    try #require(row.count == 3, "\(row)")
    let result = Canonical.host(bytes(row[0]))
    #expect(cell(result.map(\.host)) == row[1])
    if case .success(let authority) = result { #expect(authority.port.map { "\($0)" } ?? "-" == row[2]) }
    checkCanonicalInvariants(bytes(row[0]))
  }

  @Test func everyHostReasonIsInTheTable() {
    let shown = Set(table.rows.flatMap { $0 })
    for reason in RejectReason.allCases
    where reason.code.hasPrefix("host_") && reason != .hostTooLong && reason != .hostMismatch {
      #expect(shown.contains("!" + reason.code), "\(reason)")
    }
  }

  @Test func lengthsAreLimited() {
    let label = String(repeating: "a", count: CanonicalLimits.hostLabelBytesMax)
    let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
    #expect(longest.utf8.count == CanonicalLimits.hostBytesMax)
    #expect(cell(Canonical.host(Array(longest.utf8)).map(\.host)) == longest)
    #expect(cell(Canonical.host(Array((longest + ".:443").utf8)).map(\.host)) == longest)
    #expect(cell(Canonical.host(Array((longest + "b").utf8)).map(\.host)) == "!host_too_long")
    #expect(cell(Canonical.host(Array((label + "a").utf8)).map(\.host)) == "!host_bad_label")
  }
}
