import Testing

/// Mistakes in what routes do: one message each, and a fix that ends it.
@Suite struct RouteErrorTests {
  private func source(_ statements: String, condition: String, more: String = "") -> String {
    """
    module shop.web

    mesh shop { trust_domain "shop.example" }

    header "x-region": String

    service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

    gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

    routes edge {
      route one when \(condition) {
        \(statements)
      }
      otherwise { respond 404 }
    }

    \(more)
    """
  }

  /// The redirect in a route that binds `{id}`, and `{rest...}`.
  private func redirect(_ target: String) -> String {
    source("redirect 302 to \"\(target)\"", condition: #"request.path matches "/u/{id}/{rest...}""#)
  }

  @Test(arguments: [
    "/{path...}", "/{rest...}", "/{id}", "/{id}/{rest...}", "/x/{rest...}/y", "/{id}{rest...}/y", "/u?from={id}",
    "https://shop.example/{path...}", "https://shop.example?u={id}", "https://shop.example#{id}",
    "https://shop.example:8443/{rest...}", "https://shop.example",
  ])
  func redirectsHere(_ target: String) { #expect(checked(redirect(target)).codes == "") }

  @Test(arguments: [
    "https://{id}.shop.example/", "https://{path...}", "https://{id}", "http://shop.example.{id}/",
    "https://shop.example:{id}/", "https://shop{id}.example/", "https://{id}/shop.example", "{path...}", "{rest...}",
    "{id}/x", "//{id}", "//shop.example", "/{rest...}/{id}", "/{path...}/x", "/{rest...}{path...}/{id}",
  ])
  func noRequestChoosesTheHost(_ target: String) { #expect(checked(redirect(target)).codes == "E0423") }

  @Test(arguments: [
    ("https://shop.example{path...}", "https://shop.example/{path...}"),
    ("https://shop.example{rest...}?u={id}", "https://shop.example/{rest...}?u={id}"),
    ("http://shop.example:81{path...}", "http://shop.example:81/{path...}"),
  ])
  func theSlashAfterTheHostIsPutIn(_ target: String, _ corrected: String) {
    let found = checked(redirect(target))
    #expect(found.codes == "E0423")
    #expect(found.fixed(redirect(target)) == redirect(corrected))
    #expect(checked(redirect(corrected)).codes == "")
  }

  @Test(arguments: ["{path...}", "{id}", "//{id}", "https://shop.example/{path...}"])
  func rewritesBeginWithASlash(_ target: String) {
    let text = source(
      "forward to web\n    rewrite path to \"\(target)\"", condition: #"request.path matches "/u/{id}/{rest...}""#)
    #expect(checked(text).codes == "E0423")
  }

  private static let block = """
    headers common {
      set request.header["x-region"] to "eu"
    }
    """

  @Test(arguments: [
    (#"set request.header["x-region"] to "a", set request.header["x-region"] to "b""#, "E0816"),
    (#"set request.header["x-region"] to "a", remove request.header["x-region"]"#, "E0816"),
    (#"remove request.header["x-region"], set request.header["x-region"] to "a""#, "E0816"),
    (#"add "a" to request.header["x-region"], set request.header["x-region"] to "b""#, "E0816"),
    (#"headers common, set request.header["x-region"] to "b""#, "E0816"),
    (#"remove request.header["x-region"], headers common"#, "E0816"),
    (#"set request.header["x-region"] to "a", add "b" to request.header["x-region"]"#, ""),
    (#"remove request.header["x-region"], add "b" to request.header["x-region"]"#, ""),
    (#"set request.header["x-region"] to "a", set response.header["x-region"] to "b""#, ""),
    (#"headers common, add "b" to request.header["x-region"]"#, ""),
  ])
  func noChangeUndoesAnother(_ changes: String, _ code: String) {
    let text = source(
      "forward to web, \(changes)", condition: #"request.path under "/u""#, more: Self.block)
    #expect(checked(text).codes == code)
  }

  @Test func aBlockThatUndoesItselfIsSaidOnce() {
    let block = """
      headers common {
        set request.header["x-region"] to "eu"
        remove request.header["x-region"]
      }
      """
    let text = source("forward to web, headers common", condition: #"request.path under "/u""#, more: block)
    #expect(checked(text).codes == "E0816")
  }

  @Test(arguments: [
    (#"add request.header["x-region"] to "v""#, #"add "v" to request.header["x-region"]"#),
    (#"set "v" to response.header["x-region"]"#, #"set response.header["x-region"] to "v""#),
  ])
  func operandsAreSwapped(_ written: String, _ meant: String) {
    func text(_ change: String) -> String {
      source("forward to web, \(change)", condition: #"request.path under "/u""#)
    }
    let found = checked(text(written))
    #expect(found.codes == "E0426")
    #expect(found.diagnostics.first?.help == "write `\(meant)`")
    #expect(found.fixed(text(written)) == text(meant))
  }

  @Test(arguments: [
    // A host in two tables.
    (
      """
      routes "a.example" { otherwise { respond 404 } }
      routes "a.example" { otherwise { respond 404 } }
      """, "E0711"
    ),
    // A tree that is mounted and not public.
    (
      """
      gateway other { identity "spiffe://shop.example/ns/edge/sa/other", hosts { "b.example" } }
      routes other {
        mount "/a" from shop.web.branches
        otherwise { respond 404 }
      }
      routes branches { otherwise { respond 404 } }
      """, "E0302"
    ),
  ])
  func oneMistakeHasOneMessage(_ more: String, _ code: String) {
    let text = source("forward to web", condition: #"request.path under "/u""#, more: more)
    #expect(checked(text).codes == code)
  }
}
