import PropertyTesting
import ProxySimulation
import Testing

@testable import ProxyCore

/// Field lines behind a body go on where they may.
@Suite struct TrailerTests {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

  /// The lines that an upstream gets of a request's trailers.
  private func forwarded(_ lines: String, body: String = "3\r\nabc\r\n", seed: UInt64) throws -> [String] {
    let conversation = try Conversation(HTTPBehaviourTests.mesh.get(), seed: seed)
    try conversation.serve("10.0.1.1:80") { _ in Self.answer }
    let text = try conversation.answer(
      to: "POST / HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n\(body)0\r\n"
        + "\(lines)\r\n")
    #expect(text.hasSuffix("\r\n\r\nok"))
    #expect(conversation.leftovers() == [])
    let message = try #require(conversation.heard.first?.message)
    #expect(message.value("trailer") == "x-sum")
    #expect(message.body.count == (body.isEmpty ? 0 : 3))
    return message.trailers
  }

  @Test(arguments: Seeds.first(20))
  func `trailers of a request go on`(seed: UInt64) throws {
    #expect(try forwarded("X-Sum:  1\r\nx-other: 2 3 \r\n", seed: seed) == ["X-Sum: 1", "x-other: 2 3"])
    #expect(try forwarded("X-Sum: 1\r\n", body: "", seed: seed) == ["X-Sum: 1"])
  }

  @Test(
    arguments: [
      "Host: other.example", "Content-Length: 5", "Transfer-Encoding: chunked", "Connection: close",
      "Authorization: Bearer x", "Cookie: a=b", "Set-Cookie: a=b", "X-Forwarded-For: 10.0.0.1", "X-Request-ID: 1",
      "X-Forwarded-Client-Cert: a", "Forwarded: for=10.0.0.1", "Traceparent: 00", "Content-Type: text/plain",
      "TE: gzip",
      "Upgrade: websocket", "Expect: 100-continue", "Trailer: x", "Proxy-Authorization: x", "X-Real-IP: 1.2.3.4",
    ])
  func `what frames, routes, authenticates or speaks for somebody is dropped`(line: String) throws {
    #expect(try forwarded("\(line)\r\nX-Sum: 1\r\n", seed: 1) == ["X-Sum: 1"])
    #expect(try forwarded("\(line)\r\n", seed: 1) == [])
  }

  @Test func `another attempt sends them again`() throws {
    let conversation = try Conversation(HTTPBehaviourTests.mesh.get())
    var isFirst = true
    for address in ["10.0.2.1:80", "10.0.2.2:80"] {
      try conversation.serve(address) { _ in
        defer { isFirst = false }
        return isFirst ? nil : Self.answer
      }
    }
    let text = try conversation.answer(
      to:
        "PUT /again HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"
    )
    #expect(text.hasSuffix("\r\n\r\nok"))
    #expect(conversation.heard.map(\.message.trailers) == [["X-Sum: 1"], ["X-Sum: 1"]])
    #expect(conversation.leftovers() == [])
  }

  @Test func `too many are refused`() throws {
    let conversation = try Conversation(HTTPBehaviourTests.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in Self.answer }
    let lines = "X: " + String(repeating: "a", count: 4_096)
    let text = try conversation.answer(
      to: "POST / HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(lines)\r\n\r\n")
    #expect(text.hasPrefix("HTTP/1.1 431 "))
    #expect(conversation.heard.isEmpty)
    #expect(conversation.leftovers() == [])
  }

  /// What a client gets of a response with trailers.
  private func received(_ head: String, seed: UInt64 = 1) throws -> (text: String, heard: Message) {
    let conversation = try Conversation(HTTPBehaviourTests.mesh.get(), seed: seed)
    try conversation.serve("10.0.1.1:80") { _ in
      Self.chunked + "2\r\nok\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a=b\r\nContent-Length: 7\r\n\r\n"
    }
    let text = try conversation.answer(to: head + "Host: shop.example\r\n\r\n")
    #expect(conversation.leftovers() == [])
    return (text, try #require(conversation.heard.first?.message))
  }

  @Test(arguments: Seeds.first(20))
  func `trailers of a response go to clients that ask for them`(seed: UInt64) throws {
    let (text, heard) = try received("GET / HTTP/1.1\r\nTE: gzip, trailers\r\nConnection: TE\r\n", seed: seed)
    #expect(text.hasSuffix("2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n"))
    #expect(heard.value("te") == "trailers")
    #expect(heard.value("connection") == "te")
  }

  @Test func `others are not told`() throws {
    let (text, heard) = try received("GET / HTTP/1.1\r\nTE: gzip\r\n")
    #expect(text.hasSuffix("2\r\nok\r\n0\r\n\r\n"))
    #expect(heard.value("te") == nil)
    #expect(try received("GET / HTTP/1.0\r\nTE: trailers\r\n").text.hasSuffix("\r\n\r\nok"))
  }
}
