/// A parsed regex: what has to be matched, without groups and source positions.
indirect enum RegexNode: Hashable, Sendable {
  /// One byte of the set.
  case bytes(ByteSet)
  /// All, one after another.
  case sequence([RegexNode])
  /// One of them.
  case choice([RegexNode])
  /// `least` times or more often, up to `most`; nil is without bound.
  case repetition(RegexNode, least: Int, most: Int?)
}
