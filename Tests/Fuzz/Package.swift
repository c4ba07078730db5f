// swift-tools-version: 6.2
import PackageDescription

// One libFuzzer executable for each case of FuzzTarget (Tests/FuzzTargets): see README.md.
let targets = [
  "lexer", "parser", "formatter", "verifier", "machine", "bundle", "canonical", "http1-request", "http1-response",
  "chunked", "tls-cipher", "http2-server", "http2-client",
]

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "weir", path: "../..")],
  targets: targets.map { name in
    .executableTarget(
      name: "fuzz-\(name)",
      dependencies: [.product(name: "FuzzTargets", package: "weir")],
      path: "Sources/\(name)",
      swiftSettings: [.strictMemorySafety(), .unsafeFlags(["-parse-as-library"])])
  },
  swiftLanguageModes: [.v6]
)
