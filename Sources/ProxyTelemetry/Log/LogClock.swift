import ProxyTransport
import WeirPolicy

/// The second that log lines begin with, as text: written anew when another one is told.
struct LogClock {
  private var second = Int64.min
  /// `2026-11-21T10:00:00.`
  private var text = InlineArray<20, UInt8>(repeating: UInt8(ascii: "."))

  /// Appends a time: RFC 3339, milliseconds, UTC.
  ///
  /// - Parameter nanoseconds: since 1970; times before are told as its beginning.
  mutating func append(_ nanoseconds: Int64, to writer: inout MemoryWriter, in memory: inout Memory) {
    let milliseconds = max(nanoseconds, 0) / 1_000_000
    if milliseconds / 1_000 != second {
      second = milliseconds / 1_000
      write()
    }
    writer.append(text.span, to: &memory)
    writer.append(decimal: UInt64(milliseconds % 1_000), digits: 3, to: &memory)
    writer.append(UInt8(ascii: "Z"), to: &memory)
  }

  private mutating func write() {
    let days = second / 86_400
    let date = CivilDate(daysSinceEpoch: days)
    let ofDay = Int(second - days * 86_400)
    put(date.year, digits: 4, endingBefore: 4, then: "-")
    put(date.month, digits: 2, endingBefore: 7, then: "-")
    put(date.day, digits: 2, endingBefore: 10, then: "T")
    put(ofDay / 3_600, digits: 2, endingBefore: 13, then: ":")
    put(ofDay / 60 % 60, digits: 2, endingBefore: 16, then: ":")
    put(ofDay % 60, digits: 2, endingBefore: 19, then: ".")
  }

  private mutating func put(_ number: Int, digits: Int, endingBefore end: Int, then mark: Unicode.Scalar) {
    var rest = number
    for place in 1...digits {
      text[end - place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    text[end] = UInt8(ascii: mark)
  }
}
