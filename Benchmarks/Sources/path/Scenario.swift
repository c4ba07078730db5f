import WeirEnforcement

/// A policy and the requests that are decided under it, as `Main` measures them.
struct Scenario {
  let name: String
  /// The policy, as a person would have written it.
  let policy: String
  let entry: Entry
  let requests: [Head]

  static let all = [oneRoute, manyHosts, manyPrefixes, manyRules(10), manyRules(1_000)]

  private static let preamble = """
    module bench
    mesh bench { trust_domain "mesh.local" }
    header "x-user": String

    """

  private static func service(_ name: String) -> String {
    """
    service \(name) {
      identity "spiffe://mesh.local/ns/bench/sa/\(name)"
      protocol http
      mtls permissive
      endpoints static { "127.0.0.1:19000" }
    }

    """
  }

  private static func open(_ name: String) -> String { "authz \(name) { allow everything always }\n" }

  static let oneRoute = Scenario(
    name: "S1 one route",
    policy: preamble + service("c0") + open("c0") + """
      gateway edge { identity "spiffe://mesh.local/ns/bench/sa/edge", hosts { "svc.mesh.local" } }
      routes edge { otherwise { forward to c0 } }

      """,
    entry: .gateway(0), requests: [Head("GET", "/hello", host: "svc.mesh.local")])

  /// Ten prefixes on each of a hundred hosts.
  static let manyHosts: Scenario = {
    var text = preamble
    for service in 0..<10 { text += Scenario.service("c\(service)") + open("c\(service)") }
    var heads: [Head] = []
    for host in 0..<100 {
      text += "routes \"svc\(host).mesh.local\" {\n"
      for prefix in 0..<10 {
        text += "  route r\(prefix) when request.path under \"/api/v1/orders\(prefix)\" {"
        text += " forward to c\((host + prefix) % 10) }\n"
      }
      text += "  otherwise { respond 404 }\n}\n"
      heads.append(
        Head("GET", "/api/v1/orders\(host % 10)/\(host * 97)?q=1", host: "svc\((host * 37) % 100).mesh.local"))
    }
    return Scenario(name: "S3 1,000 routes on 100 hosts", policy: text, entry: .anyHost, requests: heads)
  }()

  static let manyPrefixes: Scenario = {
    var text = preamble
    for service in 0..<10 { text += Scenario.service("c\(service)") + open("c\(service)") }
    text += "routes \"svc0.mesh.local\" {\n"
    var heads: [Head] = []
    for prefix in 0..<1_000 {
      text += "  route r\(prefix) when request.path under \"/api/v1/orders\(prefix)\" {"
      text += " forward to c\(prefix % 10) }\n"
      if prefix % 10 == 0 {
        heads.append(Head("GET", "/api/v1/orders\(prefix * 37 % 1_000)/\(prefix)?q=1", host: "svc0.mesh.local"))
      }
    }
    text += "  otherwise { respond 404 }\n}\n"
    return Scenario(name: "S3d 1,000 prefixes on one host", policy: text, entry: .anyHost, requests: heads)
  }()

  /// Methods, a prefix, and a user in a set; half of the requests are allowed.
  static func manyRules(_ count: Int) -> Scenario {
    var text = preamble + service("c0") + "authz c0 {\n"
    var heads: [Head] = []
    for rule in 0..<count {
      let users = (0..<4).map { "\"user-\((rule * 7 + $0) % 200)\"" }.joined(separator: ", ")
      text += "  allow r\(rule) when request.method in { GET, POST } and request.path under \"/svc\(rule)/items\""
      text += " and any request.header[\"x-user\"] in { \(users) }\n"
      guard rule % max(1, count / 100) == 0 else { continue }
      heads.append(
        Head(
          "GET", "/svc\(rule)/items/17?q=1", host: "svc.mesh.local",
          user: "user-\((rule * 7 + (rule % 2 == 0 ? 1 : 9)) % 200)"))
    }
    text +=
      "}\n" + """
        gateway edge { identity "spiffe://mesh.local/ns/bench/sa/edge", hosts { "svc.mesh.local" } }
        routes edge { otherwise { forward to c0 } }

        """
    return Scenario(
      name: "S4 \(count) rules", policy: text, entry: .gateway(0), requests: heads)
  }
}

/// A request as a connection has read it: one block of bytes and places in it. Ten fields, as browsers and services send them.
struct Head {
  let bytes: [UInt8]
  let line: RequestLine
  let fields: [(name: Place, value: Place)]

  init(_ method: String, _ target: String, host: String, user: String = "user-1") {
    var bytes: [UInt8] = []
    func place(_ text: String) -> Place {
      let start = bytes.count
      bytes.append(contentsOf: text.utf8)
      return Place(start: UInt32(start), count: UInt32(text.utf8.count))
    }
    line = RequestLine(method: place(method), target: place(target), authority: nil)
    let fields = [
      ("Host", host), ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
      ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
      ("Accept-Language", "en-US,en;q=0.5"), ("Accept-Encoding", "gzip, deflate, br, zstd"),
      ("X-User", user), ("Cookie", "sid=8f14e45fceea167a5a36dedd4bea2543; theme=dark"),
      ("X-Request-Id", "5f0c2f4a-6f0b-4c7d-9a70-0c6b7a1c9f1e"),
      ("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("Cache-Control", "no-cache"),
    ]
    self.fields = fields.map { (place($0.0), place($0.1)) }
    self.bytes = bytes
  }
}
