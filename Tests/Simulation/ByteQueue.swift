/// Bytes in order, taken from the front.
struct ByteQueue {
  private var bytes: [UInt8] = []
  private var head = 0

  var count: Int { bytes.count - head }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ new: some Sequence<UInt8>) { bytes += new }

  mutating func take(_ n: Int) -> ArraySlice<UInt8> {
    let taken = bytes[head..<(head + min(max(n, 0), count))]
    head += taken.count
    // Moved seldom, so that taking is O(n) over all.
    if head > 1 << 16, head > bytes.count / 2 {
      bytes.removeFirst(head)
      head = 0
    }
    return taken
  }

  mutating func removeAll() {
    bytes = []
    head = 0
  }
}
