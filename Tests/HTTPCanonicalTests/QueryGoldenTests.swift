import HTTPCanonical
import Testing

/// Query and what becomes of it; `=` where it is kept.
private let queries = GoldenTable(
  #"""
  "" =
  x=1 =
  x=1&y=2 =
  x=%7E%2f%c3 =
  a/b?c =
  !$&'()*+,;=:@-._~ =
  x=%0A =
  x=%E9 =
  x=%2500 =
  x=%00 !query_nul
  x=\x00 !query_nul
  x=\x0A !query_control
  x=\x7F !query_control
  x#y !query_fragment
  x=% !query_bad_percent
  x=%4 !query_bad_percent
  x=%zz !query_bad_percent
  x=\x20 !query_forbidden_byte
  x[0]=1 =
  x="1" !query_forbidden_byte
  x=a|b =
  x=\\ =
  x=\xC3\xA9 !query_forbidden_byte
  """#)

/// Query and the values of the parameter `x`.
private let parameters = GoldenTable(
  #"""
  ""
  y=1
  x=1 1
  x ""
  x= ""
  x=1&x=2 1 2
  x=1&%78=2 1 2
  &&x=1&& 1
  y=1&x=2&z=3 2
  x=a=b a=b
  x=a%26b a&b
  x=a%3Db a=b
  x%3D1=2
  x=a+b a+b
  x=a%20b a\x20b
  x=%c3%A9 \xC3\xA9
  y=1;x=2
  xx=1&X=2
  =1
  x;y=1
  """#)

@Suite struct QueryGoldenTests {
  @Test(arguments: queries.rows)
  func check(row: [String]) throws {
    try #require(row.count == 2, "\(row)")
    #expect(cell(Canonical.query(bytes(row[0]))) == (row[1] == "=" ? row[0] : row[1]))
    checkCanonicalInvariants(bytes(row[0]))
  }

  @Test(arguments: parameters.rows)
  func valuesOfOneParameter(row: [String]) throws {
    let query = bytes(row[0])
    let expected = row.dropFirst().map(bytes)
    let values = try Canonical.queryValues(of: Array("x".utf8), in: query).get()
    #expect(values == Array(expected))

    let name = Array("x".utf8)
    switch CanonicalQuery.parameter(named: name.span, in: query.span) {
    case .absent: #expect(expected.isEmpty)
    case .once(let range): #expect(expected.count == 1 && range.upperBound <= query.count)
    case .repeated: #expect(expected.count > 1)
    }
  }

  @Test func lengthIsLimited() {
    let longest = [UInt8](repeating: UInt8(ascii: "a"), count: CanonicalLimits.queryBytesMax)
    #expect(Canonical.query(longest) == .success(longest))
    #expect(Canonical.query(longest + longest) == .failure(.queryTooLong))
  }
}
