// swift-tools-version: 6.2
import PackageDescription

// Two rivers meet in one place: the compiler never imports the proxy, the proxy never imports the compiler,
// and the bundle is the only bridge. Tests/ArchitectureTests reads this file's graph and checks it.

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// For modules that lend spans of their own memory.
let lending: [SwiftSetting] = strict + [.enableExperimentalFeature("Lifetimes")]

func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], _ settings: [SwiftSetting] = strict
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "weir",
  products: [
    .executable(name: "weir", targets: ["weir"]),
    .library(name: "WeirVM", targets: ["WeirVM"]),
    // For the nested package Benchmarks.
    .library(
      name: "Benchmarked",
      targets: [
        "WeirSource", "WeirPolicy", "WeirCodegen", "WeirCompiler", "WeirISA", "WeirVM", "WeirEnforcement", "CCounters",
      ]),
    // For the nested package Benchmarks/Engine.
    .library(
      name: "BenchmarkedEngine",
      targets: [
        "WeirSource", "WeirCompiler", "WeirPolicy", "WeirPlan", "WeirBundle", "WeirEnforcement", "WeirRequest",
        "WeirISA", "WeirJSON", "WeirVM",
      ]),
    // For the nested package Tests/Fuzz.
    .library(name: "FuzzTargets", targets: ["FuzzTargets"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // text ─► diagnostics ─► tree ─► typed policy ─► bytecode ─► bundle
    module("WeirJSON"),
    module("WeirSource", ["WeirJSON"]),
    module("WeirSyntax", ["WeirSource"]),
    module("WeirRegex"),
    module("WeirPolicy"),
    module(
      "WeirSemantics", ["WeirSource", "WeirSyntax", "WeirPolicy", "WeirRequest", "WeirRegex", "HTTPCanonical"]),
    // classes, decision graph and set operations: what a policy means, for speed and for proofs
    module("WeirPlan", ["WeirPolicy", "WeirRegex"]),
    module("WeirCodegen", ["WeirPolicy", "WeirPlan", "WeirRegex", "WeirISA", "CXXHash"]),
    module("WeirBundle", ["WeirPolicy", "WeirISA", "COpenSSL"]),
    .target(
      name: "WeirStandardLibrary",
      path: "stdlib",
      exclude: ["README.md", "tests"],
      resources: [
        .embedInCode("unwanted.weir"), .embedInCode("http-headers.weir"), .embedInCode("http.weir"),
        .embedInCode("net.weir"), .embedInCode("probes.weir"), .embedInCode("retry.weir"),
      ],
      swiftSettings: strict),
    module(
      "WeirCompiler",
      [
        "WeirSource", "WeirSyntax", "WeirPolicy", "WeirSemantics", "WeirCodegen", "WeirISA", "WeirBundle",
        "WeirStandardLibrary",
      ]),

    // the workbench: other readers of the same tree and the same typed policy
    module("WeirFormat", ["WeirSyntax"]),
    module("WeirLint", ["WeirSource", "WeirSyntax", "WeirPolicy", "WeirAnalysis"]),
    module("WeirReference", ["WeirPolicy", "WeirRequest", "WeirRegex", "HTTPCanonical"]),
    module("WeirTesting", ["WeirPolicy", "WeirRequest", "WeirJSON"]),
    // what the policy does for every request
    module("WeirAnalysis", ["WeirPolicy", "WeirPlan", "WeirReference", "WeirRequest", "WeirTesting"]),

    // bundle ─► verifier ─► machine ─► enforcement
    // For a member that keeps large values where they are.
    module("WeirISA", [], strict + [.enableExperimentalFeature("RawLayout")]),
    module("WeirVM", ["WeirISA", "CXXHash"]),
    module("HTTPCanonical"),
    module("WeirRequest", ["WeirPolicy", "WeirJSON", "HTTPCanonical"]),
    module(
      "WeirEnforcement",
      ["WeirVM", "WeirISA", "WeirJSON", "WeirPolicy", "WeirRequest", "WeirBundle", "HTTPCanonical"], lending),

    // sockets, memory and time ─► the data plane
    module("ProxyTransport", ["CLinux", "WeirPolicy"], lending),
    module("ProxyUpstream", ["CResolver", "ProxyTransport", "WeirJSON", "WeirPolicy"], lending),
    // what a request leaves behind: counters, a line, a trace
    module("ProxyTelemetry", ["ProxyTransport", "WeirPolicy", "WeirRequest"], lending),
    // bytes in, values out; no sockets
    module("ProxyTLS", ["CTLS", "ProxyTransport", "WeirPolicy"], lending),
    module("HTTPWire", ["CNghttp2", "ProxyTransport"], lending),
    module(
      "ProxyCore",
      [
        "ProxyTransport", "ProxyUpstream", "ProxyTLS", "ProxyTelemetry", "HTTPWire", "WeirEnforcement", "WeirISA",
        "WeirRequest", "WeirPolicy",
      ], lending),
    module(
      "Gateway",
      [
        "ProxyCore", "ProxyUpstream", "ProxyTLS", "ProxyTelemetry", "ProxyTransport", "HTTPWire", "WeirBundle",
        "WeirEnforcement", "WeirISA", "WeirJSON", "WeirPolicy", "WeirRequest", .product(name: "Yams", package: "Yams"),
      ], lending),

    // what the demonstration shows: services on this machine
    module("Demonstration", ["HTTPWire", "ProxyTransport", "WeirPolicy"]),

    .executableTarget(
      name: "weir",
      dependencies: [
        "WeirSource", "WeirSyntax", "WeirPolicy", "WeirCodegen", "WeirCompiler", "WeirFormat", "WeirLint",
        "WeirAnalysis", "WeirTesting", "WeirBundle", "WeirVM", "WeirISA", "WeirRequest", "WeirEnforcement", "WeirJSON",
        "HTTPCanonical", "Demonstration", "Gateway", "ProxyTLS", "ProxyTransport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .target(name: "CXXHash"),
    .target(
      name: "CTLS", cSettings: [.define("_GNU_SOURCE")],
      linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
    .target(name: "CNghttp2", linkerSettings: [.linkedLibrary("nghttp2")]),
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "CResolver", cSettings: [.define("_GNU_SOURCE")], linkerSettings: [.linkedLibrary("resolv")]),

    tests("WeirJSONTests", ["WeirJSON", "PropertyTesting"]),
    tests("WeirSourceTests", ["WeirSource", "WeirJSON"]),
    tests("HTTPCanonicalTests", ["HTTPCanonical", "PropertyTesting", "FuzzTargets"]),
    tests("WeirRequestTests", ["HTTPCanonical", "WeirRequest", "WeirPolicy", "WeirJSON", "PropertyTesting"]),
    tests("WeirRegexTests", ["WeirRegex", "PropertyTesting"]),
    tests(
      "WeirPlanTests",
      [
        "WeirPlan", "WeirAnalysis", "WeirPolicy", "WeirRequest", "WeirReference", "HTTPCanonical", "PropertyTesting",
      ]),
    tests(
      "WeirAnalysisTests",
      [
        "WeirSource", "WeirPlan", "WeirPolicy", "WeirCompiler", "WeirReference", "WeirTesting", "WeirAnalysis",
      ]),
    tests("WeirPolicyTests", ["WeirPolicy", "PropertyTesting"]),
    tests(
      "WeirEnforcementTests",
      [
        "PropertyTesting", "WeirBundle", "WeirCompiler", "WeirEnforcement", "WeirISA", "WeirPolicy", "WeirReference",
        "WeirRequest", "WeirSource",
      ]),
    tests(
      "ProxyTelemetryTests", ["ProxyTelemetry", "ProxyTransport", "WeirJSON", "WeirPolicy", "WeirRequest"]),
    tests("WeirBundleTests", ["PropertyTesting", "WeirBundle", "WeirISA", "WeirPolicy"]),
    tests("WeirSyntaxTests", ["WeirSource", "WeirSyntax", "SyntaxTesting", "PropertyTesting"]),
    tests("WeirFormatTests", ["WeirSyntax", "WeirFormat", "SyntaxTesting", "PropertyTesting"]),
    tests("WeirISATests", ["PropertyTesting", "WeirISA"]),
    tests("WeirVMTests", ["WeirVM"]),
    tests("WeirCodegenTests", ["CCounters", "PropertyTesting", "WeirCodegen", "WeirVM", "WeirISA", "WeirPolicy"]),
    tests("WeirLintTests", ["WeirSource", "WeirCompiler", "WeirLint"]),
    tests(
      "WeirTestingTests",
      ["WeirSource", "WeirPolicy", "WeirRequest", "WeirCompiler", "WeirReference", "WeirTesting"]),
    tests(
      "GatewayTests",
      [
        "Gateway", "HTTPWire", "ProxyCore", "ProxySimulation", "ProxyTLS", "ProxyTelemetry", "ProxyTransport",
        "ProxyUpstream", "WeirCompiler", "WeirJSON", "WeirPolicy", "WeirRequest", "WeirSource",
      ]),
    tests("HTTPWireTests", ["FuzzTargets", "HTTPCanonical", "HTTPWire", "PropertyTesting"]),
    tests("ProxyTLSTests", ["ProxyTLS", "ProxyTransport", "PropertyTesting"]),
    tests("HTTP2Tests", ["HTTPWire", "ProxyTransport"]),
    tests("ProxyTransportTests", ["ProxyTransport", "WeirPolicy", "PropertyTesting"]),
    tests("ProxyUpstreamTests", ["ProxyUpstream", "ProxyTransport", "WeirPolicy", "PropertyTesting"]),
    tests(
      "ProxyCoreTests",
      [
        "HTTPWire", "PropertyTesting", "ProxyCore", "ProxySimulation", "ProxyTelemetry", "ProxyTransport",
        "ProxyUpstream", "WeirBundle", "WeirCompiler", "WeirEnforcement", "WeirPolicy", "WeirRequest", "WeirSource",
      ]),
    tests(
      "EndToEndTests",
      [
        "Gateway", "ProxyCore", "ProxyTLS", "ProxyTelemetry", "ProxyTransport", "ProxyUpstream", "WeirBundle",
        "WeirCompiler", "WeirEnforcement", "WeirPolicy", "WeirSource",
      ]),
    tests(
      "TLSSimulationTests",
      [
        "PropertyTesting", "ProxyCore", "ProxySimulation", "ProxyTLS", "ProxyTelemetry", "ProxyTransport",
        "ProxyUpstream", "WeirBundle", "WeirCompiler", "WeirEnforcement", "WeirPolicy", "WeirSource",
      ]),
    tests("ProxySimulationTests", ["ProxySimulation", "ProxyTransport", "PropertyTesting"]),
    tests("PolicyTests", ["weir", "WeirSource", "WeirSyntax"]),
    tests(
      "DifferentialTests",
      [
        "PropertyTesting", "WeirSource", "WeirCompiler", "WeirReference", "WeirEnforcement", "WeirBundle", "WeirPolicy",
        "WeirRequest", "WeirPlan", "WeirAnalysis", "WeirTesting", "WeirCodegen", "WeirISA", "WeirVM",
      ]),
    tests("CommandTests", ["weir", "WeirJSON", "WeirSource", "WeirPolicy", "WeirRequest", "HTTPCanonical"]),
    tests("ArchitectureTests", ["WeirSource"]),
    tests("FuzzRegressionTests", ["FuzzTargets"]),
    tests("WeirCompilerTests", ["WeirCompiler", "WeirSource", "WeirPolicy"]),
    tests("WeirSemanticsTests", ["WeirSemantics", "WeirSyntax", "WeirPolicy", "WeirSource"]),
    .target(name: "CCounters", path: "Tests/CCounters"),
    .target(
      name: "ProxySimulation", dependencies: ["ProxyTransport"], path: "Tests/Simulation", swiftSettings: strict),
    .target(name: "PropertyTesting", path: "Tests/PropertyTesting", swiftSettings: strict),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "WeirSource", "WeirSyntax", "WeirFormat", "SyntaxTesting", "WeirPolicy", "WeirCodegen", "WeirISA", "WeirVM",
        "WeirCompiler", "WeirBundle", "WeirEnforcement", "WeirRequest", "HTTPCanonical", "HTTPWire", "ProxyTLS",
        "ProxyTransport",
      ],
      path: "Tests/FuzzTargets", swiftSettings: strict),
    .target(
      name: "SyntaxTesting", dependencies: ["WeirSource", "WeirSyntax", "PropertyTesting"],
      path: "Tests/SyntaxTesting", swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
)
