/// What stands where a number begins: its kind, its value, its end, and what is wrong with it, if anything.
///
/// The lexer scans for kind and problem, the parser once more for the value: no table of values has to be kept.
struct ScannedNumber {
  enum Problem {
    case tooLarge, leadingZero, decimals, negative, notADate, notATime
    case unknownUnit(String, suggestion: String?)
  }

  /// `.invalid` where the kind cannot be told.
  var kind: TokenKind = .int
  /// On a problem, some value of the right kind: the parser goes on with it.
  var quantity: Quantity = .int(0)
  /// Byte offset.
  var end: Int
  var problem: Problem?

  /// `text[start]` is a digit, or a sign before one.
  /// Complexity: O(length of the token).
  init(_ text: [UInt8], at start: Int) {
    end = start
    let negative = text[start] == UInt8(ascii: "-")
    if negative { end += 1 }
    let digits = end
    var whole = scanDigits(text)
    if !negative, end - digits == 4, text.has(UInt8(ascii: "-"), at: end), text.digit(at: end + 1) {
      scanDate(text, from: start)
      return
    }
    if end - digits > 1, text[digits] == UInt8(ascii: "0") { problem = .leadingZero }
    if text.has(UInt8(ascii: "."), at: end), text.digit(at: end + 1) {
      scanDecimals(text, whole: whole)
      return
    }
    if negative {
      whole = whole.map { -$0 }
    }
    if text.has(UInt8(ascii: "%"), at: end) {
      end += 1
      set(.percent, times: 100, whole) { .percent($0) }
    } else if text.has(UInt8(ascii: "/"), at: end), text.letter(at: end + 1) {
      end += 1
      scanRate(text, count: whole)
    } else if text.letter(at: end) || text.has(UInt8(ascii: "_"), at: end) {
      scanUnit(text, whole: whole)
    } else {
      set(.int, times: 1, whole) { .int($0) }
    }
    if negative, kind != .int, kind != .invalid { problem = .negative }
  }

  /// Digits alone, as in the prefix `/24`.
  init(digitsOf text: [UInt8], at start: Int) {
    end = start
    let whole = scanDigits(text)
    set(.prefix, times: 1, whole) { .int($0) }
    if end - start > 1, text[start] == UInt8(ascii: "0") { problem = .leadingZero }
  }

  /// `nil` when the number does not fit.
  private mutating func scanDigits(_ text: [UInt8]) -> Int64? {
    var value: Int64? = 0
    while text.digit(at: end) {
      let digit = Int64(text[end] - UInt8(ascii: "0"))
      if let current = value {
        let (product, tooBig) = current.multipliedReportingOverflow(by: 10)
        let (sum, overflow) = product.addingReportingOverflow(digit)
        value = tooBig || overflow ? nil : sum
      }
      end += 1
    }
    return value
  }

  private mutating func set(
    _ kind: TokenKind, times factor: Int64, _ whole: Int64?, _ quantity: (Int64) -> Quantity
  ) {
    self.kind = kind
    let (value, overflow) = (whole ?? 0).multipliedReportingOverflow(by: factor)
    if whole == nil || overflow {
      problem = .tooLarge
      self.quantity = quantity(0)
    } else {
      self.quantity = quantity(value)
    }
  }

  private mutating func scanDate(_ text: [UInt8], from start: Int) {
    while end < text.count, text[end].isDigit || text[end] == UInt8(ascii: "-") { end += 1 }
    guard text.has(UInt8(ascii: "T"), at: end) else {
      kind = .date
      let days = Calendar.date(text[start..<end])
      quantity = .date(days ?? 0)
      if days == nil { problem = .notADate }
      return
    }
    while end < text.count,
      text[end].isDigit || text[end].isLetter || text[end] == UInt8(ascii: ":") || text[end] == UInt8(ascii: "-")
        || text[end] == UInt8(ascii: "+") || (text[end] == UInt8(ascii: ".") && text.digit(at: end + 1))
    { end += 1 }
    kind = .time
    let seconds = Calendar.time(text[start..<end])
    quantity = .time(seconds ?? 0)
    if seconds == nil { problem = .notATime }
  }

  /// `0.25%`: the only number with decimals, at most two of them.
  private mutating func scanDecimals(_ text: [UInt8], whole: Int64?) {
    end += 1
    let first = end
    let fraction = scanDigits(text)
    let count = end - first
    guard text.has(UInt8(ascii: "%"), at: end), count <= 2 else {
      kind = .invalid
      problem = .decimals
      while end < text.count, text[end].continuesWord || text[end] == UInt8(ascii: "%") { end += 1 }
      return
    }
    end += 1
    set(.percent, times: 100, whole) { .percent($0) }
    if case .percent(let value) = quantity, let fraction {
      let (sum, overflow) = value.addingReportingOverflow(count == 1 ? fraction * 10 : fraction)
      quantity = .percent(overflow ? value : sum)
      if overflow { problem = .tooLarge }
    }
  }

  private mutating func scanRate(_ text: [UInt8], count: Int64?) {
    let unit = scanWord(text)
    guard let known = Units.rates.first(where: { $0.name == unit }) else {
      kind = .invalid
      problem = .unknownUnit("/" + unit, suggestion: Units.ratesElsewhere[unit.lowercased()].map { "/" + $0 })
      return
    }
    set(.rate, times: 1, count) { .rate(count: $0, perNanoseconds: known.value) }
  }

  private mutating func scanUnit(_ text: [UInt8], whole: Int64?) {
    let unit = scanWord(text)
    if let known = Units.durations.first(where: { $0.name == unit }) {
      set(.duration, times: known.value, whole) { .duration($0) }
    } else if let known = Units.sizes.first(where: { $0.name == unit }) {
      set(.size, times: known.value, whole) { .size($0) }
    } else {
      kind = .invalid
      problem = .unknownUnit(unit, suggestion: Units.elsewhere[unit.lowercased()])
    }
  }

  private mutating func scanWord(_ text: [UInt8]) -> String {
    let start = end
    while end < text.count, text[end].continuesWord { end += 1 }
    return String(decoding: text[start..<end], as: UTF8.self)
  }
}

extension [UInt8] {
  func has(_ byte: UInt8, at index: Int) -> Bool { index < count && self[index] == byte }
  func digit(at index: Int) -> Bool { index < count && self[index].isDigit }
  func letter(at index: Int) -> Bool { index < count && self[index].isLetter }
}
