import HTTPCanonical
import Testing

/// Path, canonical form in strict mode, canonical form in the other mode; `=` where both modes agree.
private let table = GoldenTable(
  #"""
  / / =
  /v1 /v1 =
  /v1/ /v1/ =
  /a/b/c /a/b/c =
  /a-b._~ /a-b._~ =
  /!$&'()*+,=:@ /!$&'()*+,=:@ =
  /UPPER/lower /UPPER/lower =
  # unreserved escapes are decoded, the others keep one spelling
  /%63harges /charges =
  //v1/%63harges /v1/charges =
  /%41%5A%61%7A%30%39 /AZaz09 =
  /%2D%2E%5F%7E /-._~ =
  /%2d%5f%7e /-_~ =
  /%20 /%20 =
  /%3a%40%21%24 /%3A%40%21%24 =
  /a%3Fb /a%3Fb =
  /a%23b /a%23b =
  /a%3Bb /a%3Bb =
  /a%3bb /a%3Bb =
  /..%3B/x /..%3B/x =
  /%5b%5d%7b%7d%7c%5e%60%22%3c%3e /%5B%5D%7B%7D%7C%5E%60%22%3C%3E =
  /%e2%82%ac /%E2%82%AC =
  /caf%c3%a9/x /caf%C3%A9/x =
  /%f0%9f%98%80 /%F0%9F%98%80 =
  /%C2%80 /%C2%80 =
  /%DF%BF /%DF%BF =
  /%E0%A0%80 /%E0%A0%80 =
  /%ED%9F%BF /%ED%9F%BF =
  /%EE%80%80 /%EE%80%80 =
  /%F0%90%80%80 /%F0%90%80%80 =
  /%F4%8F%BF%BF /%F4%8F%BF%BF =
  # slashes and dots
  // / =
  /// / =
  //a /a =
  /a//b /a/b =
  /a///b//c// /a/b/c/ =
  /. / =
  /./ / =
  /./. / =
  /a/. /a/ =
  /a/./b /a/b =
  /a/./ /a/ =
  /a/b/.. /a/ =
  /a/b/../ /a/ =
  /a/../b /b =
  /a/b/../../c /c =
  /a/.. / =
  /a/../ / =
  /a/../.. !path_above_root /
  /%2e / =
  /%2e%2e !path_above_root /
  /%2e%2e/ !path_above_root /
  /a/%2e%2E/b /b =
  /a/.%2e/b /b =
  /a/%2e./b /b =
  /a/%2e/b /a/b =
  /.. !path_above_root /
  /../ !path_above_root /
  /../a !path_above_root /a
  /a/../../b !path_above_root /b
  /./.. !path_above_root /
  /... /... =
  /..a /..a =
  /a.. /a.. =
  /.a/b. /.a/b. =
  /.../..../ /.../..../ =
  /a//.. !path_dots_after_empty_segment /a/
  /a//../b !path_dots_after_empty_segment /a/b
  /a//./../b !path_dots_after_empty_segment /a/b
  /a//b/../../c !path_dots_after_empty_segment /a/c
  /a//b/../c /a/c =
  /a/..//b /b =
  /a/.//b /a/b =
  //.. !path_dots_after_empty_segment /
  //../b !path_dots_after_empty_segment /b
  //../../b !path_dots_after_empty_segment /b
  /a///../../b !path_dots_after_empty_segment /a/b
  # slashes in disguise
  /a%2Fb !path_encoded_slash /a/b
  /a%2fb !path_encoded_slash /a/b
  /%2F !path_encoded_slash /
  /a/..%2f !path_encoded_slash /
  /a/..%2Fb !path_encoded_slash /b
  /a%2F..%2Fb !path_encoded_slash /b
  /a%2F%2Fb !path_encoded_slash /a/b
  /a%2f%2e%2e%2fb !path_encoded_slash /b
  /%2e%2e%2fb !path_encoded_slash /b
  /%2E%2E%2Fetc/passwd !path_encoded_slash /etc/passwd
  /a%5Cb !path_encoded_backslash /a/b
  /a%5cb !path_encoded_backslash /a/b
  /a%5C..%5Cb !path_encoded_backslash /b
  /a\\b !path_backslash /a/b
  /a\\ !path_backslash /a/
  /a\\..\\b !path_backslash /b
  /\\evil.example !path_backslash /evil.example
  /a/\\../b !path_backslash /a/b
  # double encoding
  /%25 /%25 =
  /100%25 /100%25 =
  /%25/41 /%25/41 =
  /%25g1 /%25g1 =
  /%25a /%25a =
  /%254 /%254 =
  /%25%3B41 /%25%3B41 =
  /%252F !path_double_encoding =
  /%252f !path_double_encoding =
  /%2541 !path_double_encoding =
  /%25%34%31 !path_double_encoding =
  /%254%31 !path_double_encoding =
  /%25%341 !path_double_encoding =
  /%25%32%46 !path_double_encoding =
  /%252541 !path_double_encoding =
  /%25%25 /%25%25 =
  /%25%2541 !path_double_encoding =
  /%252e%252e/ !path_double_encoding =
  /%254/../41 /41 =
  /%25%2F41 !path_encoded_slash /%25/41
  # refused in both modes
  /a;b !path_semicolon =
  /a;jsessionid=1/b !path_semicolon =
  /..;/admin !path_semicolon =
  /a;/../b !path_semicolon =
  /a\x00 !path_nul =
  /a%00 !path_nul =
  /a%00.jpg !path_nul =
  /a\x01 !path_control =
  /a\x09b !path_control =
  /a\x0Ab !path_control =
  /a\x0Db !path_control =
  /a\x1F !path_control =
  /a\x7F !path_control =
  /a%01 !path_control =
  /a%0a !path_control =
  /a%0D%0Ab !path_control =
  /a%1f !path_control =
  /a%7F !path_control =
  /a#b !path_fragment =
  /# !path_fragment =
  /% !path_bad_percent =
  /%4 !path_bad_percent =
  /%4/1 !path_bad_percent =
  /%zz !path_bad_percent =
  /%4g !path_bad_percent =
  /%g4 !path_bad_percent =
  /%%34%31 !path_bad_percent =
  /%u0041 !path_bad_percent =
  /%+1 !path_bad_percent =
  /%C3%4 !path_bad_percent =
  /%C3%zz !path_bad_percent =
  /%80 !path_invalid_utf8 =
  /%BF !path_invalid_utf8 =
  /%C3 !path_invalid_utf8 =
  /%C3/%A9 !path_invalid_utf8 =
  /%C3a !path_invalid_utf8 =
  /%C3%41 !path_invalid_utf8 =
  /%C0%AF !path_invalid_utf8 =
  /%C0%AE%C0%AE/ !path_invalid_utf8 =
  /%C1%BF !path_invalid_utf8 =
  /%E0%80%AF !path_invalid_utf8 =
  /%E0%9F%BF !path_invalid_utf8 =
  /%ED%A0%80 !path_invalid_utf8 =
  /%ED%BF%BF !path_invalid_utf8 =
  /%E2%82 !path_invalid_utf8 =
  /%E2%82/ !path_invalid_utf8 =
  /%E2%28%A1 !path_invalid_utf8 =
  /%F0%80%80%AF !path_invalid_utf8 =
  /%F0%8F%BF%BF !path_invalid_utf8 =
  /%F4%90%80%80 !path_invalid_utf8 =
  /%F5%80%80%80 !path_invalid_utf8 =
  /%F8%88%80%80%80 !path_invalid_utf8 =
  /%FE !path_invalid_utf8 =
  /%FF !path_invalid_utf8 =
  /a\x20b !path_forbidden_byte =
  /a"b !path_forbidden_byte =
  /<a !path_forbidden_byte =
  /a> !path_forbidden_byte =
  /[a !path_forbidden_byte =
  /a] !path_forbidden_byte =
  /a^b !path_forbidden_byte =
  /a`b !path_forbidden_byte =
  /{id} !path_forbidden_byte =
  /a|b !path_forbidden_byte =
  /a} !path_forbidden_byte =
  /a?b !path_forbidden_byte =
  /caf\xC3\xA9 !path_forbidden_byte =
  /\x80 !path_forbidden_byte =
  /\xFF !path_forbidden_byte =
  "" !path_not_absolute =
  a !path_not_absolute =
  a/b !path_not_absolute =
  ./a !path_not_absolute =
  ../a !path_not_absolute =
  * !path_not_absolute =
  \\a !path_not_absolute =
  %2Fa !path_not_absolute =
  ?a !path_not_absolute =
  """#)

@Suite struct PathGoldenTests {
  @Test(arguments: table.rows)
  func canonicalForm(row: [String]) throws {
    try #require(row.count == 3, "\(row)")
    let strict = row[1]
    let merged = row[2] == "=" ? strict : row[2]
    #expect(cell(Canonical.path(bytes(row[0]), mode: .strict)) == strict)
    #expect(cell(Canonical.path(bytes(row[0]), mode: .mergeAndDecode)) == merged)
    checkCanonicalInvariants(bytes(row[0]))
  }

  @Test func everyPathReasonIsInTheTable() {
    let shown = Set(table.rows.flatMap { $0 })
    for reason in RejectReason.allCases where reason.code.hasPrefix("path_") && reason != .pathTooLong {
      #expect(shown.contains("!" + reason.code), "\(reason)")
    }
  }

  @Test func lengthIsLimited() {
    let most = CanonicalLimits.pathBytesMax
    let longest = [UInt8(ascii: "/")] + [UInt8](repeating: UInt8(ascii: "a"), count: most - 1)
    #expect(Canonical.path(longest, mode: .strict) == .success(longest))
    #expect(Canonical.path(longest + [UInt8(ascii: "a")], mode: .strict) == .failure(.pathTooLong))
  }

  @Test func aShortScratchIsALimit() {
    let path = Array("/ab".utf8)
    var storage: [UInt8] = [0, 0]
    #expect(throws: RejectReason.pathTooLong) {
      var scratch = storage.mutableSpan
      _ = try CanonicalPath.write(path.span, mode: .strict, into: &scratch)
    }
  }

  @Test(arguments: [
    ("/V1/Charges", true, false, "/v1/charges"),
    ("/V1/", false, true, "/V1"),
    ("/V1/", true, true, "/v1"),
    ("/", true, true, "/"),
    ("/A%C3%89B/", true, true, "/a%C3%89b"),
    ("/A%3B%3AC", true, false, "/a%3B%3Ac"),
    ("/a", false, false, "/a"),
  ])
  func viewsOfAPath(path: String, ignoringCase: Bool, ignoringTrailingSlash: Bool, expected: String) {
    let view = Canonical.pathView(
      Array(path.utf8), ignoringCase: ignoringCase, ignoringTrailingSlash: ignoringTrailingSlash)
    #expect(String(decoding: view, as: UTF8.self) == expected)
    #expect(Canonical.path(view, mode: .strict) == .success(view))
  }
}
