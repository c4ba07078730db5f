/// E06xx: layers, attributes, tokens, captures and facts.
extension Catalog {
  static let layers: [DiagnosticKind] = [
    .wrongLayer, .unknownAttribute, .tokenWithoutIssuer, .unknownClaim, .unboundCapture, .notAFact,
    .unknownTokenDefect,
  ]
}

extension DiagnosticKind {
  public static let wrongLayer = DiagnosticKind(
    "E0601", "attribute of another layer",
    why: "The type says where a thing can be enforced. At connection level there is no HTTP request to read; "
      + "a response is there only after the request was decided.",
    bad: """
      module shop.data

      service db { identity "spiffe://shop.example/ns/data/sa/db", protocol tcp, endpoints dns "db:5432" }

      authz db { allow orders when request.path under "/orders" }
      """,
    good: """
      module shop.data

      service db { identity "spiffe://shop.example/ns/data/sa/db", protocol tcp, endpoints dns "db:5432" }

      authz db { allow orders when source.ip in "10.0.0.0/8" }
      """)

  public static let unknownAttribute = DiagnosticKind(
    "E0602", "unknown attribute",
    why: "Attributes are those of the language. An unknown one would never have a value.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.metod is GET }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """)

  public static let tokenWithoutIssuer = DiagnosticKind(
    "E0603", "token without its issuer",
    why: "A token counts only when its issuer is chosen by name: `with token customers`. Two issuers could "
      + "both say `admin`.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      jwt customers {
        issuer     "https://id.shop.example"
        audience   "shop"
        keys       url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim tenant: String
        claim roles: Set<String>?
        claim mfa: Bool?
      }

      authz web { allow tenants when token.tenant is "a" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      jwt customers {
        issuer     "https://id.shop.example"
        audience   "shop"
        keys       url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim tenant: String
        claim roles: Set<String>?
        claim mfa: Bool?
      }

      authz web with token customers { allow tenants when token.tenant is "a" }
      """)

  public static let unknownClaim = DiagnosticKind(
    "E0604", "unknown claim",
    why: "Claims are declared with their types by the `jwt`; `iss`, `sub` and `aud` always exist.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      jwt customers {
        issuer     "https://id.shop.example"
        audience   "shop"
        keys       url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim tenant: String
        claim roles: Set<String>?
        claim mfa: Bool?
      }

      authz web with token customers { allow tenants when token.tenat is "a" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      jwt customers {
        issuer     "https://id.shop.example"
        audience   "shop"
        keys       url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim tenant: String
        claim roles: Set<String>?
        claim mfa: Bool?
      }

      authz web with token customers { allow tenants when token.tenant is "a" }
      """)

  public static let unboundCapture = DiagnosticKind(
    "E0605", "capture that nothing binds",
    why: "A capture has a value only where a `matches` test that binds it holds: in the same list of `and`, "
      + "or for a template in the condition of its own route, whatever branch was true.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      jwt customers {
        issuer     "https://id.shop.example"
        audience   "shop"
        keys       url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim tenant: String
        claim roles: Set<String>?
        claim mfa: Bool?
      }

      authz web with token customers { allow own when request.path under "/users" and token.sub is capture.id }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      jwt customers {
        issuer     "https://id.shop.example"
        audience   "shop"
        keys       url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim tenant: String
        claim roles: Set<String>?
        claim mfa: Bool?
      }

      authz web with token customers { allow own when request.path matches "/users/{id}" and token.sub is capture.id }
      """)

  public static let notAFact = DiagnosticKind(
    "E0606", "not a fact of a test",
    why: "Facts say what a request carries beyond its first line. What follows from something else, such as "
      + "the namespace of a caller, is not stated twice.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow anyone always }

      test "reads" for web {
        GET "/" from web with { request.path is "/a" } => allow by anyone
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow anyone always }

      test "reads" for web {
        GET "/a" from web => allow by anyone
      }
      """)

  public static let unknownTokenDefect = DiagnosticKind(
    "E0607", "unknown defect of a token",
    why: "A token that is there and not valid refuses the request with one of the `token_…` codes; `weir "
      + "explain --list reject` lists them.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      jwt customers {
        issuer     "https://id.shop.example"
        audience   "shop"
        keys       url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim tenant: String
        claim roles: Set<String>?
        claim mfa: Bool?
      }

      authz web with token customers { allow admin when token.mfa is true }

      test "expired" for web {
        GET "/" from web with { token is invalid expird } => reject token_expired
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      jwt customers {
        issuer     "https://id.shop.example"
        audience   "shop"
        keys       url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim tenant: String
        claim roles: Set<String>?
        claim mfa: Bool?
      }

      authz web with token customers { allow admin when token.mfa is true }

      test "expired" for web {
        GET "/" from web with { token is invalid expired } => reject token_expired
      }
      """)
}
