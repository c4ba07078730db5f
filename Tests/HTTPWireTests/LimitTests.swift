import HTTPWire
import Testing

/// Each limit at the limit and one past it.
@Suite struct LimitTests {
  private func request(bytes count: Int) -> String {
    let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
    return start + String(repeating: "v", count: count - start.utf8.count - 4) + "\r\n\r\n"
  }

  @Test func headBytesOfARequest() {
    let max = WireLimits.headBytesMax
    #expect(RequestReading(request(bytes: max)).step == .complete(byteCount: max))
    // What lies behind the head in the same read does not count.
    #expect(RequestReading(request(bytes: max) + request(bytes: max)).step == .complete(byteCount: max))
    #expect(RequestReading(request(bytes: max + 1)).step == .invalid(.headTooLarge))
    // Known as soon as the limit is full.
    #expect(RequestReading(Array(request(bytes: max + 1).utf8.prefix(max))).step == .invalid(.headTooLarge))
    #expect(RequestReading(Array(request(bytes: max).utf8.prefix(max - 1))).step == .incomplete)
    // An empty line in front counts.
    #expect(RequestReading("\r\n" + request(bytes: max - 2)).step == .complete(byteCount: max))
    #expect(RequestReading("\r\n" + request(bytes: max - 1)).step == .invalid(.headTooLarge))
  }

  @Test func headBytesOfAResponse() {
    let max = WireLimits.headBytesMax
    func response(bytes count: Int) -> String {
      "HTTP/1.1 200 OK\r\nX: " + String(repeating: "v", count: count - 24) + "\r\n\r\n"
    }
    #expect(ResponseReading(response(bytes: max)).step == .complete(byteCount: max))
    #expect(ResponseReading(response(bytes: max + 1)).step == .invalid(.headTooLarge))
  }

  @Test func bytesOfARequestLine() {
    let line = "GET /" + String(repeating: "a", count: WireLimits.headBytesMax)
    #expect(RequestReading(line).step == .invalid(.targetTooLong))
    #expect(RequestReading(Array(line.utf8.prefix(WireLimits.headBytesMax - 1))).step == .incomplete)
  }

  @Test func fields() {
    func request(fields count: Int) -> String {
      "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "a: b\r\n", count: count - 1) + "\r\n"
    }
    #expect(RequestReading(request(fields: WireLimits.fieldsMax)).fields.count == WireLimits.fieldsMax)
    #expect(RequestReading(request(fields: WireLimits.fieldsMax + 1)).step == .invalid(.tooManyFields))
  }

  @Test func connectionOptions() {
    func request(options count: Int) -> String {
      let half = count / 2
      let (one, other) = (String(repeating: ",", count: half - 1), String(repeating: ",x", count: count - half - 1))
      return "GET / HTTP/1.1\r\nHost: a\r\nConnection: \(one)\r\nConnection: close\(other)\r\n\r\n"
    }
    #expect(!RequestReading(request(options: WireLimits.connectionOptionsMax)).keepAlive)
    #expect(RequestReading(request(options: WireLimits.connectionOptionsMax + 1)).step == .invalid(.connectionOptions))
  }

  @Test func contentLength() {
    func request(_ length: String) -> RequestReading {
      RequestReading("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n")
    }
    #expect(request("9223372036854775807").framing == .length(UInt64(Int64.max)))
    #expect(request("9223372036854775808").step == .invalid(.contentLength))
    #expect(request("0").framing == .length(0))
  }

  @Test func codesAreWordsAndUnique() {
    let codes = WireError.allCases.map { "\($0.code)" }
    #expect(Set(codes).count == codes.count)
    #expect(codes.allSatisfy { $0.wholeMatch(of: /[a-z0-9]+(_[a-z0-9]+)*/) != nil })
  }
}
