/// E09xx: weights, retries, limits.
extension Catalog {
  static let traffic: [DiagnosticKind] = [
    .weightsSum, .zeroWeight, .repeatedDestination, .uselessRetry, .retryExceedsTimeout, .unknownGRPCStatus,
    .limitPrefix,
  ]
}

extension DiagnosticKind {
  public static let weightsSum = DiagnosticKind(
    "E0901", "weights that do not sum to 100%",
    why: "What is left over would go nowhere.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service api { identity "spiffe://shop.example/ns/web/sa/api", protocol http, endpoints dns "api:8080" }

      authz web { allow reads when request.method is GET }

      authz api { allow reads when request.method is GET }

      routes edge {
        otherwise { forward to { web 95%, api 10% } }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service api { identity "spiffe://shop.example/ns/web/sa/api", protocol http, endpoints dns "api:8080" }

      authz web { allow reads when request.method is GET }

      authz api { allow reads when request.method is GET }

      routes edge {
        otherwise { forward to { web 95%, api 5% } }
      }
      """)

  public static let zeroWeight = DiagnosticKind(
    "E0902", "weight of nothing",
    why: "A destination with a weight of 0% never gets a request.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service api { identity "spiffe://shop.example/ns/web/sa/api", protocol http, endpoints dns "api:8080" }

      authz web { allow reads when request.method is GET }

      authz api { allow reads when request.method is GET }

      routes edge {
        otherwise { forward to { web 100%, api 0% } }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service api { identity "spiffe://shop.example/ns/web/sa/api", protocol http, endpoints dns "api:8080" }

      authz web { allow reads when request.method is GET }

      authz api { allow reads when request.method is GET }

      routes edge {
        otherwise { forward to { web 99.99%, api 0.01% } }
      }
      """)

  public static let repeatedDestination = DiagnosticKind(
    "E0903", "destination with two weights",
    why: "Each destination of a split stands once.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service api { identity "spiffe://shop.example/ns/web/sa/api", protocol http, endpoints dns "api:8080" }

      authz web { allow reads when request.method is GET }

      authz api { allow reads when request.method is GET }

      routes edge {
        otherwise { forward to { web 50%, web 50% } }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      service api { identity "spiffe://shop.example/ns/web/sa/api", protocol http, endpoints dns "api:8080" }

      authz web { allow reads when request.method is GET }

      authz api { allow reads when request.method is GET }

      routes edge {
        otherwise { forward to { web 50%, api 50% } }
      }
      """)

  public static let uselessRetry = DiagnosticKind(
    "E0904", "retry that never tries again",
    why: "`tries` counts the first; a retry says on which failures it tries again, and those can occur.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      retry gentle {
        tries 1
        on { connect_failure, reset }
        per_try_timeout 500ms
        backoff 25ms to 250ms
      }

      routes edge {
        otherwise {
          forward to web
          timeout 2s
          retry gentle
        }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      retry gentle {
        tries 3
        on { connect_failure, reset }
        per_try_timeout 500ms
        backoff 25ms to 250ms
      }

      routes edge {
        otherwise {
          forward to web
          timeout 2s
          retry gentle
        }
      }
      """)

  public static let retryExceedsTimeout = DiagnosticKind(
    "E0905", "retry that does not fit its timeout",
    why: "All tries and backoffs at their longest must fit the `timeout` of the route; else the last tries "
      + "are a promise that is not kept.",
    bad: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      retry gentle {
        tries 3
        on { connect_failure, reset }
        per_try_timeout 500ms
        backoff 25ms to 250ms
      }

      routes edge {
        otherwise {
          forward to web
          timeout 1s
          retry gentle
        }
      }
      """,
    good: """
      module shop.web

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      retry gentle {
        tries 3
        on { connect_failure, reset }
        per_try_timeout 500ms
        backoff 25ms to 250ms
      }

      routes edge {
        otherwise {
          forward to web
          timeout 2s
          retry gentle
        }
      }
      """)

  public static let unknownGRPCStatus = DiagnosticKind(
    "E0906", "unknown gRPC status",
    why: "The status is one of gRPC's own, in lower case.",
    bad: """
      module shop.web

      public retry calls { tries 2, on { grpc unavailabel } }
      """,
    good: """
      module shop.web

      public retry calls { tries 2, on { grpc unavailable } }
      """)

  public static let limitPrefix = DiagnosticKind(
    "E0907", "prefix of a key",
    why: "Addresses alone are cut to a prefix, and both families at once: one length for IPv4, one for IPv6.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      limit per-client for web { rate 10/s by request.client_ip /24 }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow reads when request.method is GET }

      limit per-client for web { rate 10/s by request.client_ip /24 /56 }
      """)
}
