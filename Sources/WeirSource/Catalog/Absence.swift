/// E05xx: absence, polarity and repeated values, and the lints about them.
extension Catalog {
  static let absence: [DiagnosticKind] = [
    .absenceHelps, .listHeader, .misplacedQuantifier, .idleElse, .neverAbsent, .idleElseValue, .duplicateMember,
  ]
}

extension DiagnosticKind {
  public static let absenceHelps = DiagnosticKind(
    "E0501", "absence would help the request",
    why: "A test on an absent value is false, and its negation true. In a `deny` a test on something that "
      + "may be absent would let the request pass when it is left out; in an `allow` or a `ceiling` a "
      + "negated test would let it in. Doubt denies: say `else true` or `else false`, or ask for presence "
      + "in the same list of `and` or `or`.",
    bad: """
      module shop.web

      header "x-region": String

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow anyone always
        deny freeze when request.header["x-region"] is "frozen"
      }
      """,
    good: """
      module shop.web

      header "x-region": String

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow anyone always
        deny freeze when request.header["x-region"] is "frozen" else false
      }
      """)

  public static let listHeader = DiagnosticKind(
    "E0502", "header that may have several values",
    why: "A header that is a list by its standard or its declaration may come on several lines. `any` holds "
      + "when some line does, `all` when there is a line and every line does; lines are never joined and "
      + "never split at commas.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow browsers when request.method is GET and request.header["accept"] is "text/html" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow browsers when request.method is GET and any request.header["accept"] is "text/html" }
      """)

  public static let misplacedQuantifier = DiagnosticKind(
    "E0503", "`any` or `all` where there is one value",
    why: "`any` and `all` speak of headers, query parameters and cookies, which may be repeated. Everything "
      + "else has one value; a set is asked with `has`.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when any request.method is GET }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """)

  public static let idleElse = DiagnosticKind(
    "E0504", "`else` with nothing to say",
    why: "`else` gives the value of a test when what it reads is absent. Where nothing can be absent it "
      + "would do nothing.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET else false }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """)

  public static let neverAbsent = DiagnosticKind(
    "E0505", "presence of what is always there",
    why: "The attribute is there for every request of this scope, so the test would be constant. `caller` "
      + "may be absent only where a port says `mtls permissive`, and at a gateway.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow known when caller is present }
      """,
    good: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        protocol http
        endpoints dns "web:8080"
        mtls permissive
      }

      authz web { allow known when caller is present }
      """)

  public static let idleElseValue = DiagnosticKind(
    "W1101", "`else` that changes nothing",
    why: "The test has this value anyway when what it reads is absent. Only where absence would help the "
      + "request does an `else` have to say so.",
    bad: """
      module shop.web

      header "x-region": String

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow eu when caller.account is "web" and request.header["x-region"] is "eu" else false }
      """,
    good: """
      module shop.web

      header "x-region": String

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow eu when caller.account is "web" and request.header["x-region"] is "eu" }
      """)

  public static let duplicateMember = DiagnosticKind(
    "W1102", "member twice in a set",
    why: "A value is in a set or not; a second time it changes nothing, and perhaps another value was meant.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method in { GET, HEAD, GET } }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method in { GET, HEAD } }
      """)
}
