import Testing
import WeirBundle
import WeirISA
import WeirPolicy

@Suite struct BundleTests {
  @Test func `what was written is read`() throws {
    let bundle = try Bundle(SmallBundle.contents().bytes(), supported: .all)
    #expect(bundle.header.generation == 7)
    #expect(bundle.header.mergesAndDecodesPaths)
    #expect(bundle.signatures.isEmpty)
    #expect(bundle.sections.map(\.kind) == [.bytes, .code, .policy, .manifest, .topology])
    #expect(try bundle.contents(of: .bytes) == Array("web".utf8))
    #expect(bundle[.tests] == nil)
    #expect(try bundle.topology() == Topology(SmallBundle.policy))
    #expect(try bundle.policy() == SmallBundle.policy)
    #expect(try bundle.program().sections == SmallBundle.contents().program.sections)
  }

  @Test func `the same contents give the same bytes`() throws {
    #expect(try SmallBundle.contents().bytes() == SmallBundle.contents().bytes())
    #expect(try SmallBundle.contents(generation: 8).bytes() != SmallBundle.contents().bytes())
  }

  @Test func `every section begins where it can be mapped`() throws {
    for section in try Bundle(SmallBundle.contents().bytes(), supported: .all).sections {
      #expect(section.range.lowerBound % 16 == 0)
    }
  }

  @Test func `a policy may stay at home`() throws {
    var contents = SmallBundle.contents()
    contents.policy = nil
    #expect(try Bundle(contents.bytes(), supported: .all).policy() == nil)
  }

  @Test func `a policy that is not the topology's is refused`() throws {
    var contents = SmallBundle.contents()
    contents.policy?.authz[0].rules[0].name = "other"
    let bundle = try Bundle(contents.bytes(), supported: .all)
    #expect(throws: BundleError.inconsistentPolicy) { try bundle.policy() }
  }

  @Test func `a construct that cannot be honoured is named with its place`() throws {
    let bytes = try SmallBundle.contents().bytes()
    var supported = FeatureSet.all
    supported.remove(.dnsEndpoints)
    let error = #expect(throws: BundleError.self) { try Bundle(bytes, supported: supported) }
    #expect(error == .unsupportedFeatures([FeatureUse(.dnsEndpoints, place: "shop.weir:2:5")]))
    #expect(error?.description.contains("endpoints dns") == true)
    #expect(error?.description.contains("shop.weir:2:5") == true)
  }

  @Test func `a feature of a later version is named in its own words`() throws {
    var contents = SmallBundle.contents()
    var use = FeatureUse(.authz, place: "shop.weir:9:3")
    use.bit = 127
    use.construct = "`hedge`"
    contents.manifest.features.append(use)
    let bytes = try contents.bytes()
    #expect(throws: BundleError.unsupportedFeatures([use])) { try Bundle(bytes, supported: .all) }
  }

  @Test func `a host does not go back`() throws {
    let bundle = try Bundle(SmallBundle.contents(generation: 7).bytes(), supported: .all)
    try bundle.requireGeneration(notBefore: 6)
    try bundle.requireGeneration(notBefore: 7)
    #expect(throws: BundleError.olderGeneration(offered: 7, active: 8)) {
      try bundle.requireGeneration(notBefore: 8)
    }
  }

  @Test func `inspection tells what is in it`() throws {
    let inspection = try BundleInspection(Bundle(SmallBundle.contents().bytes(), supported: .all))
    #expect(inspection.generation == 7)
    #expect(inspection.instructionCount == 1)
    #expect(
      inspection.rules.map { "\($0.effect) \($0.name) of \($0.scope) at \($0.place)" } == [
        "allow all of web at shop.weir:3", "route otherwise of \"*.shop.example\" at shop.weir:3",
      ])
  }

  @Test func `what is no bundle is refused by its reason`() throws {
    let bytes = try SmallBundle.contents().bytes()
    func refusal(_ change: (inout [UInt8]) -> Void) -> BundleError? {
      var changed = bytes
      change(&changed)
      do throws(BundleError) { _ = try Bundle(changed, supported: .all) } catch { return error }
      return nil
    }
    #expect(refusal { $0 = [] } == .notABundle)
    #expect(refusal { $0[0] = 0 } == .notABundle)
    #expect(refusal { $0 = Array($0.prefix(20)) } == .truncated)
    #expect(refusal { $0[8] = 6 } == .unsupportedVersion(6))
    #expect(refusal { $0[40] = 2 } == .malformedHeader("path normalisation"))
    #expect(refusal { $0[60] = 1 } == .malformedHeader("reserved bytes"))
    #expect(
      refusal {
        $0[48] = 0; $0[49] = 0
      } == .malformedHeader("length"))
    #expect(refusal { $0[55] = 0xFF } == .truncated)
    #expect(refusal { $0[12] += 1 } == .contentHashMismatch)
    #expect(refusal { $0[100] += 1 } == .contentHashMismatch)
    #expect(refusal { $0.append(0) } == .malformedSignatures)
    #expect(refusal { $0[$0.count - 1] ^= 1 } == .malformedSignatures)
  }
}
