import Testing

@Suite struct TestCommandTests {
  private static let tests = """
    test "who reads" for web {
      GET "/"  from web    => allow by reads
      POST "/" from web    => deny no_rule
      GET "/"  from nobody => reject mtls_required
    }

    test "wrong" for web {
      GET "/" from web => deny no_rule
    }

    """

  @Test func reportsFailuresWithTheirPlace() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService + Self.tests)
    let outcome = try workspace.weir("test")
    #expect(outcome.status == 1)
    #expect(
      outcome.out == """
        web.weir:13: wrong: GET "/" from spiffe://shop.example/ns/web/sa/web: expected deny no_rule, got allow by reads
        3 passed, 1 failed

        """)
    let some = try workspace.weir("test", "--filter", "who", "--junit", "report.xml")
    #expect(some == Outcome(status: 0, out: "3 passed, 0 failed\n", err: ""))
    let report = try workspace.text("report.xml")
    #expect(report.contains(#"<testsuites name="weir" tests="3" failures="0">"#))
    #expect(report.contains(#"name="shop.web: who reads""#))
  }

  @Test func doesNotRunAPolicyWithErrors() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", CheckTests.broken)
    let outcome = try workspace.weir("test")
    #expect(outcome.status == 1)
    #expect(outcome.out.isEmpty)
    #expect(outcome.err.contains("error[E0302]"))
  }
}
