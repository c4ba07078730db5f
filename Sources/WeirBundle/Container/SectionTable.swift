import WeirISA

/// One section of a file: its kind and where it lies.
public struct SectionEntry: Hashable, Sendable {
  static let byteCount = 24
  /// Every section begins at a multiple of this.
  static let alignment = 16

  public var kind: SectionKind
  /// From the beginning of the file.
  public var range: Range<Int>
}

/// The sections of a file, ascending by kind, each at the first aligned offset after the one before: a list of kinds and
/// lengths has one layout only, and nothing can hide between sections.
///
/// An entry is the kind, the offset and the length, 8 bytes each.
struct SectionTable {
  var entries: [SectionEntry]

  /// Lays out sections of the given sizes.
  init(_ sections: [(kind: SectionKind, byteCount: Int)]) {
    var offset = BundleHeader.byteCount + sections.count * SectionEntry.byteCount
    entries = []
    for section in sections {
      let start = Self.aligned(offset)
      offset = start + section.byteCount
      entries.append(SectionEntry(kind: section.kind, range: start..<offset))
    }
  }

  /// Reads the table after the header and checks it against the layout it must have.
  init(_ bytes: [UInt8], _ header: BundleHeader) throws(BundleError) {
    let contentLength = Int(truncatingIfNeeded: header.contentLength)
    let count = Int(header.sectionCount)
    guard count <= (contentLength - BundleHeader.byteCount) / SectionEntry.byteCount else {
      throw .malformedSectionTable
    }
    entries = []
    var end = BundleHeader.byteCount + count * SectionEntry.byteCount
    var previous: UInt64 = 0
    for index in 0..<count {
      let entry = BundleHeader.byteCount + index * SectionEntry.byteCount
      let number = bytes.littleEndian(at: entry, count: 8)
      guard number > previous, let rawKind = UInt16(exactly: number) else { throw .malformedSectionTable }
      previous = number
      guard let kind = SectionKind(rawValue: rawKind), kind != .signatures else { throw .unknownSection(rawKind) }
      let start = Self.aligned(end)
      guard start <= contentLength, bytes.littleEndian(at: entry + 8, count: 8) == UInt64(start),
        let length = Int(exactly: bytes.littleEndian(at: entry + 16, count: 8)), length <= contentLength - start,
        kind.storage != .plain || length % kind.elementBytes == 0, bytes[end..<start].allSatisfy({ $0 == 0 })
      else { throw .malformedSectionTable }
      end = start + length
      entries.append(SectionEntry(kind: kind, range: start..<end))
    }
    guard end == contentLength else { throw .malformedSectionTable }
  }

  private static func aligned(_ offset: Int) -> Int {
    (offset + SectionEntry.alignment - 1) / SectionEntry.alignment * SectionEntry.alignment
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      UInt64(entry.kind.rawValue).appendLittleEndian(to: &bytes)
      UInt64(entry.range.lowerBound).appendLittleEndian(to: &bytes)
      UInt64(entry.range.count).appendLittleEndian(to: &bytes)
    }
    return bytes
  }
}
