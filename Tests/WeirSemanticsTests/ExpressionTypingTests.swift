import Testing

/// What conditions mean: one row a construct.
@Suite struct ExpressionTypingTests {
  @Test(arguments: [
    // Literals take their type from the other side.
    ("request.method is GET", "method = 'GET'"),
    (#"request.method in { "PURGE", POST, GET }"#, "method in {'GET' 'POST' 'PURGE'}"),
    ("request.method not in { GET }", "method not in {'GET'}"),
    (#"request.scheme is "https""#, "scheme = 'https'"),
    (#"request.host is "Shop.Example.""#, "host = 'shop.example'"),
    (#"request.host in { "B.example", "a.example" }"#, "host in {'a.example' 'b.example'}"),
    (#"request.host is "[FD00::1]""#, "host = '[fd00::1]'"),
    ("request.port is 8080", "port = 8080"),
    ("request.port in { 80, 8000..8010, 8005..8080 }", "port in {80..80 8000..8080}"),
    (#"request.path is "/v1""#, "path = '/v1'"),
    (#"request.path under "/v1""#, "path under /v1"),
    (#"request.path not under "/""#, "path not under /"),
    (#"request.path matches "/orders/{id}/{rest...}""#, "path ~ /orders/{id}/{rest...}"),
    (#"request.path matches "/orders/{}/{...}""#, "path ~ /orders/{}/{...}"),
    (#"request.path matches re"/a|/b""#, "path ~ re/a|/b"),
    (#"request.host matches re"[a-z]+\.shop\.example""#, #"host ~ re[a-z]+\.shop\.example"#),
    (#"request.client_ip is "10.0.0.1""#, "client = 10.0.0.1"),
    (#"source.ip is "::ffff:10.0.0.1""#, "source = 10.0.0.1"),
    (#"source.ip in "10.0.0.0/8""#, "source in {10.0.0.0/8}"),
    (#"source.ip in { "fd00::/8", "10.0.0.1", "10.0.0.0/8" }"#, "source in {10.0.0.0/8 10.0.0.1/32 fd00::/8}"),
    (#"source.ip in { "10.0.0.2", "10.0.0.1" }"#, "source in {10.0.0.1 10.0.0.2}"),
    ("source.ip in blocked", "source in data1"),
    ("source.port in 1024..65535", "sourceport in {1024..65535}"),
    (#"sni is "Db.Shop.Example""#, "sni = 'db.shop.example'"),
    ("sni is request.host", "sni = host"),
    // Callers.
    ("caller is twin", "caller in {'spiffe://shop.example/ns/twin/sa/a' 'spiffe://shop.example/ns/twin/sa/b'}"),
    ("caller is db", "caller = 'spiffe://shop.example/ns/data/sa/db'"),
    ("caller is jobs", "caller ~ spiffe://shop.example/jobs/{}".replacing("/jobs", with: "/ns/jobs/sa")),
    (
      "caller in { db, jobs }",
      "caller ~ {spiffe://shop.example/ns/jobs/sa/{} 'spiffe://shop.example/ns/data/sa/db'}"
    ),
    (#"caller is "spiffe://a.example/x""#, "caller = 'spiffe://a.example/x'"),
    (#"caller matches "spiffe://a.example/ns/{ns}/{...}""#, "caller ~ spiffe://a.example/ns/{ns}/{...}"),
    ("caller not in revoked", "caller not in data0"),
    (#"caller.trust_domain is "shop.example""#, "domain = 'shop.example'"),
    (#"caller.namespace in { "b", "a" }"#, "namespace in {'a' 'b'}"),
    // Tokens.
    ("token is present", "token0 present"),
    ("token.sub is absent", "claim0.sub not present"),
    ("token.mfa is true", "claim0.mfa = 1"),
    ("token.level in 1..3", "claim0.level in {1..3}"),
    (#"token.groups has "admin""#, "claim0.groups has 'admin'"),
    (#"token.aud has "shop""#, "claim0.aud has 'shop'"),
    ("token.groups has token.tenant", "claim0.groups has claim0.tenant"),
    ("token.tenant in token.groups", "claim0.tenant in claim0.groups"),
    ("token.since in 2026-01-01T00:00:00Z..2026-01-02T00:00:00Z", "claim0.since in {1767225600..1767312000}"),
    // Repeated values.
    (
      #"request.query["q"] is "1" and caller is db"#, "(query.q = '1' & caller = 'spiffe://shop.example/ns/data/sa/db')"
    ),
    (#"any request.header["x-tags"] is "a""#, "any header.x-tags = 'a'"),
    (#"any request.header["x-tags"] is not "a""#, "any header.x-tags not = 'a'"),
    (#"all request.header["x-region"] matches re"eu-.*""#, "all header.x-region ~ reeu-.*"),
    (#"request.header["x-tags"] is present"#, "any header.x-tags present"),
    (#"request.header["x-count"] in 1..5"#, "header.x-count in {1..5}"),
    // The clock.
    ("time.weekday in { Sun, Mon }", "weekday in {1 7}"),
    ("time.weekday is Sat", "weekday = 6"),
    (#"time.hour in "Europe/Berlin" in 6..20"#, "hour@Europe/Berlin in {6..20}"),
    (#"time.date in "UTC" is 2026-12-24"#, "date@UTC = 20811"),
    ("time.date in 2026-12-24..2026-12-26", "date in {20811..20813}"),
    ("time in 2026-01-01T00:00:00Z..2026-01-01T00:00:09Z", "instant in {1767225600..1767225609}"),
    // Captures.
    (
      #"request.path matches "/u/{id}" and token.sub is capture.id"#,
      "(path ~ /u/{id} & claim0.sub = capture.id@path/u/{id}segment(1))"
    ),
    (
      #"(token.sub is capture.id or token.tenant is capture.id) and request.path matches "/u/{id}""#,
      "((claim0.sub = capture.id@path/u/{id}segment(1) | claim0.tenant = capture.id@path/u/{id}segment(1)) & path ~ /u/{id})"
    ),
    (
      #"caller matches "spiffe://a.b/{rest...}" and request.cookie["c"] is capture.rest"#,
      "(caller ~ spiffe://a.b/{rest...} & cookie.c = capture.rest@callerspiffe://a.b/{rest...}rest)"
    ),
    (
      #"not (request.path not matches "/u/{id}" or token.sub is not capture.id else true)"#,
      "(!path not ~ /u/{id} & !claim0.sub not = capture.id@path/u/{id}segment(1))"
    ),
    // `not` is pushed down.
    (#"not (request.method is GET and request.path is "/")"#, "(!method = 'GET' | !path = '/')"),
    (#"not not request.method is GET"#, "method = 'GET'"),
    (
      "(request.method is GET or (request.method is PUT or request.method is POST))",
      "(method = 'GET' | method = 'PUT' | method = 'POST')"
    ),
  ])
  func means(_ condition: String, _ expected: String) { #expect(Mesh().typed(condition) == expected) }

  @Test(arguments: [
    (#"request.path is "/V1/Charges/""#, "path = '/v1/charges'"),
    (#"request.path in { "/A/", "/a" }"#, "path in {'/a'}"),
    (#"request.path under "/A%2B""#, "path under /a%2B"),
    (#"request.path matches "/Orders/{Id}""#.replacing("Id", with: "id"), "path ~ /orders/{id}"),
    (#"request.path matches "/Orders/{id}/""#, "path ~ /orders/{id}"),
    (#"request.path matches re"/Orders""#, "path ~ re/Orders"),
    (#"request.host is "A.example""#, "host = 'a.example'"),
  ])
  func seesPathsAsTheServiceDoes(_ condition: String, _ expected: String) {
    let mesh = Mesh(web: "paths case_insensitive\n  trailing_slash ignored")
    #expect(mesh.typed(condition) == expected)
  }

  @Test(arguments: [
    ("pages(request.path)", "(path under /a | path = '/b')"),
    ("not pages(request.path)", "(!path under /a & !path = '/b')"),
    ("reading(request.method, request.path)", "(method in {'GET' 'HEAD'} & (path under /a | path = '/b'))"),
    ("member(source.ip, office)", "source in {10.0.0.0/8 192.168.0.0/16}"),
    (#"member(source.ip, { "10.0.0.0/8" })"#, "source in {10.0.0.0/8}"),
    (#"belongs(token.groups, "admin")"#, "claim0.groups has 'admin'"),
    ("belongs(token.groups, token.tenant)", "claim0.groups has claim0.tenant"),
    ("known(token.tenant, token.groups)", "claim0.tenant in claim0.groups"),
    (#"said(request.header["x-region"])"#, "(header.x-region present & header.x-region = 'eu')"),
    (#"said(request.scheme)"#, "E0410"),
    ("owner(request.path, token.sub)", "(path ~ /u/{} & claim0.sub = capture.id@path/u/{}segment(1))"),
    ("request.path matches order", "path ~ /orders/{id}"),
    (
      "caller in team",
      "caller in {'spiffe://shop.example/ns/twin/sa/a' 'spiffe://shop.example/ns/twin/sa/b' 'spiffe://x.example/y'}"
    ),
    ("source.ip in wide", "source in {10.0.0.0/8 172.16.0.0/12 192.168.0.0/16}"),
    ("token.tenant is brand", "claim0.tenant = 'acme'"),
    ("request.port in ports", "port in {80 443}"),
    ("caller.account is brand", "account = 'acme'"),
  ])
  func inlines(_ condition: String, _ expected: String) {
    let mesh = Mesh(
      declarations: """
        fn pages(path: Path): Bool = path under "/a" or path is "/b"
        fn reading(method: Method, path: Path): Bool = method in safe and pages(path)
        fn member(ip: IP, nets: Set<CIDR>): Bool = ip in nets
        fn belongs(groups: Set<String>, name: String): Bool = groups has name
        fn known(name: String, names: Set<String>): Bool = name in names
        fn said(region: String?): Bool = region is present and region is "eu"
        fn owner(path: Path, who: String): Bool = path matches "/u/{id}" and who is capture.id
        let safe: Set<Method> = { GET, HEAD }
        let office: Set<CIDR> = { "192.168.0.0/16", "10.0.0.0/8" }
        let wide: Set<CIDR> = { office, "172.16.0.0/12" }
        let order: PathPattern = "/orders/{id}"
        let team: Set<Identity> = { twin, "spiffe://x.example/y" }
        let brand = "acme"
        let ports = { 443, 80 }
        """)
    #expect(mesh.typed(condition) == expected)
  }

  @Test func timesOutsideOfAnyMeshAreRead() {
    #expect(
      Mesh(scope: "authz db").typed(#"source.ip in "10.0.0.0/8" and time.hour in 6..20"#)
        == "(source in {10.0.0.0/8} & hour in {6..20})")
  }
}
