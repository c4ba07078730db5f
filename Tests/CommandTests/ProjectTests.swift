import Testing

/// What `weir new` starts and what `weir doc` says of it.
@Suite struct ProjectTests {
  @Test func aNewProjectPasses() throws {
    let workspace = try Workspace()
    #expect(try workspace.weir("new", "some/shop-2").status == 0)
    for command in [["check", "some"], ["lint", "some"], ["fmt", "--check", "some"], ["test", "some"]] {
      let outcome = try workspace.weir(command)
      #expect(outcome.status == 0, "\(command): \(outcome.out) \(outcome.err)")
    }
    #expect(try workspace.weir("test", "some").out == "7 passed, 0 failed\n")
    #expect(try workspace.weir("new", "some/shop-2").status == 2)
  }

  @Test func aPageNamesRulesRoutesAndTests() throws {
    let workspace = try Workspace()
    _ = try workspace.weir("new", "shop")
    let page = try workspace.weir("doc", "shop").out
    for text in [
      "# `shop.", "| `web` | http |", "## Who may use `api`", "| deny | `debug-pages` |", "## Routes of `edge`",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }
}
