import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// What RFC 9110 and RFC 9112 ask of an intermediary beyond passing bytes on.
@Suite struct HTTPBehaviourTests {
  static let mesh = Result {
    try Mesh(
      .init("web", at: ["10.0.1.1:80"], rules: #"deny secret when request.path under "/denied""#),
      .init("pair", at: ["10.0.2.1:80", "10.0.2.2:80"]),
      routes: """
        route again when request.path is "/again" {
          forward to pair
          timeout 20s
          retry { tries 2, on { reset }, backoff 10ms to 100ms, budget 50%, per_try_timeout 5s }
        }
        otherwise { forward to web }
        """)
  }

  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  /// A conversation whose upstream answers with one text.
  private func conversation(_ answer: String = ok) throws -> Conversation {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80") { _ in answer }
    return conversation
  }

  /// What becomes of one request.
  private func ask(_ head: String, answer: String = ok) throws -> (text: String, heard: [Conversation.Heard]) {
    let conversation = try conversation(answer)
    let text = try conversation.answer(to: head + "\r\n")
    #expect(conversation.leftovers() == [])
    return (text, conversation.heard)
  }

  @Test func `a client that waits for 100 gets it from the upstream`() throws {
    let conversation = try Conversation(Self.mesh.get())
    let upstream = try #require(SocketAddress("10.0.1.1:80"))
    conversation.simulation.serve(upstream) { peer in
      peer.perform([
        .expectEnding(Array("\r\n\r\n".utf8)), .send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)),
        .expectEnding(Array("body".utf8)), .send(Array(Self.ok.utf8)), .pause(.seconds(1)), .close,
      ])
    }
    let head = "POST / HTTP/1.1\r\nHost: shop.example\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    let peer = try conversation.client(head)
    conversation.run()
    #expect(peer.text == "HTTP/1.1 100 Continue\r\n\r\n")
    peer.send("body")
    conversation.run()
    #expect(peer.text.hasSuffix("\r\n\r\nok"))
    #expect(conversation.leftovers() == [])
  }

  @Test func `a denied request is answered before its body, and the connection ends`() throws {
    let conversation = try conversation()
    let peer = try conversation.client(
      "POST /denied HTTP/1.1\r\nHost: shop.example\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    conversation.run(for: .seconds(2))
    #expect(peer.text.hasPrefix("HTTP/1.1 403 ") && peer.text.contains("connection: close\r\n"))
    #expect(peer.isEnded && conversation.heard.isEmpty)
    #expect(conversation.leftovers() == [])
  }

  @Test func `another expectation is refused`() throws {
    #expect(
      try ask("GET / HTTP/1.1\r\nHost: shop.example\r\nExpect: 200-maybe\r\n").text.hasPrefix("HTTP/1.1 417 "))
  }

  @Test(arguments: ["100-continue", "200-maybe"])
  func `an old client expects nothing`(expectation: String) throws {
    let (text, heard) = try ask("GET / HTTP/1.0\r\nHost: shop.example\r\nExpect: \(expectation)\r\n")
    #expect(text.hasSuffix("\r\n\r\nok") && heard[0].message.value("expect") == nil)
  }

  @Test func `an old client gets no chunks and no interim response`() throws {
    let answer =
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    let (text, heard) = try ask("GET / HTTP/1.0\r\nHost: shop.example\r\nConnection: keep-alive\r\n", answer: answer)
    #expect(text.undated == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nok")
    #expect(heard[0].message.line == ["GET", "/", "HTTP/1.1"])
  }

  @Test func `an old client keeps its connection where the end is known`() throws {
    let (text, _) = try ask("GET / HTTP/1.0\r\nHost: shop.example\r\nConnection: keep-alive\r\n")
    #expect(text.contains("connection: keep-alive\r\n") && text.hasSuffix("\r\n\r\nok"))
    #expect(try ask("GET / HTTP/1.0\r\nHost: shop.example\r\n").text.contains("connection: close\r\n"))
  }

  @Test func `responses without a body keep their length`() throws {
    let head = try ask(
      "HEAD / HTTP/1.1\r\nHost: shop.example\r\n", answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
    #expect(head.text.undated == "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
    let get = "GET / HTTP/1.1\r\nHost: shop.example\r\n"
    #expect(
      try ask(get, answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").text.undated
        == "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n")
    #expect(
      try ask(get, answer: "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n").text.undated
        == "HTTP/1.1 204 No Content\r\n\r\n")
  }

  /// Names of requests alone are read with `-` for `_`.
  @Test func `an answer may name its fields as it likes`() throws {
    let fields = "X_Request_Id: 1\r\nContent_Length: 9\r\nx-forwarded_for: 2\r\n"
    let answer = "HTTP/1.1 200 OK\r\n\(fields)Content-Length: 2\r\n\r\nok"
    let text = try ask("GET / HTTP/1.1\r\nHost: shop.example\r\n", answer: answer).text
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n\(fields)") && text.hasSuffix("\r\n\r\nok"), "\(text)")
  }

  @Test func `an answer without a date gets one`() throws {
    let get = "GET / HTTP/1.1\r\nHost: shop.example\r\n"
    #expect(try ask(get).text.matches(of: /\r\ndate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n/).count == 1)
    let dated = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\nok"
    let hints = "HTTP/1.1 103 Early Hints\r\n\r\n"
    for answer in [dated, hints + dated] {
      let text = try ask(get, answer: answer).text
      #expect(text.contains("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n") && !text.contains("date:"))
    }
  }

  @Test func `TRACE is not served`() throws {
    let (text, heard) = try ask("TRACE / HTTP/1.1\r\nHost: shop.example\r\n")
    #expect(text.hasPrefix("HTTP/1.1 501 ") && text.contains("\r\n\r\ntrace_refused "))
    #expect(heard.isEmpty)
  }

  @Test func `OPTIONS goes one proxy less far`() throws {
    for (sent, passed) in [("5", "4"), ("1", "0"), ("00012", "11")] {
      let (text, heard) = try ask("OPTIONS / HTTP/1.1\r\nHost: shop.example\r\nMax-Forwards: \(sent)\r\n")
      #expect(text.hasSuffix("\r\n\r\nok"))
      let head = try #require(heard.first).head.lowercased()
      #expect(head.hasSuffix("\r\nmax-forwards: \(passed)") && head.ranges(of: "max-forwards").count == 1)
    }
    let (_, heard) = try ask("GET / HTTP/1.1\r\nHost: shop.example\r\nMax-Forwards: 0\r\n")
    #expect(heard.first?.message.value("max-forwards") == "0")
  }

  @Test func `OPTIONS that may go no further is answered here`() throws {
    let head = "HTTP/1.1\r\nHost: shop.example\r\nMax-Forwards: 0\r\n"
    let (text, heard) = try ask("OPTIONS / \(head)")
    #expect(text.undated == "HTTP/1.1 204 No Content\r\n\r\n" && heard.isEmpty)
    // What is not allowed is not answered either.
    #expect(try ask("OPTIONS /denied \(head)").text.hasPrefix("HTTP/1.1 403 "))
  }

  @Test(arguments: ["", "-1", "1, 2", "x", "1234567890", "1\r\nMax-Forwards: 1"])
  func `OPTIONS that may go who knows how far is refused`(value: String) throws {
    let (text, heard) = try ask("OPTIONS / HTTP/1.1\r\nHost: shop.example\r\nMax-Forwards: \(value)\r\n")
    #expect(text.hasPrefix("HTTP/1.1 400 ") && text.contains("\r\n\r\nbad_request ") && heard.isEmpty)
  }

  @Test(arguments: [(1 << 24, 200, 0), (250_000, 502, 1)])
  func `copies of bodies have their share of the memory`(account: Int, status: Int, dropped: Int) throws {
    let conversation = try Conversation(Self.mesh.get(), account: account)
    var asked = 0
    for address in ["10.0.2.1:80", "10.0.2.2:80"] {
      try conversation.serve(address) { _ in
        asked += 1
        return asked == 1 ? nil : Self.ok
      }
    }
    let body = String(repeating: "x", count: 30_000)
    let head = "PUT /again HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 30000\r\n\r\n"
    #expect(try conversation.answer(to: head + body, within: .seconds(5)).hasPrefix("HTTP/1.1 \(status) "))
    #expect(conversation.count(.replaysDropped) == UInt64(dropped))
    // Without a copy a request is as good as any, as long as nothing goes wrong.
    #expect(try conversation.answer(to: head + body, within: .seconds(5)).hasPrefix("HTTP/1.1 200 "))
    #expect(conversation.leftovers() == [] && conversation.worker.replayBytes == 0)
  }

  @Test func `a client that has finished sending is answered`() throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80", after: .seconds(3)) { _ in Self.ok }
    let peer = try conversation.client("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    peer.finishSending()
    conversation.run(for: .seconds(10))
    #expect(peer.text.hasSuffix("\r\n\r\nok") && peer.isEnded)
    #expect(conversation.leftovers() == [])
  }

  /// Bytes that nobody reads would end the connection with a reset, which overtakes the answer (RFC 9112 section 9.6).
  @Test(arguments: ["HTTP/1.1\r\nConnection: close", "HTTP/1.0"])
  func `the last answer arrives at a client that goes on sending`(rest: String) throws {
    let conversation = try Conversation(Self.mesh.get())
    try conversation.serve("10.0.1.1:80", after: .seconds(2)) { _ in Self.ok }
    let request = "GET / \(rest)\r\nHost: shop.example\r\n\r\n"
    let peer = try conversation.client(request)
    peer.onChange = { if $0.isEnded { $0.close() } }
    conversation.run()
    peer.send(request)
    conversation.run(for: .seconds(4))
    #expect(peer.text.hasPrefix("HTTP/1.1 200 ") && peer.text.hasSuffix("\r\n\r\nok"))
    #expect(peer.isEnded && peer.failure == nil && conversation.heard.count == 1)
    #expect(conversation.leftovers() == [] && conversation.ends(.downstream) == [.peer: 1])
  }

  @Test(arguments: [1_000, 60_000, 1_000_000])
  func `an answer before the end of an upload arrives`(count: Int) throws {
    let conversation = try Conversation(Self.mesh.get())
    let upstream = try #require(SocketAddress("10.0.1.1:80"))
    conversation.simulation.serve(upstream) { peer in
      peer.perform([
        .expectCount(10),
        .send(Array("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig".utf8)),
        .finishSending, .pause(.seconds(20)), .close,
      ])
    }
    let peer = try conversation.client(
      "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 2000000\r\n\r\n" + String(repeating: "x", count: count))
    conversation.run(for: .seconds(10))
    #expect(peer.text.hasPrefix("HTTP/1.1 413 ") && peer.text.hasSuffix("\r\n\r\nbig"))
    // The rest of the upload is not waited for, and the client is told so.
    #expect(peer.text.contains("\r\nconnection: close\r\n") && peer.isEnded)
    #expect(conversation.worker.exchanges.count == 0)
    peer.close()
    #expect(conversation.leftovers() == [])
  }

  @Test func `the absolute form is forwarded in origin form`() throws {
    let (_, heard) = try ask("GET http://Shop.example/a?b HTTP/1.1\r\nHost: shop.example\r\n")
    #expect(heard[0].message.line == ["GET", "/a?b", "HTTP/1.1"])
    #expect(heard[0].message.value("host") == "shop.example")
    #expect(try ask("GET http://other.example/ HTTP/1.1\r\nHost: shop.example\r\n").text.hasPrefix("HTTP/1.1 400 "))
  }

  @Test func `the asterisk stands for a server, and CONNECT for a tunnel that nobody allows`() throws {
    let (_, heard) = try ask("OPTIONS * HTTP/1.1\r\nHost: shop.example\r\n")
    #expect(heard.first?.message.line == ["OPTIONS", "*", "HTTP/1.1"])
    #expect(try ask("GET * HTTP/1.1\r\nHost: shop.example\r\n").text.hasPrefix("HTTP/1.1 400 "))
    let connect = try ask("CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n")
    #expect(connect.text.hasPrefix("HTTP/1.1 501 ") && connect.heard.isEmpty)
  }

  @Test func `fields of the connection end here`() throws {
    let (_, heard) = try ask(
      """
      GET / HTTP/1.1\r
      Host: shop.example\r
      Connection: Upgrade, HTTP2-Settings, X-Mine, keep-alive\r
      Upgrade: h2c\r
      HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r
      X-Mine: 1\r
      Keep-Alive: timeout=5\r
      Proxy-Connection: keep-alive\r
      Proxy-Authorization: Basic eA==\r
      TE: gzip\r
      X-Stays: 1\r

      """)
    let names = heard[0].message.fields.map(\.name)
    #expect(names == ["host", "x-stays", "x-forwarded-for", "x-forwarded-proto", "x-request-id", "traceparent"])
  }

  @Test func `an upgrade that nobody allows is no upgrade`() throws {
    let head = "GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    let (text, heard) = try ask(head)
    #expect(text.hasSuffix("\r\n\r\nok"))
    #expect(heard[0].message.value("upgrade") == nil)
    // And an upstream that switches all the same is wrong.
    #expect(
      try ask(head, answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n").text.hasPrefix("HTTP/1.1 502 "))
  }

  @Test(
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 99 No\r\n\r\n", "HTTP/1.1 600 No\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
    ])
  func `an answer that has two meanings is none`(answer: String) throws {
    let (text, _) = try ask("GET / HTTP/1.1\r\nHost: shop.example\r\n", answer: answer)
    #expect(text.hasPrefix("HTTP/1.1 502 ") && text.contains("upstream_protocol "))
  }

  @Test func `a refusal says its reason and a reference, which the log has`() throws {
    let conversation = try conversation()
    let text = try conversation.answer(to: "GET /denied HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    let body = try #require(text.split(separator: "\r\n\r\n").last)
    let parts = try #require(body.wholeMatch(of: /(rule) ([0-9a-f]{16})\n/))
    #expect(conversation.log()[0].contains(#""reference":"\#(parts.2)""#))
    let broken = try conversation.answer(to: "GET / HTTP/1.1\nHost: shop.example\r\n\r\n")
    let other = try #require(broken.split(separator: "\r\n\r\n").last?.wholeMatch(of: /(bare_lf) ([0-9a-f]{16})\n/))
    #expect(conversation.log()[0].contains(#""reference":"\#(other.2)""#))
    #expect(conversation.leftovers() == [])
  }

  @Test func `a head that does not come in time is refused`() throws {
    let conversation = try conversation()
    let peer = try conversation.client("GET / HTTP/1.1\r\nHost: shop")
    for _ in 0..<12 {
      conversation.run(for: .seconds(1))
      peer.send("x")
    }
    #expect(peer.text.hasPrefix("HTTP/1.1 408 ") && conversation.log()[0].contains(#""ended":"request_timeout""#))
    #expect(conversation.leftovers() == [])
  }
}
