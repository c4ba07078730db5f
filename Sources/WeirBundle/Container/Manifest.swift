import WeirISA
import WeirPolicy

/// What a bundle says of itself: each feature that it needs, in words and with a place, so that a host that has never heard of a
/// feature can still name it.
public struct Manifest: Hashable, Sendable {
  /// Ascending by bit.
  public var features: [FeatureUse]

  public init(features: [FeatureUse]) { self.features = features }

  /// The bits of the header.
  var featureBits: FeatureSet {
    var set = FeatureSet()
    for use in features {
      if use.bit < 64 { set.low |= 1 << UInt64(use.bit) } else { set.high |= 1 << UInt64(use.bit - 64) }
    }
    return set
  }
}

/// The first use of a feature in the sources.
public struct FeatureUse: Hashable, Sendable {
  /// The bit in the header; a `Feature` if this build knows it. Below 128.
  public var bit: UInt8
  /// The construct in the words of the language.
  public var construct: String
  /// `file:line:column`
  public var place: String

  public init(_ feature: Feature, place: String) {
    bit = feature.rawValue
    construct = "\(feature.name)"
    self.place = place
  }
}

extension FeatureUse: WireCodable {
  public func encode(into writer: inout WireWriter) {
    writer.write(bit)
    writer.write(construct)
    writer.write(place)
  }

  public init(from reader: inout WireReader) throws(WireError) {
    bit = try reader.read()
    construct = try reader.read()
    place = try reader.read()
    guard bit < 128 else { throw .outOfRange("feature") }
  }
}

extension Manifest: WireCodable {
  public func encode(into writer: inout WireWriter) { writer.write(features) }

  public init(from reader: inout WireReader) throws(WireError) {
    features = try reader.read()
    for (earlier, later) in zip(features, features.dropFirst()) {
      guard earlier.bit < later.bit else { throw .outOfRange("feature order") }
    }
  }
}
