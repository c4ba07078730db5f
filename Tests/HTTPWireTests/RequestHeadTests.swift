import HTTPWire
import Testing

@Suite struct RequestHeadTests {
  @Test func readsLineAndFields() {
    let text = "\r\nPOST /a?b HTTP/1.1\r\nHost: x.example \r\nX-Empty:\r\ncontent-LENGTH:\t5\r\n\r\nhello"
    let reading = RequestReading(text)
    #expect(reading.step == .complete(byteCount: text.utf8.count - 5))
    #expect(reading.method == "POST")
    #expect(reading.target == "/a?b")
    #expect(reading.minorVersion == 1)
    #expect(reading.framing == .length(5))
    #expect(reading.keepAlive)
    #expect(
      reading.fields == [
        FieldReading(name: "Host", value: "x.example", known: .host, isHopByHop: false),
        FieldReading(name: "X-Empty", value: "", known: .other, isHopByHop: false),
        FieldReading(name: "content-LENGTH", value: "5", known: .contentLength, isHopByHop: false),
      ])
  }

  @Test(arguments: KnownField.allCases)
  func knowsNamesInAnyCase(known: KnownField) {
    let special: Set<KnownField> = [.other, .host, .contentLength, .transferEncoding, .connection, .expect]
    guard !special.contains(known) else { return }
    for name in ["\(known.name)", "\(known.name)".uppercased()] {
      let reading = RequestReading("GET / HTTP/1.1\r\nhost: a\r\n\(name): v\r\n\(name)x: v\r\n\r\n")
      #expect(reading.fields.map(\.known) == [.host, known, .other])
      #expect(reading.fields.map(\.isHopByHop) == [false, known.isHopByHop, false])
    }
  }

  @Test func connectionTakesAwayWhatItNames() {
    let reading = RequestReading(
      """
      GET / HTTP/1.1\r
      Host: a\r
      X-Mine: 1\r
      Connection: close, x-mine, HOST, X-Forwarded-For\r
      X-Forwarded-For: 1.2.3.4\r
      x-mine: 2\r
      Keep-Alive: timeout=5\r
      X-Other: 3\r
      \r

      """)
    #expect(reading.fields.map(\.isHopByHop) == [false, true, true, false, true, true, false])
    #expect(!reading.keepAlive)
  }
}
