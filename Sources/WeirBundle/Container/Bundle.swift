import WeirISA
import WeirPolicy

/// A `.weirb` whose bytes are those that its writer wrote: hashes, layout and features are checked.
///
/// What the sections hold is not: the program goes through the verifier, topology and policy through their readers.
public struct Bundle: Sendable {
  /// The whole file.
  public let bytes: [UInt8]
  public let header: BundleHeader
  /// Ascending by kind; the signatures are not among them.
  public let sections: [SectionEntry]
  public let manifest: Manifest
  /// Ascending by key id.
  public let signatures: [Signature]
  /// The hash in the header, of everything before the signatures but itself: signing does not change it.
  public let identity: Digest

  /// Checks a file's bytes.
  ///
  /// - Parameter supported: what this host can honour; a bundle that needs more is refused by the name of the construct.
  /// - Throws: the first `BundleError` found: header, content, signatures' digest, table, features. Keys are not looked at:
  ///   see `verify(_:)`.
  /// - Complexity: linear; one hash over the file.
  public init(_ bytes: [UInt8], supported: FeatureSet) throws(BundleError) {
    self.bytes = bytes
    header = try BundleHeader(bytes)
    let contentLength = Int(truncatingIfNeeded: header.contentLength)
    let hashEnd = BundleHeader.hashOffset + Digest.byteCount
    identity = try Digest.checked([bytes[..<BundleHeader.hashOffset], bytes[hashEnd..<contentLength]])
    guard identity.bytes.elementsEqual(bytes[BundleHeader.hashOffset..<hashEnd]) else { throw .contentHashMismatch }
    signatures = try SignatureBlock(bytes, contentLength: contentLength, identity: identity).signatures
    sections = try SectionTable(bytes, header).entries

    guard let range = sections.first(where: { $0.kind == .manifest })?.range else { throw .missingSection("manifest") }
    do throws(WireError) { manifest = try Manifest(wireBytes: Array(bytes[range])) } catch {
      throw .malformedSection("manifest", error)
    }
    guard manifest.featureBits == header.features else { throw .inconsistentFeatures }
    let missing = manifest.features.filter { use in
      Feature(rawValue: use.bit).map { !supported.contains($0) } ?? true
    }
    guard missing.isEmpty else { throw .unsupportedFeatures(missing) }
  }

  /// The bytes of a section as they are stored, `nil` when it is not there.
  public subscript(_ kind: SectionKind) -> ArraySlice<UInt8>? {
    sections.first { $0.kind == kind }.map { bytes[$0.range] }
  }

  /// The bytes that a section stands for, `nil` when it is not there.
  ///
  /// - Throws: `malformedSection`. Complexity: linear.
  public func contents(of kind: SectionKind) throws(BundleError) -> [UInt8]? {
    var memory = MemoryBudget(forFileOf: bytes.count)
    return try contents(of: kind, within: &memory)
  }

  private func contents(of kind: SectionKind, within memory: inout MemoryBudget) throws(BundleError) -> [UInt8]? {
    guard let stored = try expanded(kind, within: &memory) else { return nil }
    switch kind.storage {
    case .plain, .condensed: return Array(stored)
    case .packed:
      guard memory.take(PackedWords.wordCount(stored.span) ?? 0, of: 8) else { throw .tooMuchMemory }
      guard let words = PackedWords.unpack(stored.span), words.count * 4 % kind.elementBytes == 0
      else { throw .malformedSection("\(kind)", .malformedNumber) }
      var result: [UInt8] = []
      result.reserveCapacity(4 * words.count)
      for word in words { word.appendLittleEndian(to: &result) }
      return result
    case .compressed:
      do throws(WireError) { return try Compression.decompress(stored, within: &memory) } catch {
        throw .malformed(kind, error)
      }
    }
  }

  /// The bytes of a section, condensed no more, `nil` when it is not there; words are packed still.
  ///
  /// - Parameter memory: what it takes is taken from there.
  /// - Throws: `malformedSection`, `tooMuchMemory`. Complexity: linear.
  public func expanded(
    _ kind: SectionKind, within memory: inout MemoryBudget
  ) throws(BundleError) -> ArraySlice<UInt8>? {
    guard let stored = self[kind] else { return nil }
    switch kind.storage {
    case .plain, .compressed: return stored
    case .condensed, .packed:
      do throws(WireError) { return try Compression.expand(stored, within: &memory) } catch {
        throw .malformed(kind, error)
      }
    }
  }

  /// The sections that the machine reads, not yet verified.
  ///
  /// - Throws: `malformedSection`, `tooMuchMemory`. Complexity: linear.
  public func program() throws(BundleError) -> ProgramImage {
    var image = ProgramImage(sections: [], features: header.features)
    var memory = MemoryBudget(forFileOf: bytes.count)
    for section in sections where section.kind.isProgram {
      let contents = try contents(of: section.kind, within: &memory) ?? []
      image.sections.append(ProgramSection(kind: section.kind, bytes: contents))
    }
    return image
  }

  /// Everything the data plane knows beside the program; its indices are in range.
  ///
  /// - Throws: `missingSection`, `malformedSection`, `tooMuchMemory`, or `malformedHeader` when the header names another
  ///   path mode.
  public func topology() throws(BundleError) -> Topology {
    var memory = MemoryBudget(forFileOf: bytes.count)
    return try topology(within: &memory)
  }

  /// The same, with what it takes taken from a budget.
  public func topology(within memory: inout MemoryBudget) throws(BundleError) -> Topology {
    guard let section = try contents(of: .topology, within: &memory) else { throw .missingSection("topology") }
    let topology: Topology
    do throws(WireError) {
      var reader = try WireReader(section, memoryMax: memory.left)
      topology = try reader.read()
      try reader.finish()
      guard memory.take(reader.memory) else { throw .tooLarge }
    } catch {
      throw .malformed(.topology, error)
    }
    guard (topology.mesh?.mergesAndDecodesPaths ?? false) == header.mergesAndDecodesPaths else {
      throw .malformedHeader("path normalisation")
    }
    return topology
  }

  /// The typed policy, for explaining, comparing and proving; `nil` when the bundle was built without it.
  ///
  /// - Throws: `malformedSection`, `tooMuchMemory`; `inconsistentPolicy` when it is not the policy that `topology()` belongs to.
  public func policy() throws(BundleError) -> Policy? {
    var memory = MemoryBudget(forFileOf: bytes.count)
    guard let section = try contents(of: .policy, within: &memory) else { return nil }
    let policy: Policy
    do throws(WireError) { policy = try Policy(wireBytes: section, memoryMax: memory.left) } catch {
      throw .malformed(.policy, error)
    }
    guard Topology(policy) == (try topology()) else { throw .inconsistentPolicy }
    return policy
  }

  /// Refuses what the host has moved on from.
  ///
  /// - Parameter active: the generation that the host runs now; the same generation is no step back.
  /// - Throws: `olderGeneration`.
  public func requireGeneration(notBefore active: UInt64) throws(BundleError) {
    guard header.generation >= active else { throw .olderGeneration(offered: header.generation, active: active) }
  }
}
