/// The names of headers, parameters and cookies, one after another, so that a `ValueSource` is plain bits.
struct NameTable: Sendable {
  private(set) var bytes: [UInt8] = []
  private var known: [String: Range<Int>] = [:]

  /// Where the bytes of this name lie.
  mutating func insert(_ name: String) -> Range<Int> {
    if let range = known[name] { return range }
    let start = bytes.count
    bytes.append(contentsOf: name.utf8)
    known[name] = start..<bytes.count
    return start..<bytes.count
  }
}
