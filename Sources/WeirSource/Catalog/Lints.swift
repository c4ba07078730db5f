/// W10xx: what compiles and is probably not meant. `weir lint` finds it; none of it stops a build.
extension Catalog {
  static let lints: [DiagnosticKind] = [
    .unusedImport, .unusedLet, .unusedFunction, .unusedData, .unusedRetry, .unusedHeaders, .allowByHeaderAlone,
    .expiredAnnotation, .expiredRule, .serviceWithoutAuthz,
  ]
}

extension DiagnosticKind {
  public static let unusedImport = DiagnosticKind(
    "W1001", "unused import",
    why: "An import that nothing uses hides what a module really depends on.",
    bad: """
      module shop.web

      import std.net

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      import std.net

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when source.ip in net.private and request.method is GET }
      """)

  public static let unusedLet = DiagnosticKind(
    "W1002", "unused constant",
    why: "A constant that nothing uses may be one that a rule was meant to use.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      let office: Set<CIDR> = { "10.9.0.0/16" }

      authz web { allow reads when source.ip in "10.0.0.0/8" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      let office: Set<CIDR> = { "10.9.0.0/16" }

      authz web { allow reads when source.ip in office }
      """)

  public static let unusedFunction = DiagnosticKind(
    "W1003", "unused function",
    why: "A function that nothing calls may be one that a rule was meant to call.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      fn is_office(ip: IP): Bool = ip in "10.9.0.0/16"

      authz web { allow reads when source.ip in "10.0.0.0/8" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      fn is_office(ip: IP): Bool = ip in "10.9.0.0/16"

      authz web { allow reads when is_office(source.ip) }
      """)

  public static let unusedData = DiagnosticKind(
    "W1004", "unused data set",
    why:
      "A bundle is not activated before every data set that it declares was loaded: one that no rule reads can only delay it.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      data revoked: Set<Identity> max 1000 stale 10m

      authz web { allow reads when source.ip in "10.0.0.0/8" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      data revoked: Set<Identity> max 1000 stale 10m

      authz web {
        allow reads when source.ip in "10.0.0.0/8"
        deny revoked-caller when caller in revoked
      }
      """)

  public static let unusedRetry = DiagnosticKind(
    "W1005", "unused retry",
    why: "A `retry` does nothing until a route names it.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when source.ip in "10.0.0.0/8" }

      retry gentle { tries 2, on { connect_failure }, per_try_timeout 500ms }

      routes "shop.example" { otherwise { forward to web, timeout 2s } }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when source.ip in "10.0.0.0/8" }

      retry gentle { tries 2, on { connect_failure }, per_try_timeout 500ms }

      routes "shop.example" { otherwise { forward to web, timeout 2s, retry gentle } }
      """)

  public static let unusedHeaders = DiagnosticKind(
    "W1006", "unused header changes",
    why: "A `headers` block does nothing until a route names it.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when source.ip in "10.0.0.0/8" }

      headers quiet { remove response.header["server"] }

      routes "shop.example" { otherwise { forward to web } }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when source.ip in "10.0.0.0/8" }

      headers quiet { remove response.header["server"] }

      routes "shop.example" { otherwise { forward to web, headers quiet } }
      """)

  public static let allowByHeaderAlone = DiagnosticKind(
    "W1007", "allow that rests on a client header alone",
    why:
      "A header, cookie or query parameter is what the client writes: whoever knows the rule can send it. It may narrow an "
      + "allow, but the caller, a token or an address must carry it.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      header "x-internal": String

      authz web { allow internal when request.header["x-internal"] is "1" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      header "x-internal": String

      authz web {
        allow internal when source.ip in "10.0.0.0/8" and request.header["x-internal"] is "1"
      }
      """)

  public static let expiredAnnotation = DiagnosticKind(
    "W1008", "expired annotation",
    why:
      "`@expires` names the day by which somebody wanted to look again. It enforces nothing; with `--as-of`, `weir lint` reminds.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        @expires(2020-01-31)
        allow reads when source.ip in "10.0.0.0/8"
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        @expires(2999-01-31)
        allow reads when source.ip in "10.0.0.0/8"
      }
      """)

  public static let expiredRule = DiagnosticKind(
    "W1009", "expired rule",
    why:
      "After its `until` a rule holds for no request: an allow allows nothing, and a deny protects nothing any more.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow contractor until 2020-01-31 when source.ip in "10.0.0.0/8" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow contractor until 2999-01-31 when source.ip in "10.0.0.0/8" }
      """)

  public static let serviceWithoutAuthz = DiagnosticKind(
    "W1010", "service without authz",
    why:
      "A service for which no allow exists denies everything. That is safe and seldom meant; an empty `authz` says that it is.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { }
      """)
}
