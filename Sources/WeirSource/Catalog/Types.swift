/// E04xx: types, constants, tests, functions and templates.
extension Catalog {
  static let types: [DiagnosticKind] = [
    .typeMismatch, .unknownType, .typeNeeded, .badHost, .badPath, .badPattern, .badIdentity, .badAddress,
    .badRegex, .valueNeverOccurs, .unknownTimeZone, .misplacedZone, .bareValue, .emptySet, .wrongTest,
    .secondSpelling, .recursion, .impureFunction, .wrongArguments, .unusedParameter, .nothingRead, .notConstant,
    .badTemplate, .captureTwice, .callerWithoutIdentity, .notAHeader,
  ]
}

extension DiagnosticKind {
  public static let typeMismatch = DiagnosticKind(
    "E0401", "types that do not fit",
    why: "Only values of one type are compared: a port is no string, a host is no path. The constant would "
      + "never be equal to what is read, and the test would silently do nothing.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow admin when request.port is "8080" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow admin when request.port is 8080 }
      """)

  public static let unknownType = DiagnosticKind(
    "E0402", "unknown or unsuitable type",
    why: "Types are those of the language, written as in `Set<String>`. Some stand only in certain places: a "
      + "`fn` gives a Bool, a constant is never optional, a regex is a literal where it is used.",
    bad: """
      module shop.web

      public let pages: Set<Strng> = { "/", "/about" }
      """,
    good: """
      module shop.web

      public let pages: Set<Path> = { "/", "/about" }
      """)

  public static let typeNeeded = DiagnosticKind(
    "E0403", "constant without its type",
    why: "The type of a constant is left out only where it cannot be mistaken: for strings, numbers and "
      + "durations.",
    bad: """
      module shop.web

      public let reading = { GET, HEAD }
      """,
    good: """
      module shop.web

      public let reading: Set<Method> = { GET, HEAD }
      """)

  public static let badHost = DiagnosticKind(
    "E0404", "not a host",
    why: "A host is a name, an IPv4 address or an IPv6 address in brackets, without port and without user "
      + "information. Anything else is never the host of a request.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow shop when request.host is "shop.example:443" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow shop when request.host is "shop.example" }
      """)

  public static let badPath = DiagnosticKind(
    "E0405", "path that no request has",
    why: "Rules, routes and limits see the one canonical path of a request. A constant in another spelling, "
      + "such as one with `//` or an escaped letter, would never be met.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow charges when request.path is "/v1//charges" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow charges when request.path is "/v1/charges" }
      """)

  public static let badPattern = DiagnosticKind(
    "E0406", "malformed pattern of segments",
    why: "A pattern is made of whole segments: text, `{x}` for one non-empty segment, and at the end "
      + "`{rest...}` for zero or more.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow orders when request.path matches "/orders/o-{id}" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow orders when request.path matches "/orders/{id}" }
      """)

  public static let badIdentity = DiagnosticKind(
    "E0407", "not a SPIFFE identity",
    why: "Callers are compared with identities of the form `spiffe://trust-domain/ns/NAMESPACE/sa/ACCOUNT` "
      + "or another path. A malformed one would never be a caller's.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow checkout when caller is "spiffe://Shop.Example/ns/prod/sa/checkout" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow checkout when caller is "spiffe://shop.example/ns/prod/sa/checkout" }
      """)

  public static let badAddress = DiagnosticKind(
    "E0408", "not an address or network",
    why: "Addresses are IPv4 in four decimal numbers or IPv6 (RFC 4291), networks are CIDR without bits "
      + "beyond the prefix. Such bits mean that either the address or the prefix is wrong.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow office when source.ip in "10.1.2.3/8" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow office when source.ip in "10.0.0.0/8" }
      """)

  public static let badRegex = DiagnosticKind(
    "E0409", "malformed regex",
    why: "Regexes match the whole value in linear time. They have no anchors, back references or "
      + "lookarounds, and nothing in them is without meaning.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow pages when request.path matches re"/(page|post" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow pages when request.path matches re"/(page|post)" }
      """)

  public static let valueNeverOccurs = DiagnosticKind(
    "E0410", "value that never occurs",
    why: "The attribute never has this value: there is no hour 24, no status 600 and no scheme `ftp`. The "
      + "test would be constant.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow at-night when time.hour in 22..24 }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow at-night when time.hour in 22..23 }
      """)

  public static let unknownTimeZone = DiagnosticKind(
    "E0411", "unknown time zone",
    why: "Zones are named as in the IANA database, by their present name. Their rules are compiled into the "
      + "bundle, so that a decision does not depend on the files of the host. Zones whose clocks follow no "
      + "rule are not offered.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow by-day when time.hour in "Europe/Berlinn" in 6..20 }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow by-day when time.hour in "Europe/Berlin" in 6..20 }
      """)

  public static let misplacedZone = DiagnosticKind(
    "E0412", "time zone where none is read",
    why: "A time zone goes with `time.weekday`, `time.hour`, `time.minute` and `time.date`. An instant is "
      + "the same everywhere.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow january when time in "Europe/Berlin" in 2026-01-01T00:00:00Z..2026-01-31T23:59:59Z }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow january when time in 2026-01-01T00:00:00Z..2026-01-31T23:59:59Z }
      """)

  public static let bareValue = DiagnosticKind(
    "E0413", "a value is no condition",
    why: "Every test is written out: what is read, and what is asked of it. A Bool is compared with `is "
      + "true`, a `fn` stands alone.",
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

      authz web with token customers { allow admin when token.mfa }
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
      """)

  public static let emptySet = DiagnosticKind(
    "E0414", "empty set",
    why: "Nothing is in an empty set, so the test would be constant.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow office when source.ip in { } }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow office when source.ip in { "10.0.0.0/8" } }
      """)

  public static let wrongTest = DiagnosticKind(
    "E0415", "test that does not suit the value",
    why: "`is` compares with one value, `in` asks for membership in a set or a range, `has` asks a set for a "
      + "member, `matches` takes a pattern, `under` takes a path.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow pages when request.path in "/pages" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow pages when request.path is "/pages" }
      """)

  public static let secondSpelling = DiagnosticKind(
    "E0416", "second spelling",
    why: "One meaning has one spelling, so that policies can be searched and reviewed: `is absent` and not "
      + "`is not present`, `GET` without quotes, header names in lower case.",
    bad: """
      module shop.web

      header "x-region": String

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        deny nameless when request.header["x-region"] is not present
        allow anyone always
      }
      """,
    good: """
      module shop.web

      header "x-region": String

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        deny nameless when request.header["x-region"] is absent
        allow anyone always
      }
      """)

  public static let recursion = DiagnosticKind(
    "E0417", "definition by itself",
    why: "Constants and functions are put in place of their names. One that needs itself has no end.",
    bad: """
      module shop.web

      public fn inner(path: Path): Bool = path under "/inner" or outer(path)

      public fn outer(path: Path): Bool = inner(path)
      """,
    good: """
      module shop.web

      public fn inner(path: Path): Bool = path under "/inner"

      public fn outer(path: Path): Bool = path under "/outer" or inner(path)
      """)

  public static let impureFunction = DiagnosticKind(
    "E0418", "function that reads more than its parameters",
    why: "A `fn` means the same wherever it is called: it reads its parameters alone. What a request carries "
      + "is passed by the rule, where everybody sees it.",
    bad: """
      module shop.web

      public fn is_page(): Bool = request.path under "/pages"
      """,
    good: """
      module shop.web

      public fn is_page(path: Path): Bool = path under "/pages"
      """)

  public static let wrongArguments = DiagnosticKind(
    "E0419", "wrong arguments of a call",
    why: "A call passes one argument for each parameter.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      fn is_page(path: Path): Bool = path under "/pages"

      authz web { allow pages when is_page(request.path, request.method) }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      fn is_page(path: Path): Bool = path under "/pages"

      authz web { allow pages when is_page(request.path) }
      """)

  public static let unusedParameter = DiagnosticKind(
    "E0420", "parameter without use",
    why: "A parameter that the body does not read lets a caller believe that it matters.",
    bad: """
      module shop.web

      public fn is_page(path: Path, method: Method): Bool = path under "/pages"
      """,
    good: """
      module shop.web

      public fn is_page(path: Path, method: Method): Bool = path under "/pages" and method is GET
      """)

  public static let nothingRead = DiagnosticKind(
    "E0421", "test that asks nothing of the request",
    why: "A test begins with what is read of the request. Two constants, or an attribute and itself, give "
      + "the same answer for every request.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when GET is request.method }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }
      """)

  public static let notConstant = DiagnosticKind(
    "E0422", "attribute where a constant must stand",
    why: "Patterns, prefixes and sets are constants of the policy. A client that could choose them would "
      + "choose the rule.",
    bad: """
      module shop.web

      header "x-region": String

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow same when request.path matches request.header["x-region"] }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow same when request.path matches "/eu/{rest...}" }
      """)

  public static let badTemplate = DiagnosticKind(
    "E0423", "malformed template",
    why: "Redirects and rewrites are text with `{x}`, `{rest...}` and `{path...}` in it. What stands between "
      + "them is canonical, so that the result can be sent, and the host of a redirect is constant: whoever "
      + "sends a request must not choose where it leads.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow anyone always }

      routes web {
        route legacy when request.path matches "/old/{id}" { redirect 308 to "/new//{id}" }
        otherwise { forward to web }
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow anyone always }

      routes web {
        route legacy when request.path matches "/old/{id}" { redirect 308 to "/new/{id}" }
        otherwise { forward to web }
      }
      """)

  public static let captureTwice = DiagnosticKind(
    "E0424", "capture bound twice",
    why: "`capture.id` must mean one thing. Two patterns that both hold may not bind the same name.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow own when
          request.path matches "/users/{name}"
          and caller matches "spiffe://shop.example/ns/{name}/sa/web"
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web {
        allow own when
          request.path matches "/users/{name}"
          and caller matches "spiffe://shop.example/ns/{space}/sa/web"
          and capture.space is capture.name
      }
      """)

  public static let callerWithoutIdentity = DiagnosticKind(
    "E0425", "caller without identity",
    why: "A service or gateway is recognised as a caller by its identities. Without one it is never the "
      + "caller.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service stripe { external, protocol http, endpoints dns "api.stripe.example:443" }

      authz web { allow hooks when caller is stripe }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service hooks { identity "spiffe://shop.example/ns/web/sa/hooks", protocol http, endpoints dns "hooks:8080" }

      authz web { allow hooks when caller is hooks }
      """)

  public static let notAHeader = DiagnosticKind(
    "E0426", "change of something other than a header",
    why: "`set`, `add` and `remove` change headers of the request or the response, nothing else.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow anyone always }

      routes web {
        otherwise {
          forward to web
          remove request.cookie["sid"]
        }
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow anyone always }

      header "x-region": String

      routes web {
        otherwise {
          forward to web
          remove request.header["x-region"]
        }
      }
      """)
}
