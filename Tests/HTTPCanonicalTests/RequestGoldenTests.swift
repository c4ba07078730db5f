import HTTPCanonical
import Testing

/// Method, Host field (`-` without one), target; host, port (`-`), path, query (`-`) or the reason.
private let table = GoldenTable(
  #"""
  GET shop.example / shop.example - / -
  GET Shop.Example:443 //v1/%63harges?x=1 shop.example 443 /v1/charges x=1
  GET - /a? - - /a ""
  GET - /a?b?c - - /a b?c
  GET - /a?/../b - - /a /../b
  GET shop.example http://shop.example shop.example - / -
  GET shop.example HTTPS://SHOP.example./a?b shop.example - /a b
  GET shop.example http://shop.example?x shop.example - / x
  GET shop.example:80 http://shop.example/a shop.example - /a -
  GET shop.example http://shop.example:80/a shop.example 80 /a -
  GET shop.example https://shop.example:443/a shop.example 443 /a -
  GET - http://shop.example:8080/../a !path_above_root
  GET - http://shop.example:8080//a shop.example 8080 /a -
  OPTIONS shop.example * shop.example - * -
  OPTIONS shop.example http://shop.example shop.example - * -
  OPTIONS shop.example http://shop.example/ shop.example - / -
  GET shop.example * !target_asterisk
  options shop.example * !target_asterisk
  OPTIONS shop.example ** !path_not_absolute
  CONNECT shop.example:443 shop.example:443 !target_connect
  CONNECT shop.example / !target_connect
  GET shop.example "" !target_empty
  GET shop.example shop.example:443 !path_not_absolute
  GET shop.example a/b !path_not_absolute
  GET shop.example ftp://shop.example/ !target_scheme
  GET shop.example httpx://shop.example/ !target_scheme
  GET shop.example ://shop.example/ !path_not_absolute
  GET shop.example http:/shop.example/ !path_not_absolute
  GET shop.example http:// !host_empty
  GET shop.example http:///a !host_empty
  GET shop.example http://other.example/ !host_mismatch
  GET shop.example http://shop.example:81/ !host_mismatch
  GET shop.example:443 http://shop.example/ !host_mismatch
  GET shop.example http://shop.example@evil.example/ !host_userinfo
  GET shop.example http://shop.example\\@evil.example/ !host_userinfo
  GET shop.example http://shop.example#x !path_not_absolute
  GET shop.example /a#x !path_fragment
  GET shop.example /a?b#x !query_fragment
  GET "" / !host_empty
  GET a@b / !host_userinfo
  GET shop.example /a?%zz !query_bad_percent
  """#)

@Suite struct RequestGoldenTests {
  @Test(arguments: table.rows)
  func canonicalForm(row: [String]) throws {
    try #require(row.count == 7 || row.count == 4, "\(row)")
    let host = row[1] == "-" ? nil : bytes(row[1])
    do throws(RejectReason) {
      let request = try CanonicalRequest(
        method: bytes(row[0]), scheme: .http, host: host, target: bytes(row[2]), mode: .strict)
      let port = request.authority?.port.map { "\($0)" } ?? "-"
      let shown = [
        request.authority.map { cell($0.host) } ?? "-", port, cell(request.path), request.query.map(cell) ?? "-",
      ]
      #expect(shown == Array(row[3...]))
    } catch {
      #expect(["!" + error.code] == Array(row[3...]))
    }
  }

  @Test func everyTargetReasonIsInTheTable() {
    let shown = Set(table.rows.flatMap { $0 })
    for reason in RejectReason.allCases where reason.code.hasPrefix("target_") {
      #expect(shown.contains("!" + reason.code), "\(reason)")
    }
    #expect(shown.contains("!host_mismatch"))
  }
}

@Suite struct RejectReasonTests {
  @Test(arguments: RejectReason.allCases)
  func everyReasonCanBeListed(reason: RejectReason) {
    #expect(reason.code.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
    #expect([400, 414, 431, 501].contains(reason.status))
    #expect(!reason.explanation.isEmpty && !reason.explanation.contains("\n"))
  }

  @Test func explanationsNameTheLimits() {
    #expect(RejectReason.pathTooLong.explanation.contains("\(CanonicalLimits.pathBytesMax)"))
    #expect(RejectReason.queryTooLong.explanation.contains("\(CanonicalLimits.queryBytesMax)"))
    #expect(RejectReason.hostTooLong.explanation.contains("\(CanonicalLimits.hostBytesMax)"))
    #expect(RejectReason.hostBadLabel.explanation.contains("\(CanonicalLimits.hostLabelBytesMax)"))
    #expect(RejectReason.headerNameTooLong.explanation.contains("\(CanonicalLimits.headerNameBytesMax)"))
    #expect(RejectReason.headerValueTooLong.explanation.contains("\(CanonicalLimits.headerValueBytesMax)"))
    #expect(RejectReason.headerTooManyFields.explanation.contains("\(CanonicalLimits.headerFieldsMax)"))
    #expect(RejectReason.headerSectionTooLarge.explanation.contains("\(CanonicalLimits.headerSectionBytesMax)"))
  }
}
