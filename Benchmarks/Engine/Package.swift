// swift-tools-version: 6.2
import PackageDescription

// The part of `make bench-engine` that runs Weir; bench.py calls it for each size of problem.

let package = Package(
  name: "engine-benchmark",
  dependencies: [.package(name: "weir", path: "../..")],
  targets: [
    .executableTarget(
      name: "engine",
      dependencies: [.product(name: "BenchmarkedEngine", package: "weir")],
      swiftSettings: [.strictMemorySafety(), .treatAllWarnings(as: .error)])
  ],
  swiftLanguageModes: [.v6]
)
