import Testing

/// Who may import whom. The arrows of the diagram are the allowed ones; everything else is a mistake.
@Suite struct ArchitectureTests {
  /// What reads and judges text.
  static let compiler: Set<String> = [
    "WeirSource", "WeirSyntax", "WeirSemantics", "WeirPlan", "WeirCodegen", "WeirCompiler", "WeirStandardLibrary",
    "WeirFormat", "WeirLint", "WeirAnalysis",
  ]
  /// What decides requests.
  static let enforcement: Set<String> = ["WeirVM", "WeirEnforcement"]

  private let manifest: Manifest

  init() throws { manifest = try Manifest() }

  @Test func readsTheWholeManifest() {
    // A target that the scanner overlooked would be checked by nobody.
    #expect(manifest.targets["weir"] != nil)
    #expect(manifest.targets["WeirVM"]?.dependencies == ["WeirISA", "CXXHash"])
    #expect(manifest.targets["WeirStandardLibrary"]?.folder == "stdlib")
    #expect(Self.compiler.union(Self.enforcement).isSubset(of: manifest.targets.keys))
  }

  @Test(arguments: compiler)
  func theCompilerNeverImportsEnforcement(module: String) {
    #expect(manifest.reachable(from: module).isDisjoint(with: Self.enforcement))
  }

  @Test(arguments: enforcement)
  func enforcementNeverImportsTheCompiler(module: String) {
    #expect(manifest.reachable(from: module).isDisjoint(with: Self.compiler))
  }

  @Test(
    arguments: [
      ("WeirISA", []), ("WeirVM", ["WeirISA", "CXXHash"]), ("CXXHash", []), ("HTTPCanonical", []), ("WeirPolicy", []),
      ("WeirJSON", []), ("WeirRegex", []), ("WeirSource", ["WeirJSON"]), ("WeirSyntax", ["WeirSource"]),
      ("WeirFormat", ["WeirSyntax"]), ("ProxyTransport", ["CLinux", "WeirPolicy"]),
      ("WeirRequest", ["WeirPolicy", "WeirJSON", "HTTPCanonical"]),
    ] as [(String, Set<String>)])
  func foundationsStandOnLittle(module: String, dependencies: Set<String>) throws {
    let target = try #require(manifest.targets[module])
    #expect(target.dependencies == dependencies)
  }

  @Test func theReferenceSharesNothingWithTheMachine() {
    let reachable = manifest.reachable(from: "WeirReference")
    #expect(reachable.isDisjoint(with: ["WeirISA", "WeirVM", "WeirCodegen", "WeirEnforcement", "WeirBundle"]))
  }

  @Test func everyImportIsDeclared() throws {
    for target in manifest.targets.values {
      for (module, file) in try target.imports() where module != target.name {
        let isDeclared = target.dependencies.contains(module)
        let isOfThePlatform = ["Foundation", "FoundationEssentials", "Synchronization", "Testing", "Glibc"].contains(
          module)
        #expect(isDeclared || isOfThePlatform, "\(file) imports \(module), which \(target.name) does not declare")
      }
    }
  }

  @Test func everyDependencyIsImported() throws {
    for target in manifest.targets.values {
      let imported = Set(try target.imports().map(\.module))
      for dependency in target.dependencies.subtracting(imported) {
        Issue.record("\(target.name) declares \(dependency) and does not import it")
      }
    }
  }

  /// Foundation costs start-up time and allocations, and hides both: only the command line and tests have it.
  @Test func onlyTheCommandLineImportsFoundation() throws {
    for target in manifest.targets.values where !target.isTest && target.name != "weir" {
      for (module, file) in try target.imports() {
        #expect(!module.hasPrefix("Foundation") && module != "Glibc", "\(file) imports \(module)")
      }
    }
  }

  @Test func cLibrariesHaveOneDoor() throws {
    let doors: [String: Set<String>] = [
      "COpenSSL": ["WeirBundle"], "CLinux": ["ProxyTransport"], "CTLS": ["ProxyTLS"], "CNghttp2": ["HTTPWire"],
      "CResolver": ["ProxyUpstream"],
      "CXXHash": ["WeirVM", "WeirCodegen"], "ArgumentParser": ["weir"], "Yams": ["Gateway"],
    ]
    for target in manifest.targets.values where !target.isTest {
      for (module, file) in try target.imports() {
        guard let allowed = doors[module] else { continue }
        #expect(allowed.contains(target.name), "\(file) imports \(module)")
      }
    }
  }

  /// Unsafe code lives in a few small boxes.
  @Test func unsafeCodeIsWhereItIsSaidToBe() throws {
    let boxes = [
      "Sources/WeirBundle/Crypto/", "Sources/WeirVM/XXH3.swift", "Sources/WeirCodegen/XXH3.swift",
      "Sources/HTTPCanonical/Words.swift", "Sources/WeirEnforcement/Request/ByteBuffer.swift",
      "Sources/HTTPWire/HTTP1/Bytes.swift", "Sources/HTTPWire/HTTP1/FixedTable.swift",
      "Sources/ProxyTLS/CertificateFacts.swift", "Sources/ProxyTLS/DevelopmentAuthority.swift",
      "Sources/ProxyTLS/Lending.swift", "Sources/ProxyTLS/TLSContextSet.swift", "Sources/ProxyTLS/TLSSession.swift",
      "Sources/ProxyTLS/TicketKeys.swift",
      "Sources/HTTPWire/HTTP2/HTTP2Session.swift", "Sources/HTTPWire/HTTP2/HTTP2Tape.swift",
      "Sources/ProxyTransport/AppendOnlyFile.swift", "Sources/ProxyTransport/AtomicCells.swift",
      "Sources/ProxyTransport/DirectoryWatch.swift", "Sources/ProxyTransport/EpollNetwork",
      "Sources/ProxyTransport/FileStamp.swift",
      "Sources/ProxyUpstream/Discovery/DNSResolver.swift",
      "Sources/ProxyTransport/Memory.swift", "Sources/ProxyTransport/SealedFile.swift",
      "Sources/ProxyTransport/Slab.swift", "Sources/ProxyTransport/SystemError.swift",
      "Sources/ProxyTransport/Thread.swift", "Sources/ProxyCore/Generation.swift",
    ]
    for file in try Repository.files(in: "Sources", suffix: ".swift") where !boxes.contains(where: file.hasPrefix) {
      for line in try Repository.text(file).split(separator: "\n")
      where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        #expect(!line.contains(/\bunsafe [\w(&]/) && !line.contains("@unsafe"), "\(file): \(line)")
      }
    }
  }

  @Test func everyTargetIsStrict() throws {
    let text = try Repository.text("Package.swift")
    #expect(text.contains(".strictMemorySafety()"))
    #expect(text.contains(".treatAllWarnings(as: .error)"))
    // Whatever is not made by `module` or `tests` says it itself.
    for match in text.matches(of: /\.(?:executableTarget|target)\(\s*\n?\s*name: "(Weir\w*|weir)"/) {
      let rest = text[match.range.upperBound...].prefix(900)
      #expect(rest.contains("swiftSettings: strict"), "\(match.output.1)")
    }
  }
}
