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
    let special: Set<KnownField> = [
      .other, .xForwardedOther, .host, .contentLength, .transferEncoding, .connection, .expect,
    ]
    guard !special.contains(known) else { return }
    for name in ["\(known.name)", "\(known.name)".uppercased()] {
      let reading = RequestReading("GET / HTTP/1.1\r\nhost: a\r\n\(name): v\r\n\(name)x: v\r\n\r\n")
      let longer: KnownField = "\(known.name)".hasPrefix("x-forwarded-") ? .xForwardedOther : .other
      #expect(reading.fields.map(\.known) == [.host, known, longer])
      #expect(reading.fields.map(\.isHopByHop) == [false, known.isHopByHop, false])
    }
  }

  @Test func knowsWhatBeginsAsForwarded() {
    let names = [
      "X-Forwarded-Prefix", "x-forwarded-client-cert", "x-forwarded-client-cert-chain-of-somebody", "x-forwarded-",
      "x-forwarded", "x-forwardedfor", "y-forwarded-for",
    ]
    let lines = names.map { "\($0): v\r\n" }.joined()
    let known: [KnownField] = [
      .host, .xForwardedOther, .xForwardedOther, .xForwardedOther, .xForwardedOther, .other, .other, .other,
    ]
    #expect(RequestReading("GET / HTTP/1.1\r\nhost: a\r\n\(lines)\r\n").fields.map(\.known) == known)
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

  /// What the fields say besides framing: each line behind `GET / HTTP/1.x` and a Host.
  @Test(arguments: [
    ("1.1", "", true, false, UpgradeKind.none, false), ("1.0", "", false, false, .none, false),
    ("1.0", "Connection: Keep-Alive", true, false, .none, false),
    ("1.0", "Connection: keep-alive, close", false, false, .none, false),
    ("1.1", "Connection: x, CLOSE", false, false, .none, false),
    ("1.1", "Proxy-Connection: close", true, false, .none, false),
    ("1.1", "Expect: 100-Continue", true, true, .none, false),
    ("1.0", "Expect: 100-continue", false, false, .none, false),
    ("1.1", "Connection: upgrade\r\nUpgrade: WebSocket", true, false, .websocket, false),
    ("1.1", "Upgrade: websocket", true, false, .none, false),
    ("1.0", "Connection: upgrade, keep-alive\r\nUpgrade: websocket", true, false, .none, false),
    ("1.1", "Connection: upgrade\r\nUpgrade: h2c", true, false, .none, false),
    ("1.1", "Connection: upgrade\r\nUpgrade: websocket, h2c", true, false, .other, false),
    ("1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: websocket", true, false, .other, false),
    ("1.1", "TE: gzip, Trailers", true, false, .none, true), ("1.1", "TE: trailers;q=1", true, false, .none, false),
  ])
  func connection(
    version: String, lines: String, keepAlive: Bool, expects: Bool, upgrade: UpgradeKind, takesTrailers: Bool
  ) {
    let more = lines.isEmpty ? "" : lines + "\r\n"
    let reading = RequestReading("GET / HTTP/\(version)\r\nHost: a\r\n\(more)\r\n")
    #expect(reading.keepAlive == keepAlive)
    #expect(reading.expectsContinue == expects)
    #expect(reading.upgrade == upgrade)
    #expect(reading.hasTETrailers == takesTrailers)
  }

  @Test func oneValueReadsHeadAfterHead() {
    var head = RequestHead()
    for text in [
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\n", "GET",
      "GET / HTTP/1.1\r\nHost: b\r\n\r\n",
    ] {
      let bytes = Array(text.utf8)
      #expect(RequestReading(bytes, &head) == RequestReading(bytes))
    }
  }
}
