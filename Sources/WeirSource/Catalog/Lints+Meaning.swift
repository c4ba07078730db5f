/// W12xx: what is proved of rules and routes, and is probably not meant. `weir lint` finds it; none of it stops a build.
extension Catalog {
  static let meaningLints: [DiagnosticKind] = [
    .alwaysTrueCondition, .neverTrueCondition, .allowThatIsDenied, .redundantRule, .rulesOfOneMeaning, .unreachedRoute,
    .limitWithoutRequests, .routeThatIsDenied, .allowWithoutRequests, .limitBelowAnother,
  ]
}

extension DiagnosticKind {
  public static let alwaysTrueCondition = DiagnosticKind(
    "W1201", "condition that is always true",
    why:
      "A condition that every request meets, or a part of one, was meant to keep some out: often an `or` between two `not`s that should be an `and`.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is not POST or request.method is not PUT
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is not POST and request.method is not PUT
      }
      """)

  public static let neverTrueCondition = DiagnosticKind(
    "W1202", "condition that is never true",
    why:
      "What a condition asks for excludes itself, so the rule or route does nothing: an allow allows nobody, a deny nothing. Of a part of a condition it is said as well: one side of an `or` is dead.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        deny hidden when request.path is "/hidden" and request.path matches "/hidden/{page}"
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        deny hidden when request.path is "/hidden" or request.path matches "/hidden/{page}"
      }
      """)

  public static let allowThatIsDenied = DiagnosticKind(
    "W1203", "allow that can never allow",
    why: "Deny overrides allow, in whatever order they stand: an allow of which all is denied does nothing.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        allow probe when request.path is "/debug/health" and request.method is HEAD
        deny debug-pages when request.path under "/debug"
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        allow probe when request.path is "/debug/health" and request.method is HEAD
        deny debug-pages when request.path under "/debug" and request.path is not "/debug/health"
      }
      """)

  public static let redundantRule = DiagnosticKind(
    "W1204", "redundant rule",
    why:
      "Other rules of the same module already decide all that the rule covers: whoever removes it later changes nothing, and whoever reads it believes otherwise.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow pages when request.path under "/pages"
        allow news when request.path matches "/pages/{year}/news"
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow pages when request.path under "/pages"
        allow news when request.path matches "/news/{year}"
      }
      """)

  public static let rulesOfOneMeaning = DiagnosticKind(
    "W1205", "two rules of one meaning",
    why:
      "Two rules that cover the same requests are one rule with two names; only the first is ever named as the one that decided.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method in { GET, HEAD }
        allow looks when request.method is GET or request.method is HEAD
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method in { GET, HEAD }
      }
      """)

  public static let unreachedRoute = DiagnosticKind(
    "W1206", "route that is never reached",
    why: "The first route that matches is taken: a route of which all goes to earlier ones does nothing.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes "shop.example" {
        route reads when request.method is GET { forward to web }
        route rest when request.method is not GET { respond 405 }
        route old when request.path under "/old" { respond 410 }
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes "shop.example" {
        route old when request.path under "/old" { respond 410 }
        route reads when request.method is GET { forward to web }
        otherwise { respond 405 }
      }
      """)

  public static let limitWithoutRequests = DiagnosticKind(
    "W1207", "limit that is never charged",
    why: "Limits are charged after an allow: one that covers only what is denied limits nothing.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      limit writes for web { rate 10/s burst 20 by caller, when request.method is POST }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method in { GET, POST } }

      limit writes for web { rate 10/s burst 20 by caller, when request.method is POST }
      """)

  public static let routeThatIsDenied = DiagnosticKind(
    "W1208", "route to a service that denies all it sends",
    why:
      "A request is decided by the rules of the service it is forwarded to, as it is forwarded: after rewrites and header changes, with the gateway as caller. A route of which all is denied there answers 403 to everybody.",
    bad: """
      module shop

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }

      service api { identity "spiffe://shop.example/ns/prod/sa/api", protocol http, endpoints dns "api:8080" }

      authz api { allow orders when caller is edge and request.path under "/v1/orders" }

      routes edge {
        route orders when request.path under "/v1/orders" { forward to api }
        route old-orders when request.path under "/orders" { rewrite path to "/v2/orders/{rest...}", forward to api }
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }

      service api { identity "spiffe://shop.example/ns/prod/sa/api", protocol http, endpoints dns "api:8080" }

      authz api { allow orders when caller is edge and request.path under "/v1/orders" }

      routes edge {
        route orders when request.path under "/v1/orders" { forward to api }
        route old-orders when request.path under "/orders" { rewrite path to "/v1/orders/{rest...}", forward to api }
        otherwise { respond 404 }
      }
      """)

  public static let allowWithoutRequests = DiagnosticKind(
    "W1209", "allow that no route and no caller reaches",
    why:
      "Services and other callers may send what they like; a gateway sends what its routes send. An allow for a gateway alone that no route of it reaches allows nothing.",
    bad: """
      module shop

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }

      service api { identity "spiffe://shop.example/ns/prod/sa/api", protocol http, endpoints dns "api:8080" }

      authz api {
        allow orders when caller is edge and request.path under "/orders"
        allow carts when caller is edge and request.path under "/carts"
      }

      routes edge {
        route orders when request.path under "/orders" { forward to api }
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }

      service api { identity "spiffe://shop.example/ns/prod/sa/api", protocol http, endpoints dns "api:8080" }

      authz api {
        allow orders when caller is edge and request.path under "/orders"
        allow carts when caller is edge and request.path under "/carts"
      }

      routes edge {
        route shop when request.path under "/orders" or request.path under "/carts" { forward to api }
        otherwise { respond 404 }
      }
      """)

  public static let limitBelowAnother = DiagnosticKind(
    "W1210", "limit that never refuses",
    why:
      "All limits that apply to a request are charged, or none. Where a stricter one counts all that a limit counts, it refuses first, and the other has always something left. With keys this is so while each key has a bucket of its own.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow pages when request.method in { GET, POST } }

      limit requests for web { rate 10/s burst 20 }
      limit writes for web { rate 100/s burst 200 by caller, when request.method is POST }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow pages when request.method in { GET, POST } }

      limit requests for web { rate 100/s burst 200 }
      limit writes for web { rate 10/s burst 20 by caller, when request.method is POST }
      """)
}
