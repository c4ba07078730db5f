import HTTPCanonical
import Testing
import WeirJSON
import WeirPolicy
import WeirRequest
import WeirSource

@Suite struct ExplainTests {
  @Test func printsEveryPage() throws {
    let workspace = try Workspace()
    let list = try workspace.weir("explain", "--list")
    #expect(list.status == 0)
    #expect(list.lines == Catalog.all.map { "\($0.code)  \($0.title)" })
    let page = try workspace.weir("explain", "e0302")
    #expect(page.status == 0)
    #expect(page.out.hasPrefix("E0302: unknown name\n\n"))
    #expect(page.out.contains("\nRefused:\n\n    module "))
    #expect(page.out.contains("\nAccepted:\n\n    module "))
  }

  @Test func listsEveryRejectCode() throws {
    let workspace = try Workspace()
    let list = try workspace.weir("explain", "--list", "reject")
    #expect(list.status == 0)
    let codes = list.lines.map { String($0.prefix { $0 != " " }) }
    #expect(
      codes == RejectReason.allCases.map(\.rawValue) + DecisionReject.allCases.map(\.rawValue)
        + TokenError.allCases.map(\.rawValue))
    #expect(Set(codes).count == codes.count)
    let page = try workspace.weir("explain", "path_nul")
    #expect(page.out.hasPrefix("path_nul: "))
    #expect(page.out.contains("answered with 400"))
  }

  @Test func speaksInTheWordsOfTheRules() throws {
    let workspace = try Workspace()
    try workspace.write(
      "web.weir",
      webService.replacing(
        "caller is web and request.method is GET",
        with: """
          caller in { web, "spiffe://shop.example/ns/web/sa/bot" } and time.weekday in { Sat, Sun }
            and request.header["accept"] is present
          """))
    let request = #"{"service":"web","caller":"spiffe://shop.example/ns/web/sa/cart","method":"PUT","path":"/a"}"#
    let told = try workspace.weir("explain", ".", "--request", request).out
    #expect(told.contains(#"does not hold: caller in { web, "spiffe://shop.example/ns/web/sa/bot" }, "#), "\(told)")
    #expect(told.contains("cannot be decided: time.weekday in { Sat, Sun }, "), "\(told)")
    #expect(told.contains(#"does not hold: request.header["accept"] is present, "#), "\(told)")
  }

  @Test func saysWhatRulesDoNotLookAtInAPath() throws {
    let workspace = try Workspace()
    try workspace.write(
      "web.weir",
      webService.replacing(
        "protocol http, ", with: "protocol http, paths case_insensitive, trailing_slash ignored, "))
    let request = #"{"service":"web","caller":"spiffe://shop.example/ns/web/sa/web","method":"GET","path":"/A/"}"#
    let told = try workspace.weir("explain", ".", "--request", request).out
    #expect(told.contains("as the rules see it: /A/, without regard to case and a final slash\n"), "\(told)")
  }

  @Test func aPolicyIsNoCode() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService)
    let outcome = try workspace.weir("explain", ".")
    #expect(outcome.status == 2)
    #expect(outcome.err.contains("--request REQUEST"))
  }

  @Test func knowsTheCodesOfTheGateway() throws {
    for (code, text) in [
      ("needs_restart", "A key that only a restart changes"), ("older_generation", "Its generation is less"),
      ("discovery", "A service has no endpoints"), ("duplicate_key", "A key occurs twice"),
    ] {
      let page = try Workspace().weir("explain", code)
      #expect(page.status == 0 && page.out.hasPrefix("\(code): \(text)"), "\(page.out)\(page.err)")
    }
    #expect(try Workspace().weir("explain", "need_restart").err.hasSuffix("did you mean needs_restart?\n"))
  }

  @Test func suggestsANearCode() throws {
    let outcome = try Workspace().weir("explain", "path_null")
    #expect(outcome.err == "weir: no code is named path_null; did you mean path_nul?\n")
  }

  @Test func tellsWhatTheNearestMissLacks() throws {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService)
    let request = #"{"service":"web","caller":"spiffe://shop.example/ns/web/sa/cart","method":"PUT","path":"/a"}"#
    let outcome = try workspace.weir("explain", ".", "--request", request)
    #expect(outcome.status == 0)
    #expect(
      outcome.out == """
        deny no_rule
        as the rules see it: /a

        web
          allow  reads  web.weir:5  fails at web.weir:5:30
          nearest miss: allow reads, web.weir:5
            does not hold: caller is web, web.weir:5:30
            does not hold: request.method is GET, web.weir:5:48

        """)
    try workspace.write("request.json", request)
    let json = try JSONValue(
      parsing: Array(try workspace.weir("explain", ".", "--request", "request.json", "--format", "json").out.utf8))
    guard case .array(let scopes)? = json["explain"], case .array(let failing)? = scopes.first?["failing"] else {
      Issue.record("\(json.text)")
      return
    }
    #expect(failing.map { $0["place"] } == [.string("web.weir:5:30"), .string("web.weir:5:48")])
    #expect(try workspace.weir("explain", ".", "--request", "{}").status == 2)
    for blank in ["", " ", "[1]", "\"GET\""] {
      let outcome = try workspace.weir("explain", ".", "--request", blank)
      #expect(outcome.status == 2)
      #expect(outcome.err.hasPrefix("weir: the request: ") && outcome.err.hasSuffix("]\n"), "\(outcome.err)")
    }
  }
}
