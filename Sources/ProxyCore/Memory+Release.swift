import ProxyTransport

extension Memory {
  /// Gives a block back if there is one, and forgets it.
  mutating func release(_ block: inout ByteRange) {
    guard !block.isEmpty else { return }
    give(block)
    block = .empty
  }
}
