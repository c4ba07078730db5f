/// E11xx: limits of the compiler.
extension Catalog {
  static let compilerLimits: [DiagnosticKind] = [
    .conditionTooLarge, .regexTooLarge,
  ]
}

extension DiagnosticKind {
  public static let conditionTooLarge = DiagnosticKind(
    "E1101", "condition too large",
    why: "Functions are put in place of their calls, so a small text can become a large condition. A "
      + "condition has at most 4096 tests; the cost of a decision stays bounded and printed.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      fn f0(path: Path): Bool = path under "/a" or path under "/b" or path under "/c" or path under "/d"
      fn f1(path: Path): Bool = f0(path) or f0(path) or f0(path) or f0(path)
      fn f2(path: Path): Bool = f1(path) or f1(path) or f1(path) or f1(path)
      fn f3(path: Path): Bool = f2(path) or f2(path) or f2(path) or f2(path)
      fn f4(path: Path): Bool = f3(path) or f3(path) or f3(path) or f3(path)
      fn f5(path: Path): Bool = f4(path) or f4(path) or f4(path) or f4(path)
      fn f6(path: Path): Bool = f5(path) or f5(path) or f5(path) or f5(path)

      authz web { allow many when f6(request.path) }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      fn f0(path: Path): Bool = path under "/a" or path under "/b" or path under "/c" or path under "/d"

      authz web { allow many when f0(request.path) }
      """)

  public static let regexTooLarge = DiagnosticKind(
    "E1102", "regex too large",
    why: "Every regex becomes an automaton with at most 4096 states, whatever it looks like, so that "
      + "matching is one step a byte.",
    bad: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow blobs when request.path matches re"/(a|b)*a(a|b){12}" }
      """,
    good: """
      module shop.web

      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:8080" }

      authz web { allow blobs when request.path matches re"/[ab]+" }
      """)
}
