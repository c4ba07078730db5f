/// The trailer fields after a chunked body (RFC 9112 section 7.1.2).
public struct TrailerSection: ~Copyable {
  public private(set) var fields = FieldSection()

  public init() {}

  /// Reads the section from the beginning of `bytes`, to its empty line. At most 100 lines; as strict as a head.
  public mutating func parse(_ bytes: Span<UInt8>, bytesMax: Int = WireLimits.trailerBytesMax) -> HeadStep {
    let bytes = bytes.extracting(first: bytesMax)
    fields.removeAll()
    switch fields.parse(bytes, from: 0, minorVersion: 1, refusesMimics: true) {
    case .incomplete: return bytes.count < bytesMax ? .incomplete : .invalid(.trailersTooLarge)
    case .complete(let count): return .complete(byteCount: count)
    case .invalid(let error): return .invalid(error)
    }
  }

  /// Whether field `index` may be passed on; the others are dropped.
  public func mayPass(_ index: Int) -> Bool { fields[index].known.mayBeTrailer }
}
