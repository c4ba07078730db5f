import WeirISA
import WeirPolicy

/// What goes into a bundle.
public struct BundleContents: Sendable {
  public var program: ProgramImage
  public var topology: Topology
  /// `nil`: without the section that `diff`, `prove` and `explain` on a bundle need.
  public var policy: Policy?
  /// The first use of each feature that the program and the topology need.
  public var manifest: Manifest
  public var generation: UInt64

  public init(
    program: ProgramImage, policy: Policy, manifest: Manifest, generation: UInt64, embedsPolicy: Bool = true
  ) {
    self.program = program
    topology = Topology(policy)
    self.policy = embedsPolicy ? policy : nil
    self.manifest = manifest
    self.generation = generation
  }

  /// The bytes of an unsigned bundle: the same contents give the same bytes.
  ///
  /// - Throws: `CryptoError.unavailable`. Complexity: O(size).
  public func bytes() throws(CryptoError) -> [UInt8] {
    var sections = program.sections.filter(\.kind.isProgram)
    if let policy { sections.append(ProgramSection(kind: .policy, bytes: policy.wireBytes)) }
    sections.append(ProgramSection(kind: .manifest, bytes: manifest.wireBytes))
    sections.append(ProgramSection(kind: .topology, bytes: topology.wireBytes))
    sections.sort { $0.kind.rawValue < $1.kind.rawValue }
    for index in sections.indices { sections[index].bytes = Self.stored(sections[index]) }

    let table = SectionTable(sections.map { ($0.kind, $0.bytes.count) })
    var body = table.bytes
    for (section, entry) in zip(sections, table.entries) {
      body += [UInt8](repeating: 0, count: entry.range.lowerBound - BundleHeader.byteCount - body.count)
      body += section.bytes
    }
    let header = BundleHeader(
      sectionCount: UInt32(truncatingIfNeeded: sections.count), features: manifest.featureBits, generation: generation,
      mergesAndDecodesPaths: topology.mesh?.mergesAndDecodesPaths ?? false,
      contentLength: UInt64(BundleHeader.byteCount + body.count))
    let prefix = header.prefix
    let identity = try Digest(hashing: [prefix[...], body[...]])
    return prefix + identity.bytes + body + (try SignatureBlock().bytes(after: identity))
  }

  /// The bytes of a section as a file holds them.
  private static func stored(_ section: ProgramSection) -> [UInt8] {
    switch section.kind.storage {
    case .plain: return section.bytes
    case .condensed: return Compression.condense(section.bytes)
    case .packed:
      let bytes = section.bytes
      return Compression.condense(
        PackedWords.pack(
          stride(from: 0, to: bytes.count, by: 4).map {
            UInt32(truncatingIfNeeded: bytes.littleEndian(at: $0, count: 4))
          }))
    case .compressed: return Compression.compress(section.bytes)
    }
  }
}

extension Bundle {
  /// The file with a signature by `key` added, or renewed when the key had signed before.
  ///
  /// Ed25519 is deterministic (RFC 8032): signing again gives the same bytes.
  ///
  /// - Throws: `CryptoError.unavailable`.
  public func signed(by key: borrowing PrivateKey) throws(CryptoError) -> [UInt8] {
    var block = SignatureBlock()
    for signature in signatures { block.insert(signature) }
    block.insert(try key.sign(identity))
    let content = bytes[..<Int(truncatingIfNeeded: header.contentLength)]
    return Array(content) + (try block.bytes(after: identity))
  }
}
