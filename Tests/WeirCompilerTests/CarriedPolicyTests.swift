import Foundation
import Testing
import WeirCompiler
import WeirPolicy
import WeirSource

/// What declarations say arrives in the policy: `Tests/Corpus/check/everything` uses each of them.
@Suite struct CarriedPolicyTests {
  let policy: Policy

  init() throws {
    let folder = repository.appendingPathComponent("Tests/Corpus/check/everything")
    policy = try #require(check(try files(inFolder: folder)).policy)
  }

  func service(_ name: String) throws -> Service { try #require(policy.services.first { $0.name == name }) }

  func scope(_ service: String, _ port: String = "") throws -> AuthzScope {
    let port = try #require(try self.service(service).ports.first { $0.name == port })
    return policy.authz[port.authz]
  }

  @Test func mesh() throws {
    let mesh = try #require(policy.mesh)
    #expect(mesh.trustDomain == "all.example" && mesh.mergesAndDecodesPaths)
    #expect(
      policy.gateways.map(\.hosts) == [
        [HostPattern(isWildcard: false, name: "all.example"), HostPattern(isWildcard: true, name: "all.example")]
      ])
  }

  @Test func serviceFields() throws {
    let web = try service("web")
    #expect(web.owner == "everything.team" && web.module == "everything.mesh")
    #expect(web.ports.map(\.number) == [8080, 9990])
    #expect(web.ports.map(\.isPermissive) == [false, true])
    #expect(web.ports.map(\.protocol) == [.http, .http2])
    #expect(web.balance == .maglev(.cookie("sid")))
    #expect(web.capacity == Service.Capacity(connections: 100, pending: 10, requests: 100, retries: 3))
    #expect(
      web.ejection
        == Service.Ejection(errors: 5, everyNanoseconds: 10_000_000_000, forNanoseconds: 30_000_000_000, atMost: 1_000))
    #expect(web.health?.probe == .http(path: "/healthz", status: 200...204))
    #expect(web.ignoresPathCase && web.ignoresTrailingSlash)
    #expect(web.connectTimeoutNanoseconds == 500_000_000 && web.idleTimeoutNanoseconds == 3_600_000_000_000)
    #expect(web.subsets.first?.labels == [.init(name: "version", value: "v1"), .init(name: "zone", value: "a")])
    #expect(try service("calls").isEnforcedBySidecar)
    #expect(try service("stripe").isExternal)
    #expect(try service("stripe").ports[0].number == 443)
    #expect(try service("legacy").tls == Service.TLS(serverName: "legacy.example", rootsFile: "legacy.pem"))
  }

  @Test func rulesInTheOrderOfModules() throws {
    #expect(
      try scope("web", "main").rules.map(\.name) == [
        "banned", "debug", "reads", "writes", "revoked-caller", "no-region", "deep",
      ])
    #expect(try scope("web", "admin").rules.map(\.name) == ["banned", "debug", "metrics"])
    #expect(try scope("db").rules.map(\.name) == ["banned", "night", "web-reads"])
    let reads = try #require(try scope("web", "main").rules.first { $0.name == "reads" })
    #expect(reads.annotations == Annotations(owner: "web-team", reason: "reads"))
    #expect(reads.documentation == "Reading is free inside.")
    #expect(try scope("web", "main").rules.first { $0.name == "no-region" }?.isShadow == true)
  }

  /// `until` and the ceiling are part of the condition.
  @Test func untilAndCeilingBind() throws {
    let reads = try #require(try scope("web", "main").rules.first { $0.name == "reads" })
    guard case .and(let operands) = reads.condition else { Issue.record("\(reads.condition)"); return }
    #expect(operands.count == 2)
    let attributes = attributes(of: reads.condition)
    #expect(attributes.contains(.time(.instant, zone: nil)) && attributes.contains(.caller))
    // 2027-02-01T00:00:00Z is 1,801,440,000.
    #expect("\(reads.condition)".contains("1801439999"))
  }

  /// A shadow rule alone does not make a repeated header a refusal.
  @Test func singleReadsAreThoseOfEnforcedRules() throws { #expect(try scope("web", "main").singleReads.isEmpty) }

  @Test func pathsOfRulesAreFoldedLikeTheServiceSeesThem() throws {
    let metrics = try #require(try scope("web", "admin").rules.first { $0.name == "metrics" })
    #expect("\(metrics.condition)".contains("\"/metrics\""))
  }

  @Test func tables() throws {
    let edge = try #require(policy.routeTables.first { $0.owner == .gateway(0) })
    #expect(edge.routes.map(\.name) == ["plain", "split", "socket", "grpc", "otherwise", "old", "otherwise"])
    #expect(
      edge.routes.map { $0.mount ?? "" } == [
        "", "everything.team.tree", "everything.team.tree", "everything.team.tree", "everything.team.tree", "", "",
      ])
    #expect(edge.routes.last?.condition == .constant(true))
    let split = edge.routes[1]
    guard case .forward(let plan, .attribute(.header("x-region"))?) = split.action.kind else {
      Issue.record("\(split.action.kind)")
      return
    }
    #expect(plan.map(\.weight) == [9_000, 999, 1])
    #expect(split.action.headerChanges.count == 4 && split.action.mirrors.count == 1)
    #expect(split.action.abort?.share == 50 && split.action.delay?.share == 100)
    #expect(split.annotations.ticket == "T-1")
    #expect(edge.tokens == [0])
    // The fallback of a mounted tree takes its prefix and no more.
    #expect(attributes(of: edge.routes[4].condition) == [.path])
  }

  @Test func limitsTokensAndData() throws {
    let limit = try #require(policy.limits.first { $0.name == "per-person" })
    #expect(limit.count == 1_000 && limit.perNanoseconds == 60_000_000_000 && limit.burst == 100)
    #expect(limit.key == .claim(token: 0, name: "sub") && limit.keysMax == 50_000)
    let all = try #require(policy.limits.first { $0.name == "all-of-db" })
    #expect(all.ipv4Prefix == 24 && all.ipv6Prefix == 56 && all.burst == 20)
    #expect(policy.tokens[0].claims.map(\.name) == ["level", "mfa", "roles", "scopes", "since"])
    #expect(policy.tokens[0].algorithms == [.RS256, .ES256, .EdDSA])
    #expect(policy.dataSets.map(\.member) == [.identity])
    #expect(policy.headers.map(\.name).contains("x-region"))
    #expect(policy.headers == policy.headers.sorted { $0.name < $1.name })
  }

  @Test func testsAndProofs() {
    #expect(policy.tests.map(\.cases.count) == [5])
    #expect(policy.tests[0].cases[1].tokenError == "token_expired")
    #expect(policy.tests[0].cases[2].caller == .nobody)
    #expect(policy.tests[0].cases[4].draw == 9_999)
    #expect(policy.proofs.map(\.claims.count) == [4])
  }

  private func attributes(of condition: Condition) -> Set<Attribute> {
    switch condition {
    case .constant: []
    case .and(let operands), .or(let operands): Set(operands.flatMap { attributes(of: $0) })
    case .not(let operand): attributes(of: operand)
    case .test(let test): [test.attribute]
    }
  }
}
