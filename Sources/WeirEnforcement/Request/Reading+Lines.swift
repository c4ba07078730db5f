import HTTPCanonical
import WeirISA
import WeirPolicy
import WeirRequest

extension RequestState {
  /// Finds the values of a header, query parameter or cookie, in order: field lines are never joined and never split at commas, values of
  /// parameters are decoded.
  ///
  /// - Throws: what makes the values unreadable.
  mutating func lines(_ source: ValueSource, _ plans: borrowing PlanTables, into found: inout [Range<Int>])
    throws(Reject)
  {
    clear(&found)
    let name = plans.bytes(source.name)
    switch source.kind {
    case .header:
      fields.values(of: name, in: bytes, into: &found)
    case .cookie:
      for index in 0..<fields.count {
        let field = fields[index]
        guard field.name.count == 6, bytes.extracting(field.name.range).isExactly("cookie") else { continue }
        var cursor = CookieCursor()
        let line = bytes.extracting(field.value.range)
        do throws(RejectReason) {
          while let pair = try cursor.next(in: line) {
            guard areEqual(line.extracting(pair.name), name) else { continue }
            let start = field.value.range.lowerBound
            found.append((start + pair.value.lowerBound)..<(start + pair.value.upperBound))
          }
        } catch { throw .canonical(error) }
      }
    case .query:
      guard let query else { return }
      var cursor = QueryParameterCursor()
      while let parameter = cursor.next(in: bytes.extracting(query)) {
        let decoded = try decode(query.lowerBound, parameter.name)
        guard areEqual(bytes.extracting(decoded), name) else { continue }
        found.append(try decode(query.lowerBound, parameter.value))
      }
    case .method, .scheme, .host, .port, .path, .clientIP, .sourceIP, .sourcePort, .sni, .caller, .callerTrustDomain,
      .callerNamespace, .callerAccount, .claim, .token, .instant, .weekday, .hour, .minute, .date, .responseStatus,
      .responseHeader:
      return
    }
  }

  /// Whether the host tells headers, or the query.
  func tellsLines(_ kind: SlotKind) -> Bool {
    isHTTP && (withheld.isEmpty || !withheld.contains(kind == .query ? .query : .headers))
  }

  /// The value that a header, parameter or cookie has once; one that occurs twice is doubt where it was not refused before.
  mutating func readOnlyLine(_ source: ValueSource, _ plans: borrowing PlanTables) -> Reading {
    guard tellsLines(source.kind) else { return .unavailable }
    var found: [Range<Int>] = []
    swap(&found, &pieces)
    defer { swap(&found, &pieces) }
    do throws(Reject) { try lines(source, plans, into: &found) } catch { return .unavailable }
    guard let value = found.first else { return .absent }
    guard found.count == 1 else { return .unavailable }
    return typed(value, source.type)
  }

  /// A line as text, or as a number for a header declared `Int`: one that is no number is doubt.
  func typed(_ value: Range<Int>, _ type: ValueType) -> Reading {
    guard type.element == .integer else { return .bytes(value) }
    return decimal(bytes.extracting(value)).map { .integer($0) } ?? .unavailable
  }

  /// A part of the query with its escapes decoded.
  private mutating func decode(_ start: Int, _ part: Range<Int>) throws(Reject) -> Range<Int> {
    let count = try decodeQuery(bytes, (start + part.lowerBound)..<(start + part.upperBound), into: &work)
    return bytes.append(work, count)
  }
}

/// An optional `-` and digits, nothing else, within 64 bits.
func decimal(_ text: Span<UInt8>) -> Int64? {
  let isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
  guard text.count > (isNegative ? 1 : 0) else { return nil }
  var number: Int64 = 0
  for index in (isNegative ? 1 : 0)..<text.count {
    guard (0x30...0x39).contains(text[index]) else { return nil }
    let digit = Int64(text[index] - 0x30)
    let (shifted, overflows) = number.multipliedReportingOverflow(by: 10)
    let (sum, carries) =
      isNegative
      ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
    guard !overflows, !carries else { return nil }
    number = sum
  }
  return number
}

/// Decodes the escapes of a part of a checked query into `work`; returns how many bytes that are.
private func decodeQuery(_ bytes: borrowing ByteBuffer, _ range: Range<Int>, into work: inout [UInt8]) throws(Reject)
  -> Int
{
  do throws(RejectReason) {
    var room = work.mutableSpan
    return try CanonicalQuery.decode(bytes.extracting(range), into: &room)
  } catch { throw .canonical(error) }
}
