/// One section of an image: little-endian, position-independent.
public struct ProgramSection: Hashable, Sendable {
  public var kind: SectionKind
  public var bytes: [UInt8]

  public init(kind: SectionKind, bytes: [UInt8]) {
    self.kind = kind
    self.bytes = bytes
  }
}

/// What code generation makes and a bundle carries: the sections of a program in the order of their kinds.
public struct ProgramImage: Hashable, Sendable {
  public var sections: [ProgramSection]
  /// What a host has to be able to do; also in the section `features`, with the places in the sources.
  public var features: FeatureSet

  public init(sections: [ProgramSection], features: FeatureSet) {
    self.sections = sections
    self.features = features
  }
}
