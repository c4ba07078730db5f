import WeirPolicy
import WeirSource
import WeirSyntax

/// What stands around a test: `any` and `all`, the time zone, `else`.
extension ExpressionChecker {
  mutating func checkQuantifier(_ comparison: Comparison, _ reading: Reading) -> Bool {
    let isPresence = comparison.predicate == .isPresent || comparison.predicate == .isAbsent
    guard let quantifier = comparison.quantifier else {
      guard reading.occurrence == .list, !isPresence else { return true }
      if case .has(let operand) = comparison.predicate {
        let value = program.sources.text(of: operand.span)
        fail(
          .listHeader, at: comparison.span, "`\(reading.text)` is a list of lines, not a set",
          help: "write `any \(reading.text) is \(value)`")
      } else {
        fail(
          .listHeader, at: comparison.span, "`\(reading.text)` may have several values: say `any` or `all`",
          notes: ["the header is a list by its declaration; each field line is one value, never split at commas"],
          help: "`any` holds when some line does, `all` when there is a line and every line does",
          fix: .init(
            SourceSpan(file: comparison.span.file, start: comparison.span.start, end: comparison.span.start), "any "))
      }
      return false
    }
    let word = quantifier.value.rawValue
    let removal = Diagnostic.Fix(
      SourceSpan(file: quantifier.span.file, start: quantifier.span.start, end: comparison.subject.span.start), "")
    if isPresence {
      fail(
        .misplacedQuantifier, at: quantifier.span, "presence is asked once for all values", help: "remove `\(word)`",
        fix: removal)
      return false
    }
    guard reading.occurrence == .once else { return true }
    if case .set = reading.type {
      fail(
        .misplacedQuantifier, at: quantifier.span, "`\(reading.text)` is one set, not several values",
        help: "ask for a member: `\(reading.text) has …`")
    } else {
      fail(
        .misplacedQuantifier, at: quantifier.span, "`\(reading.text)` has one value",
        notes: ["`any` and `all` are for headers, query parameters and cookies"], help: "remove `\(word)`", fix: removal
      )
    }
    return false
  }

  /// `time.hour in "Europe/Berlin" …`
  mutating func apply(_ zone: Spanned<String>?, to reading: inout Reading) -> Bool {
    guard let zone else { return true }
    guard case .time(let part, _) = reading.attribute else {
      fail(
        .misplacedZone, at: zone.span, "`\(reading.text)` is not read on a clock",
        notes: ["a time zone goes with `time.weekday`, `.hour`, `.minute` and `.date`"])
      return false
    }
    guard part != .instant else {
      fail(
        .misplacedZone, at: zone.span, "an instant is the same in every time zone",
        notes: ["a time zone goes with `time.weekday`, `.hour`, `.minute` and `.date`"])
      return false
    }
    guard let rule = TimeZoneRule.named(zone.value) else {
      let suggestion = Spelling.suggestion(for: zone.value, among: TimeZoneRule.names)
      fail(
        .unknownTimeZone, at: zone.span, "there is no time zone \"\(zone.value)\"",
        notes: [
          "zones are named as in the IANA database, by their present name: \"Europe/Berlin\"; `UTC` can be left out"
        ],
        help: suggestion.map { "did you mean \"\($0)\"?" }, fix: suggestion.map { .init(zone.span, "\"\($0)\"") })
      return false
    }
    reading.attribute = .time(part, zone: rule)
    return true
  }

  mutating func checkElse(
    _ comparison: Comparison, _ operand: Operand, _ optionals: [Reading], _ subject: Reading
  ) -> Bool {
    guard let otherwise = comparison.otherwise, optionals.isEmpty, calls.isEmpty else { return true }
    let rest = SourceSpan(file: otherwise.span.file, start: operand.span.end, end: otherwise.span.end)
    fail(
      .idleElse, at: otherwise.span, "`\(subject.text)` is never absent: `else` has nothing to say",
      help: "remove it", fix: .init(rest, ""))
    return false
  }
}
