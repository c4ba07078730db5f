import ProxyTransport
import WeirPolicy

extension LogLine {
  func writeText(_ text: Span<UInt8>, _ line: inout LineBuffer) {
    line.append(UInt8(ascii: "\""))
    line.append(escaped: text)
    line.append(UInt8(ascii: "\""))
  }

  func writeOptional(
    _ field: LogField, _ text: ByteRange, _ names: borrowing LogNames, _ memory: borrowing Memory,
    _ line: inout LineBuffer
  ) {
    guard !text.isEmpty else { return }
    names.appendKey(field, to: &line)
    writeText(memory.span(text), &line)
  }

  func writeNumber(_ field: LogField, _ number: UInt64, _ names: borrowing LogNames, _ line: inout LineBuffer) {
    names.appendKey(field, to: &line)
    line.append(decimal: number)
  }

  func writeFlag(_ field: LogField, _ flag: Bool, _ names: borrowing LogNames, _ line: inout LineBuffer) {
    names.appendKey(field, to: &line)
    names.append(flag ? .true : .false, to: &line)
  }

  /// Nothing for what did not happen.
  func writePhase(_ field: LogField, _ nanoseconds: UInt64, _ names: borrowing LogNames, _ line: inout LineBuffer) {
    guard nanoseconds > 0 else { return }
    writeNumber(field, nanoseconds / 1_000, names, &line)
  }

  func writeAddress(_ address: IPAddress, _ line: inout LineBuffer) {
    line.append(UInt8(ascii: "\""))
    appendAddress(address, &line)
    line.append(UInt8(ascii: "\""))
  }

  func writeEndpoint(_ line: inout LineBuffer) {
    let isIPv4 = record.endpoint.address.isIPv4
    line.append(UInt8(ascii: "\""))
    if !isIPv4 { line.append(UInt8(ascii: "[")) }
    appendAddress(record.endpoint.address, &line)
    if !isIPv4 { line.append(UInt8(ascii: "]")) }
    line.append(UInt8(ascii: ":"))
    line.append(decimal: UInt64(record.endpoint.port))
    line.append(UInt8(ascii: "\""))
  }

  private func appendAddress(_ address: IPAddress, _ line: inout LineBuffer) {
    var text = InlineArray<39, UInt8>(repeating: 0)
    var room = text.mutableSpan
    let count = address.write(to: &room)
    line.append(text.span.extracting(0..<count))
  }

  /// `2026-11-21T10:00:00.123Z`
  func writeTime(_ line: inout LineBuffer) {
    let milliseconds = max(record.time, 0) / 1_000_000
    let days = milliseconds / 86_400_000
    let date = CivilDate(daysSinceEpoch: days)
    let ofDay = UInt64(milliseconds - days * 86_400_000)
    line.append(UInt8(ascii: "\""))
    line.append(decimal: UInt64(date.year), digits: 4)
    line.append(UInt8(ascii: "-"))
    line.append(decimal: UInt64(date.month), digits: 2)
    line.append(UInt8(ascii: "-"))
    line.append(decimal: UInt64(date.day), digits: 2)
    line.append(UInt8(ascii: "T"))
    line.append(decimal: ofDay / 3_600_000, digits: 2)
    line.append(UInt8(ascii: ":"))
    line.append(decimal: ofDay / 60_000 % 60, digits: 2)
    line.append(UInt8(ascii: ":"))
    line.append(decimal: ofDay / 1_000 % 60, digits: 2)
    line.append(UInt8(ascii: "."))
    line.append(decimal: ofDay % 1_000, digits: 3)
    line.append(UInt8(ascii: "Z"))
    line.append(UInt8(ascii: "\""))
  }

  /// Path and query; each value of the query is `*` unless they are kept.
  func writeTarget(_ target: Span<UInt8>, _ line: inout LineBuffer) {
    guard !keepsQueries, let mark = target.indices.first(where: { target[$0] == UInt8(ascii: "?") }) else {
      return line.append(escaped: target)
    }
    var start = 0
    var index = mark + 1
    while index < target.count {
      guard target[index] == UInt8(ascii: "=") else {
        index += 1
        continue
      }
      line.append(escaped: target.extracting(start..<(index + 1)))
      line.append(UInt8(ascii: "*"))
      while index < target.count, target[index] != UInt8(ascii: "&") { index += 1 }
      start = index
    }
    line.append(escaped: target.extracting(start..<target.count))
  }
}
