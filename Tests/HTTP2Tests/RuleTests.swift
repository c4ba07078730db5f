import HTTPWire
import ProxyTransport
import Testing

/// What RFC 9113 says to frames that break its rules, section by section.
struct Rule: CustomTestStringConvertible, Sendable {
  enum Answer: Equatable, Sendable {
    /// The stream is reset with a code, the connection goes on.
    case stream(UInt32)
    /// GOAWAY with a code, and the connection ends.
    case connection(UInt32)
    /// Nothing but what a good frame gets.
    case nothing
  }

  var section: String
  var name: String
  /// After the preface and SETTINGS.
  var frames: [Frame]
  var answer: Answer
  /// Events of the frames, when they matter.
  var events: [String]?

  init(_ section: String, _ name: String, _ frames: [Frame], _ answer: Answer, _ events: [String]? = nil) {
    self.section = section
    self.name = name
    self.frames = frames
    self.answer = answer
    self.events = events
  }

  var testDescription: String { "\(section) \(name)" }
}

private let protocolError: UInt32 = 1
private let flowControl: UInt32 = 3
private let streamClosed: UInt32 = 5
private let frameSize: UInt32 = 6
private let compression: UInt32 = 9

private func raw(_ kind: Frame.Kind, _ stream: UInt32, _ payload: [UInt8] = [], flags: UInt8 = 0) -> Frame {
  Frame(kind: kind, flags: flags, stream: stream, payload: payload)
}

private func malformed(_ section: String, _ name: String, _ fields: [(String, String)]) -> Rule {
  Rule(section, name, [.headers(1, fields)], .stream(protocolError), [])
}

private let get = HPACK.get

private let framing: [Rule] = [
  Rule("4.1", "unknown frame types are ignored", [raw(.unknown, 0, [1, 2]), .get(1)], .nothing, [.get(1)]),
  Rule("4.2", "DATA above the frame size", [.post(1), .data(1, count: 16_385)], .connection(frameSize)),
  Rule(
    "4.2", "HEADERS above the frame size", [raw(.headers, 1, Array(repeating: 0, count: 16_385))],
    .connection(frameSize)),
  Rule(
    "4.3", "a header block that does not decompress", [raw(.headers, 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], flags: 5)],
    .connection(compression)),
  Rule(
    "4.3", "another frame within a header block",
    [raw(.headers, 1, HPACK.literals(get), flags: Frame.endStream), .ping()], .connection(protocolError), []),
  Rule(
    "4.3", "another stream's CONTINUATION within a header block",
    [raw(.headers, 1, HPACK.literals(get), flags: Frame.endStream), raw(.continuation, 3, [], flags: 4)],
    .connection(protocolError), []),
]

private let states: [Rule] = [
  Rule("5.1", "DATA on an idle stream", [.data(1, "x")], .connection(protocolError)),
  Rule("5.1", "RST_STREAM on an idle stream", [.reset(1)], .connection(protocolError)),
  Rule("5.1", "WINDOW_UPDATE on an idle stream", [.windowUpdate(1, 5_000)], .connection(protocolError)),
  Rule("5.1", "CONTINUATION on an idle stream", [raw(.continuation, 1, [], flags: 4)], .connection(protocolError)),
  Rule("5.1", "DATA after the end", [.get(1), .data(1, "x")], .connection(streamClosed), [.get(1)]),
  Rule("5.1", "HEADERS after the end", [.get(1), .headers(1, [("x", "y")])], .connection(streamClosed), [.get(1)]),
  Rule("5.1", "a late WINDOW_UPDATE after the end", [.get(1), .windowUpdate(1, 5_000)], .nothing, [.get(1)]),
  Rule("5.1", "DATA after RST_STREAM", [.post(1), .reset(1), .data(1, "x")], .nothing, [.post(1), "closed 1 8"]),
  Rule(
    "5.1", "HEADERS after RST_STREAM", [.post(1), .reset(1), .headers(1, get)], .nothing,
    [.post(1), "closed 1 8"]),
  Rule("5.1.1", "a stream of even number", [.get(2)], .connection(protocolError), []),
  Rule("5.1.1", "a stream below the last", [.get(5), .get(3)], .connection(protocolError), [.get(5)]),
  Rule(
    "5.1.1", "a stream that was passed over long ago", [.get(7), .get(9), .get(13), .get(15), .get(5)],
    .connection(protocolError)),
  Rule(
    "5.1.1", "a stream that was closed by its client is none that was passed over",
    [.post(5), .reset(5), .get(7), .get(5)], .nothing, [.post(5), "closed 5 8", .get(7)]),
]

private let frames: [Rule] = [
  Rule("6.1", "DATA on stream 0", [.data(0, "x")], .connection(protocolError)),
  Rule(
    "6.1", "padding as long as the payload", [.post(1), raw(.data, 1, [3, 0, 0], flags: Frame.padded)],
    .connection(protocolError)),
  Rule(
    "6.1", "padding is no data", [.post(1), raw(.data, 1, [2] + Array("ab".utf8) + [0, 0], flags: 9)], .nothing,
    [.post(1), "data 1 ab", "end 1"]),
  Rule("6.2", "HEADERS on stream 0", [.headers(0, get)], .connection(protocolError)),
  Rule(
    "6.2", "padding as long as the payload", [raw(.headers, 1, [200] + HPACK.literals(get), flags: 0xD)],
    .connection(protocolError)),
  Rule(
    "6.2", "priority of old is ignored",
    [raw(.headers, 1, [0, 0, 0, 0, 9] + HPACK.literals(get), flags: 0x25)], .nothing, [.get(1)]),
  // RFC 9218: who sends NO_RFC7540_PRIORITIES does not look at them.
  Rule("6.3", "PRIORITY is ignored", [raw(.priority, 0, [0, 0, 0, 1, 1])], .nothing),
  Rule("6.3", "PRIORITY of another length", [raw(.priority, 1, [0, 0, 0, 1])], .connection(frameSize)),
  Rule("6.4", "RST_STREAM on stream 0", [.reset(0)], .connection(protocolError)),
  Rule("6.4", "RST_STREAM of another length", [.post(1), raw(.reset, 1, [0, 0, 8])], .connection(frameSize)),
  Rule(
    "6.5", "SETTINGS with ACK and a payload", [raw(.settings, 0, [0, 2, 0, 0, 0, 0], flags: Frame.ack)],
    .connection(frameSize)),
  Rule("6.5", "SETTINGS on a stream", [raw(.settings, 1)], .connection(protocolError)),
  Rule("6.5", "SETTINGS of another length", [raw(.settings, 0, [0, 2, 0])], .connection(frameSize)),
  Rule("6.5.2", "ENABLE_PUSH is 0 or 1", [.settings([(2, 2)])], .connection(protocolError)),
  Rule("6.5.2", "INITIAL_WINDOW_SIZE above the largest", [.settings([(4, 0x8000_0000)])], .connection(flowControl)),
  Rule("6.5.2", "MAX_FRAME_SIZE below the least", [.settings([(5, 16_383)])], .connection(protocolError)),
  Rule("6.5.2", "MAX_FRAME_SIZE above the largest", [.settings([(5, 1 << 24)])], .connection(protocolError)),
  Rule("6.5.2", "unknown settings are ignored", [.settings([(0xAA, 7)]), .get(1)], .nothing, [.get(1)]),
  Rule(
    "6.6", "PUSH_PROMISE by a client", [.post(1), raw(.pushPromise, 1, [0, 0, 0, 2], flags: 4)],
    .connection(protocolError)),
  Rule("6.7", "PING on a stream", [raw(.ping, 1, Array(repeating: 0, count: 8))], .connection(protocolError)),
  Rule("6.7", "PING of another length", [raw(.ping, 0, [1, 2, 3])], .connection(frameSize)),
  Rule("6.8", "GOAWAY on a stream", [raw(.goAway, 1, Array(repeating: 0, count: 8))], .connection(protocolError)),
  Rule("6.9", "an increment of 0 for the connection", [.windowUpdate(0, 0)], .connection(protocolError)),
  Rule("6.9", "an increment of 0 for a stream", [.post(1), .windowUpdate(1, 0)], .connection(protocolError)),
  Rule("6.9", "WINDOW_UPDATE of another length", [raw(.windowUpdate, 0, [1, 2, 3])], .connection(frameSize)),
  Rule("6.9.1", "a connection window above the largest", [.windowUpdate(0, 0x7FFF_FFFF)], .connection(flowControl)),
  Rule(
    "6.9.1", "a stream window above the largest", [.post(1), .windowUpdate(1, 0x7FFF_FFFF)],
    .stream(flowControl)),
  Rule(
    "6.10", "CONTINUATION completes a header block",
    [
      raw(.headers, 1, Array(HPACK.literals(get).prefix(20)), flags: Frame.endStream),
      raw(.continuation, 1, Array(HPACK.literals(get).dropFirst(20)), flags: Frame.endHeaders),
    ], .nothing, [.get(1)]),
  Rule(
    "6.10", "CONTINUATION after a complete header block", [.get(1), raw(.continuation, 1, [], flags: 4)],
    .connection(protocolError)),
]

private let messages: [Rule] = [
  Rule(
    "8.1", "trailers that do not end the stream", [.post(1), .headers(1, [("x", "y")], ends: false)],
    .stream(protocolError), [.post(1)]),
  malformed("8.2.1", "capital letters in a name", get + [("X-a", "1")]),
  malformed("8.2.1", "a space in a name", get + [("x a", "1")]),
  malformed("8.2.1", "a colon in a name", get + [("x:a", "1")]),
  malformed("8.2.1", "an empty name", get + [("", "1")]),
  malformed("8.2.1", "a line feed in a value", get + [("x-a", "1\nx-b: 2")]),
  malformed("8.2.1", "a carriage return in a value", get + [("x-a", "1\r")]),
  malformed("8.2.1", "NUL in a value", get + [("x-a", "1\u{0}")]),
  malformed("8.2.1", "a space before a value", get + [("x-a", " 1")]),
  malformed("8.2.1", "a space after a value", get + [("x-a", "1 ")]),
  malformed("8.2.2", "connection", get + [("connection", "keep-alive")]),
  malformed("8.2.2", "keep-alive", get + [("keep-alive", "5")]),
  malformed("8.2.2", "proxy-connection", get + [("proxy-connection", "keep-alive")]),
  malformed("8.2.2", "transfer-encoding", get + [("transfer-encoding", "chunked")]),
  malformed("8.2.2", "upgrade", get + [("upgrade", "h2c")]),
  malformed("8.2.2", "te other than trailers", get + [("te", "gzip")]),
  malformed("8.2.2", "te with trailers and others", get + [("te", "trailers, gzip")]),
  Rule("8.2.2", "te trailers", [.get(1, [("te", "trailers")])], .nothing, [.get(1, " te=trailers end")]),
  malformed("8.3", "an unknown pseudo-header", get + [(":unknown", "1")]),
  malformed("8.3", "a pseudo-header after a field", get.dropLast() + [("x-a", "1"), (":path", "/")]),
  malformed("8.3", "a pseudo-header of responses", get + [(":status", "200")]),
  malformed("8.3", "the method twice", get + [(":method", "GET")]),
  malformed("8.3", "the path twice", get + [(":path", "/")]),
  malformed("8.3", "the authority twice", get + [(":authority", "b.example")]),
  malformed("8.3.1", "no method", Array(get.dropFirst())),
  malformed("8.3.1", "no scheme", get.filter { $0.0 != ":scheme" }),
  malformed("8.3.1", "no path", get.filter { $0.0 != ":path" }),
  malformed("8.3.1", "no authority and no host", get.filter { $0.0 != ":authority" }),
  malformed("8.3.1", "an empty path", get.dropLast() + [(":path", "")]),
  malformed("8.3.1", "a path that begins otherwise", get.dropLast() + [(":path", "a")]),
  malformed("8.3.1", "the asterisk without OPTIONS", get.dropLast() + [(":path", "*")]),
  malformed("8.5", "CONNECT with a path", [(":method", "CONNECT")] + get.dropFirst()),
  malformed("8.5", "CONNECT without an authority", [(":method", "CONNECT")]),
  malformed(
    "RFC 8441", "a protocol nobody offered",
    [(":method", "CONNECT"), (":protocol", "websocket")] + get.dropFirst()),
  Rule(
    "8.1", "a pseudo-header in trailers", [.post(1), .headers(1, [(":path", "/")])], .stream(protocolError),
    [.post(1)]),
  Rule(
    "8.1.1", "less data than content-length", [.post(1, [("content-length", "5")]), .data(1, "abcd", ends: true)],
    .stream(protocolError), [.post(1, " content-length=5"), "data 1 abcd"]),
  Rule(
    "8.1.1", "more data than content-length", [.post(1, [("content-length", "3")]), .data(1, "abcd")],
    .stream(protocolError), [.post(1, " content-length=3")]),
  Rule("8.1.1", "content-length and no data", [.get(1, [("content-length", "3")])], .stream(protocolError)),
  Rule(
    "8.1.1", "content-length and trailers only",
    [.post(1, [("content-length", "3")]), .headers(1, [("x", "y")])], .stream(protocolError)),
  malformed("8.1.1", "content-length twice", get + [("content-length", "0"), ("content-length", "0")]),
  malformed("8.1.1", "content-length that is no number", get + [("content-length", "+1")]),
  malformed("8.1.1", "content-length that overflows", get + [("content-length", "99999999999999999999")]),
]

@Suite struct RuleTests {
  @Test(arguments: framing + states + frames + messages)
  func answers(rule: Rule) throws {
    let server = try End(.server)
    server.begin()
    var seen = server.feed(rule.frames)
    if let events = rule.events { #expect(seen == events) }
    let output = server.output(&seen)
    let resets = output.filter { $0.kind == .reset }.map { $0.word(at: 0) }
    let goAways = output.filter { $0.kind == .goAway }.map { $0.word(at: 4) }
    switch rule.answer {
    case .stream(let code):
      #expect(resets == [code] && goAways == [])
      #expect(!server.isFinished && server.feed(.get(101)) == [.get(101)])
    case .connection(let code):
      #expect(goAways == [code])
      #expect(server.isFinished && server.feed(.get(101)) == [])
    case .nothing:
      #expect(resets == [] && goAways == [])
      #expect(!server.isFinished && server.feed(.get(101)) == [.get(101)])
    }
  }

  @Test func anotherProtocolIsNotAnswered() throws {
    let server = try End(.server)
    #expect(server.feed(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)) == [])
    #expect(server.ending == .notHTTP2 && server.isFinished)
    #expect(server.output() == [])
  }

  @Test func fiveContinuationsEndTheConnection() throws {
    let server = try End(.server)
    server.begin()
    let more = raw(.continuation, 1, HPACK.literals([("x", "y")]))
    let head = raw(.headers, 1, HPACK.literals(get), flags: Frame.endStream)
    #expect(server.feed([head, more, more, more, more]) == [] && server.ending == nil)
    #expect(server.feed(more) == [] && server.ending == .headerBlockPieces)
    #expect(server.output().contains { $0.kind == .goAway && $0.word(at: 4) == 11 })
    #expect(server.isFinished && server.feed(more) == [])
  }

  @Test func aConnectionBeginsWithSettings() throws {
    let server = try End(.server)
    #expect(server.feed(Frame.preface + Frame.get(1).bytes) == [])
    #expect(server.output().contains { $0.kind == .goAway && $0.word(at: 4) == protocolError })
    #expect(server.isFinished)
  }

  @Test func settingsAndPingsAreAcknowledged() throws {
    let server = try End(.server)
    server.begin()
    _ = server.feed(.settings([(4, 100)]), .ping())
    #expect(server.output().map(\.flags) == [Frame.ack, Frame.ack])
  }

  /// RFC 9113, 6.9.2: windows change by the difference, perhaps below zero.
  @Test func aSmallerInitialWindowTakesBackWhatWasGiven() throws {
    let server = try End(.server)
    server.begin([(4, 10)])
    _ = server.feed(.get(1))
    server.answer(server.heads[0], ends: false)
    #expect(server.setBody(server.heads[0], server.body(String(repeating: "b", count: 30)), ends: true))
    #expect(server.output().last?.payload.count == 10)
    _ = server.feed(.settings([(4, 3)]))
    _ = server.feed(.windowUpdate(1, 7))
    #expect(server.output().filter { $0.kind == .data } == [])
    _ = server.feed(.windowUpdate(1, 1))
    #expect(server.output().filter { $0.kind == .data }.map(\.payload.count) == [1])
  }
}
