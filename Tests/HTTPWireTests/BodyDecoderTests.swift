import HTTPWire
import PropertyTesting
import Testing

/// Content and end of a body, however it was cut.
struct BodyReading: Equatable {
  var content: [UInt8] = []
  /// Where the body, its trailers included, ended; nil when it did not.
  var end: Int?
  var error: WireError?
  var trailers: [String] = []

  private var decoder: BodyDecoder

  /// Gives the bytes in pieces that end at `cuts`.
  init(_ bytes: [UInt8], _ framing: BodyFraming, cuts: [Int] = []) {
    decoder = BodyDecoder(framing)
    var position = 0
    for cut in cuts + [bytes.count] where cut >= position {
      let piece = Array(bytes[..<cut])
      while end == nil, error == nil {
        switch decoder.next(piece.span, from: position) {
        case .data(let range):
          content += piece[range]
          position = range.upperBound
          continue
        case .needMore(let consumed): position = consumed
        case .end(let consumed): end = consumed
        case .trailers(let start):
          position = start
          readTrailers(piece, from: start)
        case .invalid(let found): error = found
        }
        break
      }
    }
  }

  /// The sender closes after `count` bytes.
  mutating func closeConnection(_ count: Int) {
    error = decoder.connectionEnded()
    if error == nil { end = count }
  }

  private mutating func readTrailers(_ piece: [UInt8], from start: Int) {
    var section = TrailerSection()
    let rest = Array(piece[start...])
    switch section.parse(rest.span) {
    case .incomplete: break
    case .complete(let count):
      end = start + count
      for index in 0..<section.fields.count where section.mayPass(index) {
        trailers.append(words(rest, section.fields[index].name) + "=" + words(rest, section.fields[index].value))
      }
    case .invalid(let found): error = found
    }
  }
}

@Suite struct BodyDecoderTests {
  @Test func readsChunks() {
    let bytes = Array("5\r\nhello\r\n00c;a=b\r\n beautiful w\r\n3\r\nrld\r\n0\r\n\r\nGET".utf8)
    let reading = BodyReading(bytes, .chunked)
    #expect(words(reading.content, 0..<reading.content.count) == "hello beautiful wrld")
    #expect(reading.end == bytes.count - 3)
    for cut in 0...bytes.count { #expect(BodyReading(bytes, .chunked, cuts: [cut]) == reading) }
    #expect(BodyReading(bytes, .chunked, cuts: Array(0...bytes.count)) == reading)
  }

  @Test func readsTrailersAndDropsWhatMayNotBeOne() {
    let bytes = Array("1\r\nx\r\n0\r\nGrpc-Status: 0\r\nHost: evil\r\nX-Sum:  a b \r\nAuthorization: x\r\n\r\n".utf8)
    let reading = BodyReading(bytes, .chunked)
    #expect(reading.trailers == ["Grpc-Status=0", "X-Sum=a b"])
    #expect(reading.end == bytes.count)
    for cut in 0...bytes.count { #expect(BodyReading(bytes, .chunked, cuts: [cut]) == reading) }
  }

  @Test func countsLengths() {
    let bytes = Array("hello".utf8)
    #expect(BodyReading(bytes, .length(3)).end == 3)
    #expect(BodyReading(bytes, .length(3), cuts: [1, 2]).content == Array("hel".utf8))
    #expect(BodyReading(bytes, .length(6)).end == nil)
    #expect(BodyReading(bytes, .length(0)).end == 0)
    #expect(BodyReading(bytes, .none).end == 0)
    #expect(BodyReading(bytes, .untilClose).content == bytes)
  }

  @Test func theEndOfTheConnectionEndsOnlyWhatHasNoOtherEnd() {
    var cut = BodyDecoder(.length(3))
    #expect(cut.connectionEnded() == .bodyCutShort)
    var chunks = BodyDecoder(.chunked)
    #expect(chunks.connectionEnded() == .bodyCutShort)
    var open = BodyDecoder(.untilClose)
    #expect(!open.hasEnded)
    #expect(open.connectionEnded() == nil)
    #expect(open.hasEnded)
  }

  @Test(arguments: [
    ("0x5\r\n", WireError.chunkSize), ("+5\r\n", .chunkSize), ("-5\r\n", .chunkSize), ("5_0\r\n", .chunkSize),
    ("\r\n", .chunkSize), (";a\r\n", .chunkSize), (" 5\r\n", .chunkSize), ("5 \r\n", .chunkSize),
    ("5\t;a\r\n", .chunkSize), ("g\r\n", .chunkSize), ("5\n", .bareLineFeed), ("5\rx", .bareCarriageReturn),
    ("8000000000000000\r\n", .chunkSize), ("00000000000000001\r\n", .chunkSize), ("5;a\nb\r\n", .bareLineFeed),
    ("5;a\u{0}\r\n", .chunkExtension), ("1\r\nxy", .chunkEnd), ("1\r\nx\ry", .chunkEnd), ("1\r\nx\n", .chunkEnd),
    ("0\r\n\rx", .bareCarriageReturn), ("0\r\n\n", .bareLineFeed), ("0\r\n x: y\r\n\r\n", .foldedLine),
    ("0\r\nx : y\r\n\r\n", .spaceBeforeColon),
  ])
  func refuses(text: String, error: WireError) {
    let bytes = Array(text.utf8)
    #expect(BodyReading(bytes, .chunked).error == error)
    #expect(BodyReading(bytes, .chunked, cuts: Array(0...bytes.count)).error == error)
  }

  @Test func theLargestChunkSizeIsTaken() {
    var decoder = BodyDecoder(.chunked)
    let bytes = Array("7fffffffffffffff\r\nx".utf8)
    #expect(decoder.next(bytes.span, from: 0) == .data(18..<19))
  }

  @Test func extensionsAreLimited() {
    func body(_ count: Int) -> [UInt8] {
      let half = String(repeating: "a", count: count / 2 - 1)
      let rest = String(repeating: "a", count: count - count / 2 - 1)
      return Array("1;\(half)\r\nx\r\n0;\(rest)\r\n\r\n".utf8)
    }
    let max = WireLimits.chunkExtensionBytesMax
    #expect(BodyReading(body(max), .chunked).error == nil)
    #expect(BodyReading(body(max), .chunked).end == body(max).count)
    #expect(BodyReading(body(max + 1), .chunked).error == .chunkExtensionsTooLarge)
  }

  @Test func trailersAreLimited() {
    func body(_ count: Int) -> [UInt8] {
      Array("0\r\nx: \(String(repeating: "a", count: count - 7))\r\n\r\n".utf8)
    }
    let max = WireLimits.trailerBytesMax
    #expect(BodyReading(body(max), .chunked).end == body(max).count)
    #expect(BodyReading(body(max + 1), .chunked).error == .trailersTooLarge)
  }
}
