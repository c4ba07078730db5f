/// E08xx: routes, mounts and what routes do.
extension Catalog {
  static let routes: [DiagnosticKind] = [
    .missingOtherwise, .otherwiseNotLast, .unreachableRoute, .routeWithoutOutcome, .contradictingStatements,
    .secondTable, .duplicateRoute, .statusOfRoute, .mountCycle, .mountOverlap, .notHanded, .tcpDestination,
    .forbiddenHeaderChange, .malformedCors, .unknownMethodName, .overwrittenHeaderChange,
  ]
}

extension DiagnosticKind {
  public static let missingOtherwise = DiagnosticKind(
    "E0801", "missing otherwise",
    why: "Every `routes` block says what happens to requests that no route takes.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route pages when request.path under "/pages" { forward to web }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route pages when request.path under "/pages" { forward to web }
        otherwise { respond 404 }
      }
      """)

  public static let otherwiseNotLast = DiagnosticKind(
    "E0802", "route after otherwise",
    why: "Routes are tried from the top; `otherwise` takes all that is left.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        otherwise { respond 404 }
        route pages when request.path under "/pages" { forward to web }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route pages when request.path under "/pages" { forward to web }
        otherwise { respond 404 }
      }
      """)

  public static let unreachableRoute = DiagnosticKind(
    "E0803", "unreachable route",
    why: "The first route whose condition holds is taken. An earlier one takes everything that this one "
      + "would, or its path can never come here.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route tree when request.path under "/pages" { forward to web }
        route about when request.path is "/pages/about" { respond 204 }
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route about when request.path is "/pages/about" { respond 204 }
        route tree when request.path under "/pages" { forward to web }
        otherwise { respond 404 }
      }
      """)

  public static let routeWithoutOutcome = DiagnosticKind(
    "E0804", "route that does nothing",
    why: "A route forwards, redirects or responds.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route pages when request.path under "/pages" { timeout 2s }
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route pages when request.path under "/pages" {
          forward to web
          timeout 2s
        }
        otherwise { respond 404 }
      }
      """)

  public static let contradictingStatements = DiagnosticKind(
    "E0805", "statements that contradict each other",
    why: "A route has one outcome; timeouts, retries, rewrites, mirrors and faults belong to `forward`; "
      + "`sticky` chooses among the destinations of a split.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route old when request.path under "/old" {
          redirect 308 to "/new"
          timeout 2s
        }
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route old when request.path under "/old" { redirect 308 to "/new" }
        otherwise { respond 404 }
      }
      """)

  public static let secondTable = DiagnosticKind(
    "E0806", "second block of routes",
    why: "The order of routes matters, so the routes of a gateway or service stand in one block; other "
      + "modules' trees are mounted in it.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route pages when request.path under "/pages" { forward to web }
        otherwise { respond 404 }
      }

      routes edge {
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route pages when request.path under "/pages" { forward to web }
        otherwise { respond 404 }
      }
      """)

  public static let duplicateRoute = DiagnosticKind(
    "E0807", "two routes of one name",
    why: "Logs and tests speak of routes by name: it is unique in its block.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route pages when request.path under "/pages" { forward to web }
        route pages when request.path under "/files" { forward to web }
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route pages when request.path under "/pages" { forward to web }
        route files when request.path under "/files" { forward to web }
        otherwise { respond 404 }
      }
      """)

  public static let statusOfRoute = DiagnosticKind(
    "E0808", "status that a route cannot answer with",
    why: "Redirects are 301, 302, 303, 307 and 308; `respond` answers 200 to 599, `abort` 400 to 599; 204, "
      + "205 and 304 have no body.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route old when request.path under "/old" { redirect 200 to "/new" }
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        route old when request.path under "/old" { redirect 308 to "/new" }
        otherwise { respond 404 }
      }
      """)

  public static let mountCycle = DiagnosticKind(
    "E0809", "tree that mounts itself",
    why: "A request that entered it would never come out.",
    bad: """
      module shop.web

      public routes tree {
        mount "/a" from shop.web.tree
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop.web

      public routes tree {
        route a when request.path is "/a" { respond 204 }
        otherwise { respond 404 }
      }
      """)

  public static let mountOverlap = DiagnosticKind(
    "E0810", "overlapping mounts",
    why: "Entering a mounted tree is final, so a path belongs to one tree.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      public routes pages {
        otherwise { respond 204 }
      }

      public routes news {
        otherwise { respond 204 }
      }

      routes edge {
        mount "/pages/news" from shop.web.news
        mount "/pages" from shop.web.pages
        otherwise { respond 404 }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      public routes pages {
        otherwise { respond 204 }
      }

      public routes news {
        otherwise { respond 204 }
      }

      routes edge {
        mount "/news" from shop.web.news
        mount "/pages" from shop.web.pages
        otherwise { respond 404 }
      }
      """)

  public static let notHanded = DiagnosticKind(
    "E0811", "destination that the mount does not hand over",
    why: "A mounted tree forwards to services that its module owns or that the mount names with `may use`, "
      + "so that nobody reaches another team's service by way of a mount.",
    bad: """
      // file: root.weir
      module shop.root

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }
      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        mount "/cart" from shop.cart.tree
        otherwise { respond 404 }
      }
      // file: cart.weir
      module shop.cart

      import shop.root.{web}

      public routes tree {
        otherwise { forward to web }
      }
      """,
    good: """
      // file: root.weir
      module shop.root

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }
      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        mount "/cart" from shop.cart.tree may use { web }
        otherwise { respond 404 }
      }
      // file: cart.weir
      module shop.cart

      import shop.root.{web}

      public routes tree {
        otherwise { forward to web }
      }
      """)

  public static let tcpDestination = DiagnosticKind(
    "E0812", "route to a service that speaks tcp",
    why: "Routes send requests; a tcp service takes connections.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      service db { identity "spiffe://shop.example/ns/web/sa/db", protocol tcp, endpoints dns "db:5432" }

      authz db { allow web-only when caller is web }

      routes edge {
        otherwise { forward to db }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      service db { identity "spiffe://shop.example/ns/web/sa/db", protocol tcp, endpoints dns "db:5432" }

      authz db { allow web-only when caller is web }

      routes edge {
        otherwise { forward to web }
      }
      """)

  public static let forbiddenHeaderChange = DiagnosticKind(
    "E0813", "header that no route may change",
    why: "Headers of the connection and the framing belong to HTTP; `forwarded` and `x-forwarded-*` are "
      + "written by the proxy from what it knows, and upstreams rely on them.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        otherwise {
          forward to web
          set request.header["x-forwarded-for"] to "10.0.0.1"
        }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      header "x-region": String

      routes edge {
        otherwise {
          forward to web
          set request.header["x-region"] to "eu"
        }
      }
      """)

  public static let malformedCors = DiagnosticKind(
    "E0814", "cors that browsers would refuse or that opens too much",
    why: "Origins are `scheme://host[:port]`; `*` never goes with credentials.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        otherwise {
          forward to web
          cors { origins { "*" }, methods { GET }, credentials }
        }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        otherwise {
          forward to web
          cors { origins { "https://shop.example" }, methods { GET }, credentials }
        }
      }
      """)

  public static let unknownMethodName = DiagnosticKind(
    "E0815", "unknown method",
    why: "Methods are those of RFC 9110 and PATCH.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        otherwise {
          forward to web
          cors { origins { "https://shop.example" }, methods { GTE } }
        }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        otherwise {
          forward to web
          cors { origins { "https://shop.example" }, methods { GET } }
        }
      }
      """)

  public static let overwrittenHeaderChange = DiagnosticKind(
    "E0816", "header change that another undoes",
    why: "Changes are made in their order. `set` and `remove` leave nothing of what an earlier change of the same "
      + "header did, be it in the route or in its `headers` block: one of the two is a mistake. `add` keeps it.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      header "x-region": String

      routes edge {
        otherwise {
          forward to web
          set request.header["x-region"] to "eu"
          set request.header["x-region"] to "us"
        }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      header "x-region": String

      routes edge {
        otherwise {
          forward to web
          set request.header["x-region"] to "eu"
          add "us" to request.header["x-region"]
        }
      }
      """)
}
