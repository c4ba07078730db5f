import Testing

/// One mistake, one message, the right one.
@Suite struct ExpressionErrorTests {
  @Test(arguments: [
    // Types.
    (#"request.path is 5"#, "E0401"), (#"request.port is "80""#, "E0401"), (#"request.host is request.path"#, "E0401"),
    (#"caller is web.v1"#, "E0302"), (#"request.host is twin"#, "E0401"), (#"caller is office"#, "E0415"),
    (#"request.host in names"#, "E0401"), (#"request.path in names"#, "E0401"),
    (#"token.tenant is token.level"#, "E0401"),
    (#"request.method is Mon"#, "E0410"), (#"time.weekday is GET"#, "E0410"), (#"time.weekday in 1..5"#, "E0401"),
    (#"time in 2026-01-01..2026-01-02"#, "E0401"), (#"token.mfa is 1"#, "E0401"), (#"source.ip in blockedd"#, "E0302"),
    (#"source.ip in revoked"#, "E0401"), (#"caller.account is db"#, "E0401"), (#"request.port is 5s"#, "E0401"),
    (#"request.path is Foo"#, "E0401"), (#"token.groups has 5"#, "E0401"), (#"token.sub is 5%"#, "E0401"),
    // Texts.
    (#"request.host is "*.shop.example""#, "E0404"), (#"request.host is "a b""#, "E0404"),
    (#"request.host is """#, "E0404"),
    (#"request.host is "127.1""#, "E0404"), (#"request.path is "v1""#, "E0405"),
    (#"request.path is "/a/../b""#, "E0405"),
    (#"request.path is "/a%2Fb""#, "E0405"), (#"request.path is "/%61""#, "E0405"),
    (#"request.path is "/a{b}""#, "E0415"),
    (#"request.path is "/{id}""#, "E0415"), (#"request.path is "/a?x=1""#, "E0405"),
    (#"request.path is "/a b""#, "E0405"),
    (#"request.path under "/v1/""#, "E0405"), (#"request.path under "/{x}""#, "E0405"),
    (#"request.path under "v1""#, "E0405"),
    (#"request.path matches "/{a}/{a}""#, "E0406"), (#"request.path matches "/{rest...}/x""#, "E0406"),
    (#"request.path matches "/{A}""#, "E0406"), (#"request.path matches "/x{a}""#, "E0406"),
    (#"request.path matches "/{a""#, "E0406"),
    (#"request.path matches "/a//{x}""#, "E0405"), (#"request.path matches "x/{y}""#, "E0406"),
    (#"caller is "web""#, "E0407"), (#"caller is "spiffe://shop.example""#, "E0407"),
    (#"caller is "spiffe://Shop.example/a""#, "E0407"),
    (#"caller is "spiffe://shop.example/a/""#, "E0407"), (#"caller is "spiffe://shop.example//a""#, "E0407"),
    (#"caller is "spiffe://shop.example/a/{b}""#, "E0415"), (#"caller in { "spiffe://shop.example/{b}" }"#, "E0407"),
    (#"caller is "spiffe://shop.example/a%20b""#, "E0407"),
    (#"source.ip is "10.0.0""#, "E0408"), (#"source.ip in "10.0.0.1/8""#, "E0408"),
    (#"source.ip in { "10.0.0.0/33" }"#, "E0408"),
    (#"source.ip in { "10.0.0.0/x" }"#, "E0408"),
    (#"request.path matches re"(a""#, "E0409"), (#"request.path matches re"^/a$""#, "E0409"),
    (#"request.path matches re"""#, "E0409"),
    (#"request.path matches re"(a|b)*a(a|b){14}""#, "E1102"),
    // Values.
    ("request.port is 0", "E0410"), ("request.port in 0..80", "E0410"), ("time.hour is 24", "E0410"),
    ("time.minute in { 60 }", "E0410"),
    ("request.method is GTE", "E0410"), (#"request.method is "G T""#, "E0410"), ("time.weekday is Monday", "E0410"),
    (#"request.scheme is "ftp""#, "E0410"), (#"caller.trust_domain is "Shop""#, "E0410"),
    (#"caller.account is "a/b""#, "E0410"), (#"request.header["x-region"] is "eu ""#, "E0410"),
    (#"request.header["x-region"] in { "eu", " us" }"#, "E0410"), (#"any request.header["x-tags"] is "a ""#, "E0410"),
    (#"request.cookie["a"] is "a b""#, "E0410"), (#"request.cookie["a"] is "a;b=c""#, "E0410"),
    (#"region(request.header["x-region"])"#, "E0410"),
    (#"time.hour in "Mars/Base" in 6..20"#, "E0411"),
    (#"time in "UTC" in 2026-01-01T00:00:00Z..2026-01-02T00:00:00Z"#, "E0412"),
    (#"request.host in "UTC" is "a""#, "E0412"),
    // Conditions.
    ("request.path", "E0413"), ("token.mfa", "E0413"), ("token", "E0413"), ("true", "E0413"),
    ("not token.mfa", "E0413"),
    ("web", "E0413"), ("pages", "E0413"), ("pages(request.path) is true", "E0413"),
    ("request.path is pages(request.path)", "E0413"),
    ("source.ip in { }", "E0414"), ("request.method in { }", "E0414"),
    (#"request.path in "/a""#, "E0415"), ("request.path is { \"/a\" }", "E0415"),
    (#"source.ip is "10.0.0.0/8""#, "E0415"),
    ("caller in web", "E0415"), (#"token.groups is "a""#, "E0415"), (#"token.groups in { "a" }"#, "E0415"),
    (#"request.path has "a""#, "E0415"),
    (#"request.host under "/a""#, "E0415"), (#"request.port matches re"8.""#, "E0415"),
    (#"caller matches re"a""#, "E0415"),
    (#"token.sub matches "a""#, "E0415"), ("token is \"a\"", "E0415"), ("token.mfa in { true }", "E0415"),
    ("time.hour is 6..20", "E0415"), ("token.sub in token.tenant", "E0415"), ("source.ip in blocked.x", "E0602"),
    (#"request.method is "GET""#, "E0416"), (#"request.method is "get""#, "E0416"),
    ("token.sub is not present", "E0416"),
    ("token.sub is not absent", "E0416"), (#"request.header["X-Region"] is present"#, "E0416"),
    // Functions.
    ("pages()", "E0419"), ("pages(request.path, 1)", "E0419"), ("pages(request.host)", "E0401"),
    (#"pages("/a")"#, "E0421"),
    (#"any pages(request.path)"#, "E0413"), ("web(request.path)", "E0306"), ("page(request.path)", "E0302"),
    (#"pages(request.header["x-tags"])"#, "E0502"), ("under_any(request.path, request.path)", "E0422"),
    // Subjects.
    (#""a" is "a""#, "E0421"), ("web is caller", "E0421"), (#""/a" in names"#, "E0421"),
    ("request.host is request.host", "E0421"),
    ("token.groups has token.groups", "E0401"), ("request.path matches request.path", "E0422"),
    ("request.path under request.path", "E0422"),
    (#"request.path matches "/{x}" and caller matches "spiffe://a.b/{x}""#, "E0424"),
    // Repeated values.
    (#"request.header["x-tags"] is "a""#, "E0502"), (#"request.header["x-tags"] has "a""#, "E0502"),
    (#"token.sub is request.header["x-tags"]"#, "E0502"), ("any caller is web", "E0503"),
    (#"all token.groups is "a""#, "E0503"),
    (#"any request.header["x-tags"] is present"#, "E0503"),
    ("request.method is GET else true", "E0504"), ("token.sub is present else true", "E0504"),
    ("request.path is present", "E0505"),
    ("caller is present", "E0505"), ("caller.trust_domain is absent", "E0505"),
    // Attributes.
    ("request is present", "E0602"), ("request.metod is GET", "E0602"), ("requst.path is \"/a\"", "E0602"),
    ("request.path.x is \"a\"", "E0602"),
    (#"request.header is "a""#, "E0602"), (#"request.path["a"] is "a""#, "E0602"), (#"request["a"] is "a""#, "E0602"),
    ("caller.name is \"a\"", "E0602"), ("time.day is 5", "E0602"), ("source is present", "E0602"),
    (#"request.cookie["a b"] is "a""#, "E0602"),
    (#"request.query[""] is "a""#, "E0602"), (#"request.header["x-regoin"] is "eu""#, "E0308"),
    ("response.status is 200", "E0601"),
    ("token.emial is present", "E0604"), ("token.tenat is present", "E0604"), ("token.sub is capture.id", "E0605"),
    (#"request.path matches "/{x}" or token.sub is capture.x"#, "E0605"),
    (#"request.path not matches "/{x}" and token.sub is capture.x"#, "E0605"),
    (#"(request.path matches "/a/{x}" or request.path matches "/b/{x}") and token.sub is capture.x"#, "E0605"),
    (#"owner(request.path) and token.sub is capture.id"#, "E0605"),
    // Lints.
    ("request.method in { GET, GET }", "W1102"), (#"request.host in { "A.example", "a.example" }"#, "W1102"),
    (#"token.sub is "a" else false"#, "W1101"),
  ])
  func reports(_ condition: String, _ code: String) {
    let mesh = Mesh(
      declarations: """
        fn pages(path: Path): Bool = path under "/a"
        fn under_any(path: Path, top: Path): Bool = path under top
        fn owner(path: Path): Bool = path matches "/u/{id}"
        fn region(name: String?): Bool = name is "eu "
        let names = { "a", "b" }
        let office: Set<CIDR> = { "10.0.0.0/8" }
        """)
    let program = mesh.check(condition)
    #expect(program.codes == code)
    // A fix that can be applied by machine ends the finding.
    if let fixed = program.fixed(mesh.source(condition)) {
      let again = checked(fixed)
      #expect(!again.diagnostics.contains { $0.kind.code == code }, "\(fixed.split(separator: "\n").last ?? "")")
    }
  }

  @Test(arguments: [
    ("let a: Set<CIDR> = b\nlet b: Set<CIDR> = a", "E0417"), ("let a = b", "E0302"), ("let a = GET", "E0403"),
    ("let a = { GET }", "E0403"),
    ("let a: Regex = re\"a\"", "E0402"), ("let a: String? = \"a\"", "E0402"),
    ("let a: Set<Set<String>> = { }", "E0402"),
    ("let a: Set = { \"a\" }", "E0402"), ("let a: String<Int> = \"a\"", "E0402"), ("let a = { }", "E0414"),
    ("let a: Set<Host> = { }", "E0414"),
    ("let a: Path = \"/a/../b\"", "E0405"), ("let a: Status = 700", "E0410"), ("let a: Destination = web.v9", "E0302"),
    ("let a: Destination = jobs", "E0306"), ("let a: Int = request.port", "E0422"),
    ("let a: Set<Destination> = { web }", "E0402"),
    ("let a = { \"a\", 5 }", "E0401"), ("let a: Host = \"a.example:1\"", "E0404"),
    ("let a: Set<Weekday> = { Mon, Thr }", "E0410"),
    ("fn f(x: Path): Bool = f(x)", "E0417"), ("fn f(x: Path): Path = x is \"/a\"", "E0402"),
    ("fn f(x: Path): Bool = request.path is x", "E0418"),
    ("fn f(x: Path, y: Path): Bool = x is \"/a\"", "E0420"), ("fn f(x: Path, x: Path): Bool = x is \"/a\"", "E0304"),
    ("fn f(x: Path): Bool = x is present", "E0505"), ("fn f(x: Path): Bool = x is \"/a\" else true", "E0504"),
    ("fn f(x: Duration): Bool = x is 5s", "E0402"), ("fn f(x: Path): Bool = x", "E0413"),
    ("fn f(x: Identity): Bool = x.account is \"a\"", "E0418"),
    ("fn f(x: Path): Bool = y is \"/a\"", "E0302"), ("fn f(x: Path): Bool = any x is \"/a\"", "E0503"),
    ("fn f(x: Path): Bool = x is \"a\"", "E0405"), ("fn f(x: Bool): Bool = x", "E0413"),
  ])
  func reportsDeclarations(_ declaration: String, _ code: String) {
    let program = Mesh(declarations: declaration).check("request.method is GET")
    #expect(program.codes.split(separator: " ").filter { !$0.hasPrefix("W100") }.joined(separator: " ") == code)
  }

  @Test(arguments: [
    ("request.path is \"/a\"", "E0601"), ("token.sub is present", "E0601"),
    ("request.client_ip is \"10.0.0.1\"", "E0601"),
    ("sni is \"db.shop.example\"", ""), ("caller is web", ""),
    (#"caller matches "spiffe://a.b/{x}" and sni is capture.x"#, "E0401"),
  ])
  func knowsTheLayer(_ condition: String, _ code: String) {
    #expect(Mesh(scope: "authz db").codes(condition) == code)
  }

  @Test func tokensNeedAnIssuer() { #expect(Mesh(scope: "authz web").codes("token.sub is present") == "E0603") }

  @Test func largeConditionsAreRefused() {
    let one = (0..<64).map { "path under \"/p\($0)\"" }.joined(separator: " or ")
    let mesh = Mesh(
      declarations: """
        fn a(path: Path): Bool = \(one)
        fn b(path: Path): Bool = \(Array(repeating: "a(path)", count: 64).joined(separator: " or "))
        fn c(path: Path): Bool = b(path) or path is "/"
        """)
    #expect(mesh.codes("b(request.path)") == "")
    #expect(mesh.codes("c(request.path)") == "E1101")
    #expect(mesh.codes("c(request.path) or c(request.path)") == "E1101")
  }

  /// Each calls the one before it twice: whole, the last would have 2^60 tests.
  @Test(arguments: [
    ("value is \"a\"", "f60(caller.account)", "E1101"), ("value is \"a\"", "not f60(caller.account)", "E1101"),
    // Of constants nothing is left in the condition, and of mistakes there is one.
    ("value is absent", "f60(caller.trust_domain)", "E1101"), ("value is \"a\"", "f60(\"a\")", "E0421"),
  ])
  func whatDoublesEndsAtOnce(_ body: String, _ condition: String, _ code: String) {
    let doubling = (1...60).map { "fn f\($0)(value: String?): Bool = f\($0 - 1)(value) or f\($0 - 1)(value)" }
    let mesh = Mesh(
      declarations: (["fn f0(value: String?): Bool = \(body)"] + doubling).joined(separator: "\n"))
    #expect(mesh.codes(condition) == code)
  }

  /// Tests are counted a condition, not a program.
  @Test func manyFunctionsAreNotTooMany() {
    let one = (0..<64).map { "path under \"/p\($0)\"" }.joined(separator: " or ")
    let mesh = Mesh(declarations: (0..<80).map { "fn f\($0)(path: Path): Bool = \(one)" }.joined(separator: "\n"))
    #expect(!mesh.codes("f79(request.path)").contains("E1101"))
  }
}
