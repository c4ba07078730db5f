import HTTPCanonical
import Testing

private let names = GoldenTable(
  #"""
  Host host
  X-Region x-region
  !#$%&'*+-.^_`|~09azAZ !#$%&'*+-.^_`|~09azaz
  "" !header_name_empty
  :path !header_name_forbidden_byte
  x\x20y !header_name_forbidden_byte
  x: !header_name_forbidden_byte
  x\x00 !header_name_forbidden_byte
  x\xC3\xA9 !header_name_forbidden_byte
  x/y !header_name_forbidden_byte
  (x) !header_name_forbidden_byte
  "x" !header_name_forbidden_byte
  """#)

private let values = GoldenTable(
  #"""
  "" ""
  eu eu
  \x20\x09eu\x09\x20 eu
  \x20\x09 ""
  a\x20b\x09c a\x20b\x09c
  EU EU
  \xC3\xA9 \xC3\xA9
  \xFF \xFF
  a\x00b !header_value_nul
  a\x0Db !header_value_line_break
  a\x0Ab !header_value_line_break
  a\x0D\x0A\x20b !header_value_line_break
  a\x0A !header_value_line_break
  a\x01 !header_value_control
  a\x1F !header_value_control
  a\x7F !header_value_control
  """#)

/// A `Cookie` line and the values of the cookie `beta`.
private let cookies = GoldenTable(
  #"""
  ""
  beta=1 1
  a=1;\x20beta=2 2
  a=1;beta=2 2
  a=1;\x20\x20\x09beta=2 2
  beta=1;\x20beta=2 1 2
  beta= ""
  beta="" ""
  beta="1" 1
  beta=a=b a=b
  Beta=1
  beta2=1
  beta=%3B,x !cookie_malformed
  beta=%3B %3B
  beta !cookie_malformed
  =1 !cookie_malformed
  a=1; !cookie_malformed
  a=1;\x20 !cookie_malformed
  ;beta=1 !cookie_malformed
  a=1;;beta=1 !cookie_malformed
  a="x;\x20beta=1" !cookie_malformed
  a="x !cookie_malformed
  a=x"y !cookie_malformed
  a="x"y !cookie_malformed
  a=1\x20beta=2 !cookie_malformed
  a=1,beta=2 !cookie_malformed
  a=\\x !cookie_malformed
  a\x20=1 !cookie_malformed
  a=\xC3\xA9 !cookie_malformed
  $Version=1;beta=1 1
  """#)

@Suite struct HeaderGoldenTests {
  @Test(arguments: names.rows)
  func name(row: [String]) {
    #expect(cell(Canonical.headerName(bytes(row[0]))) == row[1])
  }

  @Test(arguments: values.rows)
  func value(row: [String]) {
    #expect(cell(Canonical.headerValue(bytes(row[0]))) == row[1])
  }

  @Test(arguments: cookies.rows)
  func cookie(row: [String]) {
    let line = bytes(row[0])
    let name = Array("beta".utf8)
    let found = Result { () throws(RejectReason) in try CanonicalHeader.cookie(named: name.span, in: line.span) }
    switch Canonical.cookieValues(of: name, in: line) {
    case .failure(let reason):
      #expect(row.dropFirst() == ["!" + reason.code])
      #expect(found == .failure(reason))
    case .success(let values):
      #expect(values == row.dropFirst().map(bytes))
      switch values.count {
      case 0: #expect(found == .success(.absent))
      case 1: #expect(found.map { $0 != .absent && $0 != .repeated } == .success(true))
      default: #expect(found == .success(.repeated))
      }
    }
  }

  @Test func lengthsAreLimited() {
    func text(_ count: Int) -> [UInt8] { [UInt8](repeating: UInt8(ascii: "a"), count: count) }
    let nameMax = CanonicalLimits.headerNameBytesMax
    #expect(Canonical.headerName(text(nameMax)) == .success(text(nameMax)))
    #expect(Canonical.headerName(text(nameMax + 1)) == .failure(.headerNameTooLong))
    let valueMax = CanonicalLimits.headerValueBytesMax
    #expect(Canonical.headerValue([0x20] + text(valueMax)) == .success(text(valueMax)))
    #expect(Canonical.headerValue(text(valueMax + 1)) == .failure(.headerValueTooLong))
  }

  @Test func numberOfFieldsIsLimited() throws {
    var budget = HeaderBudget()
    for _ in 0..<CanonicalLimits.headerFieldsMax { try budget.add(nameBytes: 1, valueBytes: 1) }
    #expect(throws: RejectReason.headerTooManyFields) { try budget.add(nameBytes: 1, valueBytes: 1) }
  }

  @Test func sizeOfTheSectionIsLimited() throws {
    var budget = HeaderBudget()
    try budget.add(nameBytes: 10, valueBytes: CanonicalLimits.headerSectionBytesMax - 10)
    #expect(throws: RejectReason.headerSectionTooLarge) { try budget.add(nameBytes: 1, valueBytes: 0) }
    try budget.add(nameBytes: 0, valueBytes: 0)
    var other = HeaderBudget()
    #expect(throws: RejectReason.headerSectionTooLarge) { try other.add(nameBytes: 1, valueBytes: .max) }
  }
}
