import HTTPWire
import ProxySimulation
import ProxyTransport
import Testing

@testable import ProxyCore

/// An upstream that says when it wants to be asked again is not asked before.
@Suite struct RetryAfterTests {
  private static let mesh = Result {
    try Mesh(
      .init("pair", at: ["10.0.1.1:80", "10.0.1.2:80"]),
      routes: """
        otherwise {
          forward to pair
          timeout 5s
          retry { tries 2, on { status 429, status 503 }, backoff 1ms to 2ms, budget 100%, per_try_timeout 1s }
        }
        """)
  }

  /// Asks for a page that one endpoint has later and the other one at once, and lets some time pass.
  private func ask(_ status: Int, retryAfter: (Conversation) -> String, within times: [Interval]) throws -> [String] {
    let conversation = try Conversation(Self.mesh.get())
    let later = retryAfter(conversation)
    var asked = 0
    for address in ["10.0.1.1:80", "10.0.1.2:80"] {
      try conversation.serve(address) { _ in
        asked += 1
        return asked == 1
          ? "HTTP/1.1 \(status) Later\r\n\(later)Content-Length: 5\r\n\r\nlater"
          : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
      }
    }
    let peer = try conversation.client("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    let texts = times.map { time in
      conversation.run(for: time)
      return String(peer.text.split(separator: "\r\n\r\n").last ?? "")
    }
    #expect(conversation.leftovers() == [])
    return texts
  }

  @Test(arguments: [429, 503])
  func `the next try waits for so many seconds`(status: Int) throws {
    let texts = try ask(
      status, retryAfter: { _ in "Retry-After: 2\r\n" }, within: [.milliseconds(1_900), .milliseconds(500)])
    #expect(texts == ["", "ok"])
  }

  @Test func `the next try waits for a date`() throws {
    let texts = try ask(
      503, retryAfter: { "Retry-After: \(Self.date($0.worker.wallClock / 1_000_000_000 + 3))\r\n" },
      within: [.milliseconds(1_900), .milliseconds(1_500)])
    #expect(texts == ["", "ok"])
  }

  @Test(arguments: ["6", "4294967296", "999999999999999999", "9223372036854775808", "99999999999999999999999999999999"])
  func `past the time of the route there is no other try`(seconds: String) throws {
    #expect(try ask(503, retryAfter: { _ in "Retry-After: \(seconds)\r\n" }, within: [.milliseconds(100)]) == ["later"])
  }

  @Test(arguments: ["", "Retry-After: soon\r\n", "Retry-After: -1\r\n", "Retry-After: 0\r\n"])
  func `what says nothing puts nothing off`(field: String) throws {
    #expect(try ask(503, retryAfter: { _ in field }, within: [.milliseconds(100)]) == ["ok"])
  }

  private static func date(_ seconds: Int64) -> String {
    var bytes = [UInt8](repeating: 0, count: HeadWriter.dateBytes)
    var writer = HeadWriter(bytes.mutableSpan)
    writer.appendDate(secondsSince1970: seconds)
    return String(decoding: bytes, as: UTF8.self)
  }
}
