import Foundation
import Testing

@Suite struct BundleTests {
  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write("web.weir", webService)
    return workspace
  }

  @Test func keysArePrivateAndNeverOverwritten() throws {
    let workspace = try workspace()
    let made = try workspace.weir("keygen", "--out", "release")
    #expect(made.status == 0)
    #expect(try workspace.text("release.key").hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(try workspace.text("release.pub").hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
    let attributes = try FileManager.default.attributesOfItem(atPath: workspace.folder.path + "/release.key")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let key = try workspace.bytes("release.key")
    #expect(try workspace.weir("keygen", "--out", "release").status == 2)
    #expect(try workspace.bytes("release.key") == key)
    // A half of a pair is no reason to make another half.
    try FileManager.default.removeItem(atPath: workspace.folder.path + "/release.key")
    #expect(try workspace.weir("keygen", "--out", "release").status == 2)
    #expect(!workspace.exists("release.key"))
  }

  @Test func buildsTheSameBytesAndSigns() throws {
    let workspace = try workspace()
    let first = try workspace.weir("build", "web.weir", "-o", "a.weirb", "--generation", "7")
    #expect(first.status == 0)
    #expect(first.out.hasPrefix("a.weirb: "))
    #expect(first.out.contains("generation 7, unsigned, sha256 "))
    _ = try workspace.weir("build", ".", "--output", "b.weirb", "--generation", "7")
    #expect(try workspace.bytes("a.weirb") == workspace.bytes("b.weirb"))
    _ = try workspace.weir("keygen", "--out", "k")
    _ = try workspace.weir("build", ".", "-o", "c.weirb", "--generation", "7", "--key", "k.key")
    _ = try workspace.weir("build", ".", "-o", "d.weirb", "--generation", "7", "--key", "k.key")
    #expect(try workspace.bytes("c.weirb") == workspace.bytes("d.weirb"))
    #expect(try workspace.bytes("a.weirb") != workspace.bytes("c.weirb"))
  }

  @Test func saysHowScopesAreDecided() throws {
    let workspace = try workspace()
    let outcome = try workspace.weir("build", "web.weir", "-o", "a.weirb", "--stats")
    #expect(outcome.status == 0)
    #expect(outcome.out.contains("authz web: graph of "))
    #expect(outcome.out.contains(" rules and routes indexed (100%)"))
  }

  @Test func aPolicyWithErrorsIsNotBuilt() throws {
    let workspace = try workspace()
    try workspace.write("old.weirb", "what was there")
    try workspace.write("web.weir", CheckTests.broken)
    let outcome = try workspace.weir("build", "web.weir", "-o", "old.weirb")
    #expect(outcome.status == 1)
    #expect(outcome.out.isEmpty)
    #expect(outcome.err.contains("error[E0302]"))
    #expect(try workspace.text("old.weirb") == "what was there")
  }

  @Test func verifiesSignaturesAndBytes() throws {
    let workspace = try workspace()
    for name in ["k", "other"] { _ = try workspace.weir("keygen", "--out", name) }
    _ = try workspace.weir("build", "web.weir", "-o", "signed.weirb", "--key", "k.key")
    _ = try workspace.weir("build", "web.weir", "-o", "unsigned.weirb")
    let valid = try workspace.weir("verify", "signed.weirb", "--trust", "other.pub", "--trust", "k.pub")
    #expect(valid.status == 0)
    #expect(valid.out.hasPrefix("signed.weirb: valid, generation 0, sha256 "))

    let refused: [([String], String)] = [
      (["signed.weirb", "--trust", "other.pub"], "[untrusted]"),
      (["unsigned.weirb", "--trust", "k.pub"], "[unsigned]"),
      (["web.weir", "--trust", "k.pub"], "[not_a_bundle]"),
    ]
    for (arguments, reason) in refused {
      let outcome = try workspace.weir(["verify"] + arguments)
      #expect(outcome.status == 1)
      #expect(outcome.out.contains("refused: "))
      #expect(outcome.out.hasSuffix("\(reason)\n"))
    }

    let bytes = try workspace.bytes("signed.weirb")
    for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 11)) {
      var damaged = bytes
      damaged[place] ^= 1
      try Data(damaged).write(to: workspace.folder.appending(path: "damaged.weirb"))
      #expect(try workspace.weir("verify", "damaged.weirb", "--trust", "k.pub").status == 1, "byte \(place)")
      #expect(try workspace.weir("eval", "damaged.weirb", "--request", "-").status == 2, "byte \(place)")
    }
  }

  @Test func needsArePlacesOfThePolicy() throws {
    let workspace = try workspace()
    try workspace.write(
      "routes.weir",
      """
      module shop.edge

      import shop.web.{web}
      import std.retry.{gentle}

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }

      routes edge {
        otherwise { forward to web, timeout 2s, retry gentle }
      }
      """)
    let built = try workspace.weir("build", ".", "-o", "a.weirb")
    #expect(built.status == 0, "\(built.err)")
    let summary = try workspace.weir("inspect", "a.weirb")
    #expect(summary.lines.contains("needs       `retry` (routes.weir:9:3)"), "\(summary.out)")
    #expect(!summary.out.contains("std/"))
  }

  @Test func inspectsWithoutTrust() throws {
    let workspace = try workspace()
    _ = try workspace.weir("keygen", "--out", "k")
    _ = try workspace.weir("build", "web.weir", "-o", "a.weirb", "--key", "k.key", "--generation", "3")
    let summary = try workspace.weir("inspect", "a.weirb")
    #expect(summary.status == 0)
    #expect(summary.lines.contains("generation  3"))
    #expect(summary.lines.contains { $0.hasPrefix("signed by   ") && $0.count == 12 + 64 })
    #expect(summary.lines.contains("needs       `authz` (web.weir:5:13)"))
    // What the policy does not say is not asked for, though the standard library has it.
    #expect(!summary.out.contains("retry"))
    let rules = try workspace.weir("inspect", "a.weirb", "--rules")
    #expect(rules.lines == ["web  allow  reads  web.weir:5"])
    let stats = try workspace.weir("inspect", "a.weirb", "--stats")
    #expect(stats.lines.contains { $0.hasPrefix("instructions ") })
    let code = try workspace.weir("inspect", "a.weirb", "--disassemble")
    #expect(code.status == 0)
    #expect(code.out.contains("web.weir:5"))
    #expect(code.lines.contains { $0.hasPrefix("classes c0 of r") })
    #expect(code.lines.contains { $0.hasPrefix("  graph over c") })
    #expect(code.lines.contains { $0.contains("by allow reads") })
    #expect(try workspace.weir("inspect", "web.weir").status == 1)
  }
}
