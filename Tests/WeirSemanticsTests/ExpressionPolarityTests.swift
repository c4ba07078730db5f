import Testing

/// Where absence would help the request.
@Suite struct ExpressionPolarityTests {
  /// Each condition in a deny and in an allow: `!` where absence would help.
  @Test(arguments: [
    (#"token.sub is "a""#, "!", ""), (#"token.sub is not "a""#, "", "!"), (#"not token.sub is "a""#, "", "!"),
    (#"not token.sub is not "a""#, "!", ""), (#"not not token.sub is "a""#, "!", ""),
    (#"token.sub in { "a" }"#, "!", ""), (#"token.sub not in { "a" }"#, "", "!"), (#"token.groups has "a""#, "!", ""),
    (#"token.groups not has "a""#, "", "!"), ("token.sub is present", "", ""), ("token.sub is absent", "", ""),
    ("not token.sub is present", "", ""),
    // A decision in writing.
    (#"token.sub is "a" else true"#, "", ""), (#"token.sub is not "a" else false"#, "", ""),
    (#"not (token.sub is "a" else true)"#, "", ""),
    // A guard in the same list.
    (#"token.sub is present and token.sub is "a""#, "", ""), (#"token.sub is absent or token.sub is "a""#, "", ""),
    (#"token.sub is absent or token.sub is not "a""#, "", ""),
    (#"not (token.sub is absent or token.sub is "a")"#, "", ""),
    (#"token.sub is present and (token.sub is "a" or token.sub is "b")"#, "!!", ""),
    (#"token.sub is present and (token.sub is "a" and request.method is GET)"#, "", ""),
    (#"token.sub is present and not (token.sub is "a" or token.sub is "b")"#, "", ""),
    (#"token.tenant is present and token.sub is "a""#, "!", ""),
    // The token guards what every token has.
    (#"token is present and token.tenant is "a""#, "", ""), (#"token is present and token.iss is "a""#, "", ""),
    (#"token is present and token.sub is "a""#, "!", ""), ("token is present and token.mfa is true", "!", ""),
    (#"token is absent or token.tenant is not "a""#, "", ""),
    // Both sides.
    ("token.sub is token.tenant", "!", ""), ("token.sub is not token.tenant", "", "!"),
    ("token.sub is present and token.sub is token.tenant", "!", ""),
    ("token.sub is present and token.tenant is present and token.sub is token.tenant", "", ""),
    (#"request.path matches "/{id}" and token.sub is capture.id"#, "!", ""),
    (#"request.path matches "/{id}" and token.sub is not capture.id"#, "", "!"),
    // Any and all are false over nothing, whatever is asked.
    (#"any request.header["x-region"] is "a""#, "!", ""), (#"any request.header["x-region"] is not "a""#, "!", ""),
    (#"not (any request.header["x-region"] is "a")"#, "", "!"), (#"all request.header["x-tags"] is "a""#, "!", ""),
    (#"request.header["x-tags"] is present and any request.header["x-tags"] is "a""#, "", ""),
    // Callers.
    ("caller is db", "", ""), ("caller is not db", "", ""), (#"caller.trust_domain is not "a""#, "", ""),
    (#"caller.namespace is "a""#, "!", ""), (#"caller.namespace is not "a""#, "", "!"),
    (#"caller.account is "a" and caller.namespace is not "b""#, "!", ""),
    (#"caller.account is "a" or caller.namespace is not "b""#, "", "!"),
    (#"caller.account is "a" and caller.namespace is "b""#, "!!", ""),
    // Through functions.
    ("is_a(token.sub)", "!", ""), ("not is_a(token.sub)", "", "!"), ("is_not_a(token.sub)", "", "!"),
    ("token.sub is present and is_a(token.sub)", "", ""), ("known(token.sub)", "", ""),
    ("a_or_absent(token.sub)", "", ""),
    // Never absent.
    ("request.method is GET", "", ""), ("request.method is not GET", "", ""), ("time.hour not in 6..20", "", ""),
    (#"source.ip not in "10.0.0.0/8""#, "", ""),
  ])
  func judges(_ condition: String, _ deny: String, _ allow: String) {
    for (effect, expected) in [("deny", deny), ("allow", allow), ("shadow deny", deny), ("audit", "")] {
      let mesh = Mesh(
        effect: effect,
        declarations: """
          fn is_a(x: String): Bool = x is "a"
          fn is_not_a(x: String): Bool = x is not "a"
          fn known(x: String?): Bool = x is present and x is "a"
          fn a_or_absent(x: String?): Bool = x is "a" else true
          """)
      let codes = mesh.check(condition).diagnostics.filter(\.isError).map(\.kind.code)
      #expect(codes == expected.map { _ in "E0501" }, "\(effect) when \(condition)")
    }
  }

  @Test(arguments: [
    ("caller is db", "!", ""), ("caller is not db", "", "!"), (#"caller.trust_domain is not "a""#, "", "!"),
    (#"caller is present and caller.trust_domain is not "a""#, "", ""),
    (#"caller is present and caller.namespace is not "a""#, "", "!"),
    (#"caller matches "spiffe://a.b/{x}" and token.sub is not capture.x else false"#, "!", ""),
  ])
  func callersOfPermissiveServicesMayBeAbsent(_ condition: String, _ deny: String, _ allow: String) {
    for (effect, expected) in [("deny", deny), ("allow", allow)] {
      let mesh = Mesh(effect: effect, scope: "authz open with token customers")
      let codes = mesh.check(condition).diagnostics.filter(\.isError).map(\.kind.code)
      #expect(codes == expected.map { _ in "E0501" }, "\(effect) when \(condition)")
    }
  }

  /// One rule for ports with and without mutual TLS says what an absent caller means to those that may have one.
  @Test(arguments: [
    ("caller in revoked", true, false), ("caller in revoked else true", false, false),
    ("caller in revoked else false", false, false), ("caller is present and caller in revoked", false, false),
    ("caller is absent or caller in revoked", false, false), ("caller not in revoked", false, true),
    ("caller not in revoked else false", false, false), ("caller is absent", false, false),
    ("not (caller is absent or caller in revoked)", false, false), ("out(caller)", true, false),
    (#"caller.trust_domain is "a" else true"#, false, false),
  ])
  func oneRuleForPortsWithAndWithoutMutualTLS(_ condition: String, _ failsAsDeny: Bool, _ failsAsAllow: Bool) {
    for scope in ["authz shop for http", "authz both"] {
      for (effect, fails) in [("deny", failsAsDeny), ("allow", failsAsAllow)] {
        let mesh = Mesh(
          effect: effect, scope: scope,
          declarations: """
            fn out(x: Identity?): Bool = x in revoked
            service both {
              identity "spiffe://shop.example/ns/both/sa/both"
              port main 80 http
              port admin 81 http
              endpoints dns "both"
              mtls permissive on admin
            }
            """)
        let codes = Set(mesh.check(condition).diagnostics.filter(\.isError).map(\.kind.code))
        #expect(codes == (fails ? ["E0501"] : []), "\(scope): \(effect) when \(condition)")
      }
    }
  }

  /// So does one ceiling over all that a module allows.
  @Test(arguments: [
    ("caller is not db", ["E0501"]), ("caller is not db else false", []),
    ("caller is present and caller is not db", []), ("caller is absent", []),
  ])
  func oneCeilingOverPortsWithAndWithoutMutualTLS(_ condition: String, _ expected: [String]) {
    for scope in ["authz shop for http", "authz open"] {
      let mesh = Mesh(
        scope: scope,
        declarations: """
          ceiling shop.web when \(condition)
          authz web { allow reads when request.method is GET }
          """)
      let codes = Set(mesh.check("request.method is PUT").diagnostics.filter(\.isError).map(\.kind.code))
      #expect(codes == Set(expected), "\(scope): ceiling \(condition)")
    }
  }

  /// And one tree of routes, wherever it is mounted.
  @Test func oneTreeForPlacesWithAndWithoutMutualTLS() {
    let found = checked(
      """
      module shop

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }
      service web { identity "spiffe://shop.example/ns/web/sa/web", protocol http, endpoints dns "web:80" }

      authz web { allow reads when caller is edge }

      public routes tree {
        route known when caller is present and request.path under "/t" { forward to web }
        otherwise { respond 404 }
      }
      routes edge {
        mount "/t" from shop.tree
        otherwise { respond 404 }
      }
      routes web {
        mount "/t" from shop.tree
        otherwise { forward to web }
      }
      """)
    #expect(found.codes == "")
  }

  /// The suggested `else` is the strict one.
  @Test func fixesAreStrict() {
    for (effect, condition, end) in [
      ("deny", #"token.sub is "a""#, "else true"), ("deny", #"not (token.sub is not "a")"#, "else false)"),
      ("allow", #"token.sub is not "a""#, "else false"), ("allow", #"not (token.sub is "a")"#, "else true)"),
    ] {
      let mesh = Mesh(effect: effect)
      let fixed = mesh.check(condition).fixed(mesh.source(condition))
      #expect(fixed?.hasSuffix("\(end) }") ?? false, "\(effect) \(condition)")
    }
  }
}
