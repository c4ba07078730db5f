/// E03xx: names, modules, imports, annotations, declared headers.
extension Catalog {
  static let names: [DiagnosticKind] = [
    .unknownModule, .unknownName, .notPublic, .duplicateName, .importConflict, .wrongKindOfName, .misplacedPublic,
    .undeclaredHeader, .headerDeclaration, .unknownAnnotation, .annotationArgument, .misplacedAnnotation,
    .reservedModule, .attributeName,
  ]
}

extension DiagnosticKind {
  public static let unknownModule = DiagnosticKind(
    "E0301", "unknown module",
    why: "An `import`, `owned by`, `ceiling` or `mount … from` names a module that no file of the program begins with. "
      + "A module's name is its `module` line, not its folder.",
    bad: """
      module shop.web

      import std.htpp

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """,
    good: """
      module shop.web

      import std.http

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method in http.safe_methods }
      """)

  public static let unknownName = DiagnosticKind(
    "E0302", "unknown name",
    why:
      "A name must be declared in this module or imported by it. A policy that speaks of something that is not there "
      + "would silently not hold.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      service checkout { identity "spiffe://shop.example/ns/web/sa/checkout", protocol http, endpoints dns "checkout:80" }

      authz web { allow orders when caller is chekout }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      service checkout { identity "spiffe://shop.example/ns/web/sa/checkout", protocol http, endpoints dns "checkout:80" }

      authz web { allow orders when caller is checkout }
      """)

  public static let notPublic = DiagnosticKind(
    "E0303", "not public",
    why: "`let`, `fn`, `retry`, `headers`, `routes`, `limit` and `data` belong to their module until it says `public`. "
      + "The mesh, services, gateways, principals and `jwt`s can be imported by anybody.",
    bad: """
      // file: net.weir
      module shop.net

      let office = { "10.1.0.0/16" }
      // file: web.weir
      module shop.web

      import shop.net.{office}

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow office-only when source.ip in { "10.1.0.0/16" } }
      """,
    good: """
      // file: net.weir
      module shop.net

      public let office: Set<CIDR> = { "10.1.0.0/16" }
      // file: web.weir
      module shop.web

      import shop.net.{office}

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow office-only when source.ip in office }
      """)

  public static let duplicateName = DiagnosticKind(
    "E0304", "name declared twice",
    why:
      "A name means one thing. Services, gateways, principals and the mesh share one namespace across the whole program, "
      + "so that logs and metrics are unambiguous; other names are unique in their module.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      principal web { identity "spiffe://shop.example/ns/ops/sa/web" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      principal web-ops { identity "spiffe://shop.example/ns/ops/sa/web" }
      """)

  public static let importConflict = DiagnosticKind(
    "E0305", "conflicting import",
    why:
      "An imported name may not repeat a name of the module or of another import: the reader could not tell which is meant.",
    bad: """
      // file: a.weir
      module shop.a

      public let limit-hosts: Set<Host> = { "a.example" }
      // file: b.weir
      module shop.b

      import shop.a.{limit-hosts}

      let limit-hosts: Set<Host> = { "b.example" }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow known when request.host in limit-hosts }
      """,
    good: """
      // file: a.weir
      module shop.a

      public let limit-hosts: Set<Host> = { "a.example" }
      // file: b.weir
      module shop.b

      import shop.a.{limit-hosts}

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow known when request.host in limit-hosts }
      """)

  public static let wrongKindOfName = DiagnosticKind(
    "E0306", "wrong kind of name",
    why:
      "The name is known, but it stands for something that cannot stand here: a retry is not a service, a gateway is no "
      + "destination.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      routes edge {
        otherwise { forward to edge }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }
      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow customers when caller is edge }

      routes edge {
        otherwise { forward to web }
      }
      """)

  public static let misplacedPublic = DiagnosticKind(
    "E0307", "`public` does not belong here",
    why:
      "`public` exports `let`, `fn`, `retry`, `headers`, `routes`, `limit` and `data`. The mesh, services, gateways, "
      + "principals and `jwt`s can be imported anyway; rules, ceilings, headers, tests and proofs cannot be imported at all.",
    bad: """
      module shop.web

      public service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      """)

  public static let undeclaredHeader = DiagnosticKind(
    "E0308", "undeclared header",
    why:
      "A header is in the standard library or declared with `header \"x-region\": String`, so that a typo in its name does "
      + "not compile and everybody knows its type.",
    bad: """
      module shop.web

      header "x-region": String

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        deny elsewhere when request.header["x-regoin"] is not "eu"
      }
      """,
    good: """
      module shop.web

      header "x-region": String

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow reads when request.method is GET
        deny elsewhere when request.header["x-region"] is not "eu"
      }
      """)

  public static let headerDeclaration = DiagnosticKind(
    "E0309", "header declaration that cannot hold",
    why:
      "A header's name is a lower-case token (RFC 9110 5.6.2); its type is String, Int or Set<String>; it is never optional, "
      + "since every header may be absent; modules that declare the same header agree on its type; headers that steer the "
      + "connection or the framing cannot be used by rules.",
    bad: """
      module shop.web

      header "x-region": Duration
      """,
    good: """
      module shop.web

      header "x-region": String
      """)

  public static let unknownAnnotation = DiagnosticKind(
    "E0310", "unknown annotation",
    why: "The annotations are `@owner`, `@reason`, `@ticket` and `@expires`. Another word would be carried nowhere.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        @owmer("web-team")
        allow reads when request.method is GET
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        @owner("web-team")
        allow reads when request.method is GET
      }
      """)

  public static let annotationArgument = DiagnosticKind(
    "E0311", "wrong argument of an annotation",
    why: "`@owner`, `@reason` and `@ticket` take a string, `@expires` takes a date, and each stands once.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        @expires("2099-01-31")
        allow reads when request.method is GET
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        @expires(2099-01-31)
        allow reads when request.method is GET
      }
      """)

  public static let misplacedAnnotation = DiagnosticKind(
    "E0312", "annotation where nothing carries it",
    why:
      "Rules and routes carry annotations into logs, explanations and lints; on an `authz` or `routes` block they hold for "
      + "everything inside. On other declarations they would do nothing.",
    bad: """
      module shop.web

      @owner("web-team")
      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      @owner("web-team")
      authz web { allow reads when request.method is GET }
      """)

  public static let reservedModule = DiagnosticKind(
    "E0313", "module name of the standard library",
    why: "Modules under `std` come with the compiler; a second one could change what a reviewed policy means.",
    bad: """
      module std.web

      public let pages = { "/", "/index.html" }
      """,
    good: """
      module shop.web

      public let pages = { "/", "/index.html" }
      """)

  public static let attributeName = DiagnosticKind(
    "E0314", "name of an attribute",
    why:
      "In a condition `request`, `source`, `sni`, `caller`, `token`, `capture`, `time` and `response` are attributes. "
      + "Something declared under such a name could never be meant there.",
    bad: """
      module shop.web

      service caller { identity "spiffe://shop.example/ns/web/sa/caller", protocol http, endpoints dns "caller:8080" }
      """,
    good: """
      module shop.web

      service dialer { identity "spiffe://shop.example/ns/web/sa/caller", protocol http, endpoints dns "caller:8080" }
      """)
}
