import WeirBundle
import WeirISA
import WeirPolicy

/// One service with one rule; the program is a stand-in, since a bundle does not look inside it.
enum SmallBundle {
  static let position = Position(file: 0, line: 3, column: 1)

  static var policy: Policy {
    var policy = Policy()
    policy.files = ["shop.weir"]
    policy.mesh = Mesh(
      name: "shop", module: "shop", trustDomain: "shop.example", mergesAndDecodesPaths: true, position: position)
    policy.services = [
      Service(
        name: "web", module: "shop", owner: "shop", identities: ["spiffe://shop.example/ns/prod/sa/web"],
        ports: [Service.Port(name: "", number: 80, protocol: .http, isPermissive: false, authz: 0)],
        endpoints: .dns("web:80"), subsets: [], balance: .p2c, capacity: nil, ejection: nil, health: nil,
        connectTimeoutNanoseconds: nil, idleTimeoutNanoseconds: nil, tls: nil, isExternal: false,
        isEnforcedBySidecar: false, ignoresPathCase: false, ignoresTrailingSlash: false, position: position)
    ]
    policy.authz = [
      AuthzScope(
        target: .service(0, port: 0), tokens: [], pathView: .exact,
        rules: [
          Rule(
            name: "all", effect: .allow, isShadow: false, condition: .constant(true), until: nil, module: "shop",
            annotations: Annotations(), documentation: "", position: position)
        ], singleReads: [], position: position)
    ]
    policy.routeTables = [
      RouteTable(
        owner: .hosts([HostPattern(isWildcard: true, name: "shop.example")]), tokens: [], pathView: .exact,
        routes: [
          Route(
            name: "otherwise", mount: nil, condition: .constant(true),
            action: RouteAction(
              kind: .forward(
                [WeightedDestination(destination: Destination(service: 0, subset: nil), weight: 10_000)], sticky: nil)),
            annotations: Annotations(), documentation: "", module: "shop", position: position)
        ], singleReads: [], module: "shop", position: position)
    ]
    return policy
  }

  static func contents(generation: UInt64 = 7) -> BundleContents {
    let code = ProgramSection(kind: .code, bytes: [1, 0, 0, 0, 0, 0, 0, 0])
    let text = ProgramSection(kind: .bytes, bytes: Array("web".utf8))
    return BundleContents(
      program: ProgramImage(sections: [text, code], features: FeatureSet()), policy: policy,
      manifest: Manifest(features: [
        FeatureUse(.authz, place: "shop.weir:3:1"), FeatureUse(.dnsEndpoints, place: "shop.weir:2:5"),
      ]), generation: generation)
  }
}
