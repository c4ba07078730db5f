import Testing
import WeirCompiler
import WeirSource

@Suite struct PortableBytesTests {
  /// A place in a bundle is relative to the policy, so that moving the folder changes no byte.
  @Test(arguments: [
    ["policy/", "policy/"], ["/srv/checkout/mesh/", "/home/ana/work/"], ["./", ""], ["a/b/../b/", "c/"],
  ])
  func bytesDoNotDependOnTheFolder(folders: [String]) throws {
    let bundles = try folders.map { folder in
      let files = [
        SourceFile(
          path: folder + "mesh.weir",
          text: """
            module a
            service s owned by a.rules {
              identity "spiffe://a.example/ns/a/sa/s", protocol http, endpoints dns "s:80"
            }
            """),
        SourceFile(
          path: folder + "rules/s.weir",
          text: """
            module a.rules
            import a.{s}
            authz s { allow readers when request.method is GET }
            """),
      ]
      return try build(#require(check(files).policy), generation: 1)
    }
    #expect(bundles[0] == bundles[1])
  }
}
