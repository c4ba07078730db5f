// swift-tools-version: 6.2
import PackageDescription

// `make bench`, or `swift run -c release --package-path Benchmarks decisions`. With `-- --check` it only counts allocations and
// reference counting, and fails when a decision does either.

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "weir", path: "..")],
  targets: [
    .executableTarget(
      name: "decisions",
      dependencies: [.product(name: "Benchmarked", package: "weir")],
      swiftSettings: [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
    .executableTarget(
      name: "path",
      dependencies: [.product(name: "Benchmarked", package: "weir")],
      swiftSettings: [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
  ],
  swiftLanguageModes: [.v6]
)
