/// E07xx: the mesh, gateways, services, principals, tokens, data; who may write for whom.
extension Catalog {
  static let mesh: [DiagnosticKind] = [
    .missingField, .repeatedField, .conflictingFields, .valueOutOfRange, .malformedEndpoint, .emptySubset,
    .unknownPort, .probeProtocol, .duplicateIdentity, .foreignIdentity, .hostTaken, .notOwner, .misfitAuthz,
    .duplicateRule, .shadowAudit, .gatewayWithoutIdentity, .malformedToken, .malformedClaim, .malformedData,
  ]
}

extension DiagnosticKind {
  public static let missingField = DiagnosticKind(
    "E0701", "missing field",
    why: "What a declaration needs is said, not assumed: no port, no issuer and no answerable host is "
      + "guessed.",
    bad: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        endpoints dns "web:8080"
      }

      authz web { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """)

  public static let repeatedField = DiagnosticKind(
    "E0702", "said twice",
    why: "A field, name or value stands once; of two, one would be ignored.",
    bad: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        protocol http
        protocol http2
        endpoints dns "web:8080"
      }

      authz web { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """)

  public static let conflictingFields = DiagnosticKind(
    "E0703", "fields that exclude each other",
    why: "The two say different things of one thing, or one makes the other mean nothing.",
    bad: """
      module shop.web

      service stripe {
        external
        mtls permissive
        protocol http
        endpoints dns "api.stripe.com:443"
        tls { server_name "api.stripe.com", roots system }
      }

      authz stripe { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service stripe {
        external
        protocol http
        endpoints dns "api.stripe.com:443"
        tls { server_name "api.stripe.com", roots system }
      }

      authz stripe { allow reads when request.method is GET }
      """)

  public static let valueOutOfRange = DiagnosticKind(
    "E0704", "value out of range",
    why: "Every number has bounds within which it does what it says.",
    bad: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        port main 80800 http
        endpoints dns "web"
      }

      authz web { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        port main 8080 http
        endpoints dns "web"
      }

      authz web { allow reads when request.method is GET }
      """)

  public static let malformedEndpoint = DiagnosticKind(
    "E0705", "endpoint that cannot be reached",
    why: "An endpoint is a DNS name or an IP address, with a port unless `port` lines give the numbers.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web" }

      authz web { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """)

  public static let emptySubset = DiagnosticKind(
    "E0706", "subset without endpoints",
    why: "No static endpoint has the labels of the subset, so nothing could be sent there.",
    bad: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        protocol http
        endpoints static { "10.0.0.1:8080" { version "v1" } }
        subset canary { version "v2" }
      }

      authz web { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        protocol http
        endpoints static { "10.0.0.1:8080" { version "v1" }, "10.0.0.2:8080" { version "v2" } }
        subset canary { version "v2" }
      }

      authz web { allow reads when request.method is GET }
      """)

  public static let unknownPort = DiagnosticKind(
    "E0707", "unknown port",
    why: "The service has no port of that name.",
    bad: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        port main 8080 http
        port admin 9990 http
        endpoints dns "web"
      }

      authz web port amdin { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        port main 8080 http
        port admin 9990 http
        endpoints dns "web"
      }

      authz web port admin { allow reads when request.method is GET }
      """)

  public static let probeProtocol = DiagnosticKind(
    "E0708", "health probe that the service cannot answer",
    why: "A gRPC probe needs a port that speaks gRPC, an http probe one that speaks http or http2.",
    bad: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        protocol http
        endpoints dns "web:8080"
        health { grpc, every 5s, timeout 1s }
      }

      authz web { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service web {
        identity "spiffe://shop.example/ns/web/sa/web"
        protocol http
        endpoints dns "web:8080"
        health { http "/healthz", every 5s, timeout 1s }
      }

      authz web { allow reads when request.method is GET }
      """)

  public static let duplicateIdentity = DiagnosticKind(
    "E0709", "identity of two",
    why: "Rules know a caller by its identity; two declarations with one identity could not be told apart.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service api { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "api:8080" }

      authz web { allow reads when request.method is GET }

      authz api { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service api { identity "spiffe://shop.example/ns/web/sa/api", protocol http, endpoints dns "api:8080" }

      authz web { allow reads when request.method is GET }

      authz api { allow reads when request.method is GET }
      """)

  public static let foreignIdentity = DiagnosticKind(
    "E0710", "identity outside the trust domain",
    why: "What the mesh runs has an identity of its trust domain. Those of others are declared as "
      + "`principal`.",
    bad: """
      module shop.web

      mesh shop { trust_domain "shop.example" }

      service web { identity "spiffe://shop.exmaple/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      mesh shop { trust_domain "shop.example" }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """)

  public static let hostTaken = DiagnosticKind(
    "E0711", "host of another",
    why: "A host has one owner. Under another module's wildcard it is taken by `mount` only, in the place "
      + "that module chose.",
    bad: """
      // file: edge.weir
      module shop.edge

      gateway edge { hosts { "*.shop.example" } }

      routes edge {
        otherwise { respond 404 }
      }
      // file: cart.weir
      module shop.cart

      routes "cart.shop.example" {
        otherwise { respond 204 }
      }
      """,
    good: """
      // file: edge.weir
      module shop.edge

      gateway edge { hosts { "*.shop.example" } }

      routes edge {
        mount "/cart" from shop.cart.tree
        otherwise { respond 404 }
      }
      // file: cart.weir
      module shop.cart

      public routes tree {
        otherwise { respond 204 }
      }
      """)

  public static let notOwner = DiagnosticKind(
    "E0712", "not the owner",
    why: "A service belongs to the module that declares it or that it names with `owned by`; only the owner "
      + "writes its rules, routes and limits. A gateway belongs to the module that declares it. Rules and "
      + "ceilings of the mesh stand where the mesh is declared.",
    bad: """
      // file: services.weir
      module shop.services

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      // file: team.weir
      module shop.team

      import shop.services.{web}

      authz web { allow reads when request.method is GET }
      """,
    good: """
      // file: services.weir
      module shop.services

      service web owned by shop.team { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      // file: team.weir
      module shop.team

      import shop.services.{web}

      authz web { allow reads when request.method is GET }
      """)

  public static let misfitAuthz = DiagnosticKind(
    "E0713", "rules or limit that do not fit their target",
    why: "`port` belongs to services with named ports, `for http` and `for tcp` to the mesh, `with token` to "
      + "what speaks HTTP.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web for http { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """)

  public static let duplicateRule = DiagnosticKind(
    "E0714", "two rules of one name",
    why: "Logs, metrics, tests and explanations speak of rules by name: it is unique among all rules that "
      + "decide about a service, those of the mesh included.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        allow reads when request.method is HEAD
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        allow heads when request.method is HEAD
      }
      """)

  public static let shadowAudit = DiagnosticKind(
    "E0715", "shadow audit",
    why: "An audit rule marks requests and decides nothing, so there is nothing to hold back.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        shadow audit admin-use when request.path under "/admin"
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        audit admin-use when request.path under "/admin"
      }
      """)

  public static let gatewayWithoutIdentity = DiagnosticKind(
    "E0716", "gateway without identity",
    why: "A service that takes mutual TLS must see who calls; a gateway that forwards to it needs an "
      + "identity.",
    bad: """
      module shop.web

      gateway edge { hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        otherwise { forward to web }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes edge {
        otherwise { forward to web }
      }
      """)

  public static let malformedToken = DiagnosticKind(
    "E0717", "issuer of tokens that cannot be trusted",
    why: "Algorithms are pinned, keys come over https or from a file, and a token is known by its issuer, "
      + "which one `jwt` declares.",
    bad: """
      module shop.web

      jwt staff {
        issuer "https://id.shop.example"
        audience "shop"
        keys url "https://id.shop.example/jwks.json"
        algorithms { HS256 }
      }
      """,
    good: """
      module shop.web

      jwt staff {
        issuer "https://id.shop.example"
        audience "shop"
        keys url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
      }
      """)

  public static let malformedClaim = DiagnosticKind(
    "E0718", "claim that cannot be read",
    why: "A claim is a String, Int, Bool, Time or Set<String>; `split` makes a set of a string; `iss`, `sub` "
      + "and `aud` are there anyway.",
    bad: """
      module shop.web

      jwt staff {
        issuer "https://id.shop.example"
        audience "shop"
        keys url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim level: Percent
      }
      """,
    good: """
      module shop.web

      jwt staff {
        issuer "https://id.shop.example"
        audience "shop"
        keys url "https://id.shop.example/jwks.json"
        algorithms { ES256 }
        claim level: Int
      }
      """)

  public static let malformedData = DiagnosticKind(
    "E0719", "data set that cannot be",
    why: "Data is loaded beside the bundle as a set of strings, numbers, identities, addresses, hosts or "
      + "paths.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      data revoked: Identity max 1000 stale 10m

      authz web {
        allow reads when request.method is GET
        deny gone when caller in revoked
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      data revoked: Set<Identity> max 1000 stale 10m

      authz web {
        allow reads when request.method is GET
        deny gone when caller in revoked
      }
      """)
}
