/// Log lines in a block.
struct LineBuffer: ~Copyable {
  /// A block is handed over when it holds this many bytes.
  static let blockBytes = 256 << 10
  /// Room behind them, for the longest line.
  static let slackBytes = LogSink.lineBytesMax

  private(set) var block: [UInt8]
  private(set) var count = 0
  private var lineCount = 0

  init() { block = Array(repeating: 0, count: Self.blockBytes + Self.slackBytes) }

  /// Replaces the block by an empty one and returns it.
  mutating func swap(for empty: consuming [UInt8]) -> LogQueue.Block {
    let full = LogQueue.Block(bytes: block, count: count, lineCount: lineCount)
    block = empty
    count = 0
    lineCount = 0
    return full
  }

  /// Appends a line; there is room for it while `count` is less than `blockBytes`.
  mutating func append(_ line: Span<UInt8>) {
    let place = count..<(count + line.count)
    var all = block.mutableSpan
    var room = all._mutatingExtracting(place)
    // Both have as many, so the loop becomes copies of whole vectors.
    for index in line.indices { room[index] = line[index] }
    count = place.upperBound
    lineCount += 1
  }
}
