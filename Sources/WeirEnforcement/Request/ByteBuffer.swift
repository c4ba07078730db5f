import HTTPCanonical
import WeirPolicy

/// Bytes in one block, which grows to what requests need and is kept for the next ones.
///
/// The block is the buffer's own: appending moves bytes in one piece and asks nobody whether they are shared.
@safe
struct ByteBuffer: ~Copyable {
  // `capacity` bytes, all of them initialised, freed by `deinit`. Only spans that borrow `self` lead out.
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  /// - Parameter capacity: at least 1.
  init(capacity: Int) {
    self.capacity = max(capacity, 1)
    unsafe base = .allocate(capacity: self.capacity)
    unsafe base.initialize(repeating: 0, count: self.capacity)
  }

  deinit { unsafe base.deallocate() }

  var span: Span<UInt8> {
    @_lifetime(borrow self) get {
      let span = unsafe Span(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    return unsafe base[index]
  }

  @inline(__always)
  @_lifetime(borrow self)
  func extracting(_ range: Range<Int>) -> Span<UInt8> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let span = unsafe Span(_unsafeStart: base + range.lowerBound, count: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Room for that many bytes behind the last.
  @inline(__always)
  @_lifetime(&self)
  mutating func room(_ byteCount: Int) -> MutableSpan<UInt8> {
    reserve(byteCount)
    let span = unsafe MutableSpan(_unsafeStart: base + count, count: byteCount)
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// Takes over bytes that were written into the room.
  @inline(__always)
  mutating func commit(_ byteCount: Int) -> Range<Int> {
    precondition(byteCount >= 0 && byteCount <= capacity - count)
    count += byteCount
    return (count - byteCount)..<count
  }

  mutating func removeAll() { count = 0 }

  /// Makes room again of the last bytes; they stay as they are.
  mutating func uncommit(_ byteCount: Int) {
    precondition(byteCount >= 0 && byteCount <= count)
    count -= byteCount
  }

  @inline(__always)
  mutating func reserve(_ byteCount: Int) {
    if capacity - count < byteCount { grow(byteCount) }
  }

  @inline(never)
  private mutating func grow(_ byteCount: Int) {
    let larger = max(2 * capacity, count + byteCount)
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe block.initialize(from: base, count: capacity)
    unsafe (block + capacity).initialize(repeating: 0, count: larger - capacity)
    unsafe base.deallocate()
    unsafe base = block
    capacity = larger
  }

  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe base[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(_ text: Span<UInt8>) -> Range<Int> {
    let byteCount = text.count
    reserve(byteCount)
    unsafe text.withUnsafeBufferPointer { source in
      // An empty span may have no address.
      guard let start = source.baseAddress else { return }
      unsafe (base + count).update(from: start, count: byteCount)
    }
    count += byteCount
    return (count - byteCount)..<count
  }

  mutating func append(_ text: some Sequence<UInt8>) -> Range<Int> {
    let start = count
    for byte in text { append(byte) }
    return start..<count
  }

  /// Copies a piece to the end.
  mutating func copy(_ range: Range<Int>) -> Range<Int> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    reserve(range.count)
    unsafe (base + count).update(from: base + range.lowerBound, count: range.count)
    count += range.count
    return (count - range.count)..<count
  }
}

/// Whether both hold the same bytes, looked at eight at a time.
func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  let count = left.count
  guard count == right.count else { return false }
  guard count >= 8 else {
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }
  // The loads are checked, and a word has no invalid value.
  func word(_ bytes: Span<UInt8>, _ index: Int) -> UInt64 {
    unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
  }
  var index = 0
  while index < count - 8 {
    guard word(left, index) == word(right, index) else { return false }
    index += 8
  }
  // The last word, some of which may have been seen.
  return word(left, count - 8) == word(right, count - 8)
}
