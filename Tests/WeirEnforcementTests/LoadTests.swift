import PropertyTesting
import Testing
import WeirBundle
import WeirEnforcement
import WeirISA
import WeirPolicy
import WeirRequest

@Suite struct LoadTests {
  private static let requests = [
    #"{"host":"shop.example","method":"GET","path":"/api/v1/x?user=u","headers":[["cookie","sid=1"]]}"#,
    #"{"host":"shop.example","method":"GET","path":"/old/x"}"#,
    #"{"service":"web","caller":null,"method":"GET","path":"/login","source_ip":"10.1.2.3"}"#,
    #"{"service":"db","caller":"spiffe://shop.example/ns/prod/sa/api","source_port":5000}"#,
  ]

  /// The contents of a good bundle, to be spoilt.
  private static func contents(_ world: World) throws -> BundleContents {
    let bundle = try Bundle(world.bytes, supported: .all)
    return BundleContents(
      program: try bundle.program(), policy: world.policy, manifest: bundle.manifest, generation: 1,
      embedsPolicy: false)
  }

  /// Loads the bytes and decides with them; whatever they are, it must not trap.
  private static func exercise(_ bytes: [UInt8], _ requests: [RequestFacts]) -> Bool {
    do throws(LoadError) {
      let bundle = try LoadedBundle.load(bytes, trust: .anybody)
      var enforcer = Enforcer(for: bundle)
      for request in requests { _ = try? enforcer.explain(request, under: bundle) }
      return true
    } catch { return false }
  }

  @Test func `a hostile program or topology is refused or harmless`() throws {
    let world = try World(ContractTests.source)
    let requests = try Self.requests.map { try world.facts($0) }
    let contents = try Self.contents(world)
    #expect(try Self.exercise(contents.bytes(), requests))
    let topology = contents.topology.wireBytes
    for seed in UInt64(0)..<300 {
      var random = SplitMix64(seed: seed)
      var spoilt = contents
      if Bool.random(using: &random) {
        let section = Int.random(in: spoilt.program.sections.indices, using: &random)
        guard !spoilt.program.sections[section].bytes.isEmpty else { continue }
        let place = Int.random(in: spoilt.program.sections[section].bytes.indices, using: &random)
        spoilt.program.sections[section].bytes[place] ^= UInt8.random(in: 1...255, using: &random)
      } else {
        var bytes = topology
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        guard let changed = try? Topology(wireBytes: bytes) else { continue }
        spoilt.topology = changed
      }
      _ = Self.exercise(try spoilt.bytes(), requests)
    }
  }

  /// Zeros take little in a file: 4 MB of a table in 280 kB, and more for what is made of them.
  @Test(arguments: [.strings, .code] as [SectionKind])
  func `a small file cannot ask for much memory`(_ kind: SectionKind) throws {
    let world = try World(ContractTests.source)
    var contents = try Self.contents(world)
    let index = try #require(contents.program.sections.firstIndex { $0.kind == kind })
    let count = (1 << 22) / kind.elementBytes * kind.elementBytes
    contents.program.sections[index].bytes = [UInt8](repeating: 0, count: count)
    let bytes = try contents.bytes()
    #expect(bytes.count < 1 << 19)
    do throws(LoadError) {
      _ = try LoadedBundle.load(bytes, trust: .anybody)
      Issue.record("loaded")
    } catch {
      #expect(error.description.contains("more memory than a bundle of its size may ask for"))
    }
  }

  @Test func `a good file needs a small part of what it may ask for`() throws {
    let world = try World(ContractTests.source)
    var memory = MemoryBudget(forFileOf: world.bytes.count)
    let most = memory.left
    let bundle = try Bundle(world.bytes, supported: .all)
    _ = try bundle.topology(within: &memory)
    for section in bundle.sections { _ = try bundle.expanded(section.kind, within: &memory) }
    #expect(most - memory.left < most / 4)
  }

  @Test func `a program of another policy is refused`() throws {
    let world = try World(ContractTests.source)
    var contents = try Self.contents(world)
    contents.topology.scopes[0].rules.removeLast()
    let bytes = try contents.bytes()
    #expect(throws: LoadError.self) { _ = try LoadedBundle.load(bytes, trust: .anybody) }
  }

  @Test func `a place that no source has is refused`() throws {
    let world = try World(ContractTests.source)
    var contents = try Self.contents(world)
    contents.topology.scopes[0].rules[0].position.line = .min
    let bytes = try contents.bytes()
    #expect(throws: LoadError.self) { _ = try LoadedBundle.load(bytes, trust: .anybody) }
  }

  @Test func `trust is demanded before anything is decided`() throws {
    let world = try World(ContractTests.source)
    let key = try PrivateKey.generate()
    let signed = try Bundle(world.bytes, supported: .all).signed(by: key)
    _ = try LoadedBundle.load(signed, trust: .keys([try key.publicKey()]))
    #expect(throws: LoadError.self) {
      _ = try LoadedBundle.load(world.bytes, trust: .keys([try key.publicKey()]))
    }
  }

  @Test func `a construct that the host lacks is refused by name and place`() throws {
    let world = try World(ContractTests.source)
    var supported = FeatureSet.all
    supported.remove(.tokens)
    do throws(LoadError) {
      _ = try LoadedBundle.load(world.bytes, trust: .anybody, supported: supported)
      Issue.record("loaded")
    } catch {
      #expect(error.description.contains("`jwt` (shop.weir:24:"))
    }
  }
}
