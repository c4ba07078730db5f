import Testing
import WeirEnforcement
import WeirPolicy
import WeirRequest

/// What goes in as bytes and comes out as bytes: heads, answers, responses.
@Suite struct RequestPathTests {
  private static let source = """
    module shop

    mesh shop { trust_domain "shop.example" }

    header "x-region": String
    header "x-debug": String
    header "x-path": String
    header "x-again": String
    header "x-kind": String

    service web {
      identity "spiffe://shop.example/ns/prod/sa/web"
      protocol http
      mtls permissive
      endpoints static { "10.0.0.1:8080" { version "v1" }, "10.0.0.2:8080" { version "v2" } }
      subset v1 { version "v1" }
      subset v2 { version "v2" }
    }

    authz web {
      deny hidden when request.path under "/hidden"
      shadow deny soon when request.path under "/soon"
      audit seen when request.method is DELETE
      allow rest always
    }

    gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

    retry again {
      tries 2
      per_try_timeout 500ms
      on { reset }
      when response.status is 503 and response.header["x-again"] is "yes"
    }

    routes edge {
      route old when request.path matches "/old/{rest...}" { redirect 308 to "/new/{rest...}" }
      route ping when request.path is "/ping" {
        respond 200 "pong"
        set response.header["x-region"] to "eu"
      }
      route moved when request.path matches "/a/{x}/{rest...}" {
        forward to web.v2
        rewrite path to "/b/{rest...}"
        rewrite host to "inner.example"
        set request.header["x-region"] to "eu"
        remove request.header["x-debug"]
        set response.header["x-path"] to request.path
        set response.header["x-region"] to capture.x
        set response.header["x-kind"] to response.header["x-region"]
        remove response.header["x-debug"]
        timeout 2s
        retry again
      }
      otherwise { forward to { web.v1 90%, web.v2 10% } }
    }
    """

  /// One request through a gateway.
  private struct Asked {
    var head = ""
    var ruling = ""
    var kept: [UInt8] = []
    var table: Int32 = -1
    var route: Int32 = -1
    var retry: Int32 = -1
  }

  private static func ask(
    _ method: String, _ target: String, fields: [(String, String)] = [("Host", "Shop.Example:8080")], draw: Int = 0,
    _ enforcer: inout Enforcer, _ bundle: borrowing LoadedBundle
  ) throws(Reject) -> Asked {
    enforcer.beginRequest(
      1, ConnectionFacts(sourceIP: IPAddress(ipv4: 0x7F00_0001), sourcePort: 5, port: 0, isTLS: false))
    let line = Array((method + target).utf8)
    let methodCount = UInt32(method.utf8.count)
    try enforcer.takeLine(
      RequestLine(
        method: Place(start: 0, count: methodCount),
        target: Place(start: methodCount, count: UInt32(target.utf8.count)), authority: nil), in: line.span)
    for (name, value) in fields { try enforcer.takeField(name: Array(name.utf8).span, value: Array(value.utf8).span) }
    var asked = Asked()
    switch enforcer.rule(at: .gateway(0), draw: draw, under: bundle) {
    case .forward(let permit, let forwarding):
      #expect(permit.covers(1) && !permit.covers(2))
      let subset = forwarding.subset < 0 ? "" : bundle.topology.services[0].subsets[Int(forwarding.subset)].name
      asked.ruling = "forward \(subset)"
      if forwarding.timeoutNanoseconds > 0 { asked.ruling += " \(forwarding.timeoutNanoseconds / 1_000_000)ms" }
      if forwarding.origin.shadowDiffers { asked.ruling += " shadow" }
      if forwarding.origin.isAudited { asked.ruling += " audited" }
      if forwarding.changesResponse { asked.ruling += " changes" }
      (asked.table, asked.route, asked.retry) = (forwarding.origin.table, forwarding.origin.route, forwarding.retry)
    case .answer(let answer):
      asked.ruling = "\(answer.kind) \(answer.status) \(answer.reason.text)"
      if !answer.location.isEmpty { asked.ruling += " " + text(answer.location, enforcer.bytes) }
      if !answer.body.isEmpty { asked.ruling += " " + text(answer.body, bundle.text) }
      (asked.table, asked.route) = (answer.origin.table, answer.origin.route)
    }
    let forwarded = enforcer.forwarded
    asked.head = "\(text(forwarded.method, enforcer.bytes)) \(text(forwarded.target, enforcer.bytes))\n"
    asked.head += "host: \(text(forwarded.authority, enforcer.bytes))\n"
    var next = 0
    while next < enforcer.fieldCount {
      let run = enforcer.lineRun(from: next)
      asked.head += text(run.bytes, enforcer.bytes).replacing("\r\n", with: "\n")
      next = run.next
    }
    asked.kept = Array(text(enforcer.kept, enforcer.bytes).utf8)
    return asked
  }

  private static func text(_ place: Place, _ bytes: Span<UInt8>) -> String {
    var text: [UInt8] = []
    for index in place.range { text.append(bytes[index]) }
    return String(decoding: text, as: UTF8.self)
  }

  private static let rulings: [(method: String, target: String, ruling: String)] = [
    ("GET", "/old/x/y?q=1", "redirect 308 local /new/x/y?q=1"),
    ("GET", "/ping", "respond 200 local pong"),
    ("GET", "/hidden", "deny 403 rule"),
    ("GET", "//hidden/./x", "deny 403 rule"),
    ("GET", "/soon", "forward v1 shadow"),
    ("DELETE", "/x", "forward v1 audited"),
    ("GET", "/a/1/2", "forward v2 2000ms changes"),
  ]

  @Test(arguments: rulings.indices)
  func `a request is ruled`(index: Int) throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let (method, target, ruling) = Self.rulings[index]
    #expect(try Self.ask(method, target, &enforcer, bundle).ruling == ruling)
  }

  @Test func `an unchanged head is forwarded in one piece, in its canonical form`() throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let asked = try Self.ask(
      "GET", "/v1//%7Ex?q=%41", fields: [("Host", "SHOP.example."), ("X-A", "  1 "), ("Cookie", "a=b"), ("x-a", "")],
      &enforcer, bundle)
    #expect(asked.head == "GET /v1/~x?q=%41\nhost: shop.example\nx-a: 1\ncookie: a=b\nx-a: \n")
    #expect(enforcer.lineRun(from: 0).next == 3)
    #expect(enforcer.received.path == enforcer.forwarded.path)
    #expect(!enforcer.forwarded.query.isEmpty)
  }

  @Test func `a port that is not the scheme's stays in the authority`() throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    #expect(try Self.ask("GET", "/", &enforcer, bundle).head == "GET /\nhost: shop.example:8080\n")
    #expect(
      try Self.ask("GET", "/", fields: [("host", "shop.example:80")], &enforcer, bundle).head
        == "GET /\nhost: shop.example\n")
  }

  @Test func `a rewritten head keeps its query and loses what is removed`() throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let asked = try Self.ask(
      "GET", "/a/1/2/3?q", fields: [("host", "shop.example"), ("x-debug", "1"), ("accept", "*/*"), ("x-region", "us")],
      &enforcer, bundle)
    #expect(asked.head == "GET /b/2/3?q\nhost: inner.example\naccept: */*\nx-region: eu\n")
    #expect(Self.text(enforcer.received.target, enforcer.bytes) == "/a/1/2/3?q")
  }

  @Test func `the draw picks the branch`() throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    #expect(try Self.ask("GET", "/x", draw: 8_999, &enforcer, bundle).ruling == "forward v1")
    #expect(try Self.ask("GET", "/x", draw: 9_000, &enforcer, bundle).ruling == "forward v2")
  }

  @Test func `a response is changed with what was kept of its request`() throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let asked = try Self.ask("GET", "/a/one/x", &enforcer, bundle)
    // Others are decided before the response comes.
    _ = try Self.ask("GET", "/hidden", &enforcer, bundle)
    enforcer.beginResponse(status: 200)
    for (name, value) in [("X-Debug", "1"), ("x-region", "origin"), ("content-type", " text/plain")] {
      try enforcer.takeResponseField(name: Array(name.utf8).span, value: Array(value.utf8).span)
    }
    try enforcer.changeResponse(asked.table, asked.route, kept: asked.kept.span, under: bundle)
    var lines = ""
    var next = 0
    while next < enforcer.responseFieldCount {
      let run = enforcer.responseLineRun(from: next)
      lines += Self.text(run.bytes, enforcer.responseBytes).replacing("\r\n", with: "\n")
      next = run.next
    }
    #expect(lines == "content-type: text/plain\nx-path: /a/one/x\nx-region: one\nx-kind: origin\n")
  }

  @Test func `a route that answers itself changes its response too`() throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let asked = try Self.ask("GET", "/ping", &enforcer, bundle)
    enforcer.beginResponse(status: 200)
    try enforcer.changeResponse(asked.table, asked.route, kept: asked.kept.span, under: bundle)
    #expect(Self.text(enforcer.responseField(0).line, enforcer.responseBytes) == "x-region: eu\r\n")
  }

  private static let retries: [(status: UInt16, again: [String], applies: Bool)] = [
    (503, ["yes"], true), (503, ["no"], false), (503, [], false), (502, ["yes"], false), (503, ["yes", "yes"], false),
  ]

  @Test(arguments: retries.indices)
  func `a retry's condition looks at the response`(index: Int) throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    let asked = try Self.ask("GET", "/a/one/x", &enforcer, bundle)
    enforcer.beginResponse(status: Self.retries[index].status)
    for value in Self.retries[index].again {
      try enforcer.takeResponseField(name: Array("X-Again".utf8).span, value: Array(value.utf8).span)
    }
    #expect(enforcer.retryApplies(asked.retry, under: bundle) == Self.retries[index].applies)
  }

  private static let rejects: [(target: String, fields: [(String, String)], code: String)] = [
    ("/%2F", [], "path_encoded_slash"),
    ("/", [("host", "a"), ("host", "a")], "repeated_header"),
    ("/", [("a b", "")], "header_name_forbidden_byte"),
    ("/", [("a", "x\ry")], "header_value_line_break"),
    ("http://other.example/", [("host", "shop.example")], "host_mismatch"),
  ]

  @Test(arguments: rejects.indices)
  func `a head without a canonical form is refused`(index: Int) throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    do throws(Reject) {
      _ = try Self.ask("GET", Self.rejects[index].target, fields: Self.rejects[index].fields, &enforcer, bundle)
      Issue.record("accepted")
    } catch {
      #expect(error.code == Self.rejects[index].code)
      #expect(Answer(rejecting: error).status == 400)
    }
  }

  @Test func `a host that nothing is responsible for has no route`() throws {
    let bundle = try LoadedBundle.load(World(Self.source).bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    #expect(
      try Self.ask("GET", "/", fields: [("host", "other.example")], &enforcer, bundle).ruling == "reject 404 no_route")
  }
}
