import HTTPWire
import ProxyTransport

extension Worker where Net: ~Copyable {
  /// The field `date` of responses that have none (RFC 9110 section 6.6.1), as it is now: made once a second, and written over then.
  mutating func dateLine() -> OwnLines.Line {
    let second = wallClock / 1_000_000_000
    if second != dateSecond {
      dateSecond = second
      var writer = HeadWriter(memory.mutableSpan(ownLines.date.value))
      writer.appendDate(secondsSince1970: max(second, 0))
    }
    return ownLines.date
  }
}
