import HTTPWire
import ProxyCore
import Testing
import WeirRequest

/// One vocabulary: what a client is told of its mistake is a reason of the list, as the log and the metrics have it.
@Suite struct ReasonTests {
  @Test(arguments: WireError.allCases)
  func `every mistake in a message is a reason`(error: WireError) {
    let reason = ReasonCode(error)
    switch error {
    case .statusLine, .statusCode, .upgradeUnasked:
      #expect(reason == .upstreamProtocol && error.status == reason.status)
    default: #expect(reason.text == "\(error.code)" && reason.status == error.status && reason.origin == .client)
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\nHost: shop.example\r\n\r\n", 400, "bare_lf"),
    ("GET / HTTP/1.1\r\nHost: shop.example\r\nno-colon\r\n\r\n", 400, "field_name"),
    ("\r\n\r\nGET / HTTP/1.1\r\nHost: shop.example\r\n\r\n", 400, "request_line"),
    ("GET / HTTP/1.1\r\n\r\n", 400, "host_missing"), ("GET / HTTP/2.0\r\n\r\n", 505, "version_unsupported"),
    ("GET / HTTP/1.1\r\nHost: shop.example\r\nExpect: wonders\r\n\r\n", 417, "expectation"),
    ("POST /web HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400, "chunk_size"),
  ])
  func `body, log and list agree`(request: String, status: UInt16, code: String) throws {
    let conversation = try Conversation(HTTPBehaviourTests.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" }
    let answer = try conversation.answer(to: request)
    #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.contains("\r\n\r\n\(code) "), "\(answer)")
    let line = try #require(conversation.log().first)
    #expect(line.contains(#""ended":"\#(code)","status":\#(status),"#), "\(line)")
    #expect(ReasonCode.allCases.first { $0.text == code }?.status == status)
    #expect(conversation.leftovers() == [])
  }

  @Test func `explanations repeat the numbers`() {
    #expect(ReasonCode.headTooLarge.explanation.contains("\(WireLimits.headBytesMax) bytes"))
    #expect(ReasonCode.targetTooLong.explanation.contains("\(WireLimits.headBytesMax) bytes"))
    #expect(ReasonCode.tooManyFields.explanation.contains("\(WireLimits.fieldsMax) field lines"))
    #expect(ReasonCode.connectionOptions.explanation.contains("\(WireLimits.connectionOptionsMax)"))
    #expect(ReasonCode.chunkExtensionsTooLarge.explanation.contains("\(WireLimits.chunkExtensionBytesMax) bytes"))
    #expect(ReasonCode.trailersTooLarge.explanation.contains("\(WireLimits.trailerBytesMax) bytes"))
    #expect(ReasonCode.chunkSize.explanation.contains("sixteen") && WireLimits.chunkSizeDigitsMax == 16)
  }
}
