import HTTPWire
import Testing

@Suite struct HeadWriterTests {
  @Test func writesAHead() {
    var storage = [UInt8](repeating: 0, count: 200)
    var writer = HeadWriter(storage.mutableSpan, in: 2..<200)
    writer.appendStatusLine(404)
    writer.appendContentLength(UInt64.max)
    writer.appendField("date", "")
    writer.appendChunkHeader(0xABC0)
    writer.append(copying: 2..<10)
    let (end, hasOverflowed) = (writer.position, writer.hasOverflowed)
    #expect(
      words(storage, 2..<end)
        == "HTTP/1.1 404 Not Found\r\ncontent-length: 18446744073709551615\r\ndate: \r\nabc0\r\nHTTP/1.1")
    #expect(!hasOverflowed)
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (951_827_696, "Tue, 29 Feb 2000 12:34:56 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
    (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
  ])
  func writesDates(seconds: Int64, text: String) {
    var storage = [UInt8](repeating: 0, count: HeadWriter.dateBytes)
    var writer = HeadWriter(storage.mutableSpan)
    writer.appendDate(secondsSince1970: seconds)
    let hasOverflowed = writer.hasOverflowed
    #expect(words(storage, 0..<29) == text)
    #expect(!hasOverflowed)
  }

  @Test func remembersWhatDidNotFit() {
    var storage = [UInt8](repeating: 0x2E, count: 5)
    var writer = HeadWriter(storage.mutableSpan, in: 1..<4)
    writer.append("ab")
    writer.append("cd")
    writer.append(byte: 0x65)
    let (end, hasOverflowed) = (writer.position, writer.hasOverflowed)
    #expect(hasOverflowed)
    #expect(end == 3)
    #expect(words(storage, 0..<5) == ".ab..")
  }
}
