/// E10xx: tests and proofs.
extension Catalog {
  static let tests: [DiagnosticKind] = [
    .unknownExpectation, .misfitTest, .malformedTarget, .contradictingFacts, .contradictingExpectations,
    .unknownRejectCode, .emptyTest, .misfitProof,
  ]
}

extension DiagnosticKind {
  public static let unknownExpectation = DiagnosticKind(
    "E1001", "expectation of something that is not there",
    why: "The rule, route or limit does not exist or cannot decide here, so the case could never pass.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/" => allow by raeds
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/" => allow by reads
      }
      """)

  public static let misfitTest = DiagnosticKind(
    "E1002", "test that does not fit its target",
    why: "A service that speaks HTTP is sent requests, one that speaks tcp is connected to; of several ports "
      + "the test names one.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        connect => allow by reads
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/" => allow by reads
      }
      """)

  public static let malformedTarget = DiagnosticKind(
    "E1003", "request without a path",
    why: "The target is a path that begins with `/`, or a URL.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "index.html" => allow by reads
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/index.html" => allow by reads
      }
      """)

  public static let contradictingFacts = DiagnosticKind(
    "E1004", "facts that contradict each other",
    why: "Each fact is given once, and a token that is not valid has no claims.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/" with { source.ip is "10.0.0.1", source.ip is "10.0.0.2" } => allow by reads
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/" with { source.ip is "10.0.0.1" } => allow by reads
      }
      """)

  public static let contradictingExpectations = DiagnosticKind(
    "E1005", "expectations that contradict each other",
    why: "A request has one outcome, and goes to one place.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/" => allow by reads, deny no_rule
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/" => allow by reads
      }
      """)

  public static let unknownRejectCode = DiagnosticKind(
    "E1006", "unknown reject code",
    why: "`weir explain --list reject` lists the codes.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/%2F" => reject path_encoded_slahs
      }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/%2F" => reject path_encoded_slash
      }
      """)

  public static let emptyTest = DiagnosticKind(
    "E1007", "test or proof of nothing",
    why: "A test without a case passes whatever the policy says.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {}
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      test "reads" for web {
        GET "/" => allow by reads
      }
      """)

  public static let misfitProof = DiagnosticKind(
    "E1008", "proof that does not fit its target",
    why: "`equivalent` compares two sets of rules; a gateway without rules admits everybody; a proof about "
      + "routes needs routes.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      prove "pages go to web" { always route web to web always }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      routes web {
        otherwise { forward to web }
      }

      prove "pages go to web" { always route web to web always }
      """)
}
