import CLinux

/// Every byte of a worker: one mapping, addressed by 32-bit offsets.
///
/// At the start a worker reserves its scratch regions; afterwards it takes and gives blocks of 1, 4, 16, 64 or 256 KiB. Pages are backed when
/// touched. Blocks of a class are used again for that class only, the last given first; so the mapping suffices when it has four times
/// the limit, a chunk for each class and the reserved regions. A block comes as it was given: what another connection wrote may still be in it.
///
/// The only way to the bytes is a span that is checked here and ends with the expression. A place that is wrong reads wrong bytes of
/// this worker or stops the process; it never reaches beyond the mapping.
@safe
public struct Memory: ~Copyable {
  /// The largest block, in bytes.
  public static var blockBytesMax: Int { 256 << 10 }

  @usableFromInline let base: UnsafeMutableRawPointer
  /// Bytes of the mapping that have offsets.
  public let capacity: Int
  /// Bytes that blocks may hold together.
  public var limit: Int
  /// Bytes of blocks that are taken now.
  public private(set) var takenBytes = 0
  /// Bytes that blocks and libraries may hold together: the worker's account.
  public var account = Int.max
  /// What libraries hold for the worker, as it was counted last.
  public var libraryBytes = 0

  /// Offsets from here on were never used.
  private var untouched = 0
  /// Each class has a list of free blocks, linked through their first four bytes, and the rest of a chunk that was not cut yet.
  private var free: InlineArray<5, UInt32> = InlineArray(repeating: .max)
  private var uncut: InlineArray<5, ByteRange> = InlineArray(repeating: .empty)

  /// Maps `capacity` bytes (rounded down to 256 KiB, less than 4 GiB), of which blocks may take `limit`; a quarter when not said.
  /// Nil when the system has no such mapping.
  public init?(capacity: Int = 1 << 30, limit: Int? = nil) {
    let rounded = capacity & ~(Memory.blockBytesMax - 1)
    guard rounded > 0, rounded < 1 << 32, let base = unsafe weir_map(rounded + rounded / Memory.unitBytes) else {
      return nil
    }
    unsafe self.base = base
    self.capacity = rounded
    self.limit = limit ?? rounded / 4
  }

  /// Whether the system would map so many bytes more.
  public static func isAvailable(_ byteCount: Int) -> Bool {
    guard let base = unsafe weir_map(byteCount) else { return false }
    unsafe weir_unmap(base, byteCount)
    return true
  }

  deinit { unsafe weir_unmap(base, capacity + capacity / Memory.unitBytes) }
}

// MARK: Bytes

extension Memory {
  /// The bytes at a place.
  @inlinable
  @_lifetime(borrow self)
  public func span(_ range: ByteRange) -> Span<UInt8> {
    precondition(Int(range.start) + Int(range.count) <= capacity)
    // Within the mapping, which lives as long as `self`; each of its bytes is initialised, at first with zero.
    let start = unsafe base.advanced(by: Int(range.start)).assumingMemoryBound(to: UInt8.self)
    return unsafe _overrideLifetime(Span(_unsafeStart: start, count: Int(range.count)), borrowing: self)
  }

  /// The bytes at a place, to be written.
  @inlinable
  @_lifetime(&self)
  public mutating func mutableSpan(_ range: ByteRange) -> MutableSpan<UInt8> {
    precondition(Int(range.start) + Int(range.count) <= capacity)
    // As above; `self` is borrowed exclusively, so there is no other span.
    let start = unsafe base.advanced(by: Int(range.start)).assumingMemoryBound(to: UInt8.self)
    return unsafe _overrideLifetime(MutableSpan(_unsafeStart: start, count: Int(range.count)), mutating: &self)
  }

  @inlinable
  public subscript(_ offset: UInt32) -> UInt8 {
    get {
      precondition(Int(offset) < capacity)
      return unsafe base.load(fromByteOffset: Int(offset), as: UInt8.self)
    }
    set {
      precondition(Int(offset) < capacity)
      unsafe base.storeBytes(of: newValue, toByteOffset: Int(offset), as: UInt8.self)
    }
  }

  /// Copies bytes to another place; the two may overlap.
  @inlinable
  public mutating func copy(_ source: ByteRange, to start: UInt32) {
    precondition(Int(source.start) + Int(source.count) <= capacity && Int(start) + Int(source.count) <= capacity)
    unsafe base.advanced(by: Int(start)).copyMemory(
      from: base.advanced(by: Int(source.start)), byteCount: Int(source.count))
  }

  /// Copies bytes from elsewhere.
  @inlinable
  public mutating func store(_ bytes: Span<UInt8>, at start: UInt32) {
    precondition(Int(start) + bytes.count <= capacity)
    unsafe bytes.withUnsafeBytes { source in
      // An empty span may have no address.
      guard let address = source.baseAddress else { return }
      unsafe base.advanced(by: Int(start)).copyMemory(from: address, byteCount: source.count)
    }
  }

  /// Copies 32 bytes from elsewhere: cheaper than a count that is known late.
  @inlinable
  public mutating func store32(_ bytes: Span<UInt8>, from first: Int, at start: UInt32) {
    precondition(first >= 0 && bytes.count - first >= 32 && Int(start) + 32 <= capacity)
    unsafe bytes.withUnsafeBytes { source in
      // As many bytes as there are were asked for, so there is an address.
      guard let address = source.baseAddress else { return }
      unsafe base.advanced(by: Int(start)).copyMemory(from: address.advanced(by: first), byteCount: 32)
    }
  }

  /// The eight bytes at a place, the first one lowest.
  @inlinable
  public func word(at start: UInt32) -> UInt64 {
    precondition(Int(start) + 8 <= capacity)
    return UInt64(littleEndian: unsafe base.loadUnaligned(fromByteOffset: Int(start), as: UInt64.self))
  }

  /// Writes eight bytes, the lowest one first.
  @inlinable
  public mutating func store(word: UInt64, at start: UInt32) {
    precondition(Int(start) + 8 <= capacity)
    unsafe base.storeBytes(of: word.littleEndian, toByteOffset: Int(start), as: UInt64.self)
  }

  /// Writes the lower four bytes of a word, the lowest one first.
  @inlinable
  public mutating func store(half word: UInt64, at start: UInt32) {
    precondition(Int(start) + 4 <= capacity)
    unsafe base.storeBytes(
      of: UInt32(truncatingIfNeeded: word).littleEndian, toByteOffset: Int(start), as: UInt32.self)
  }

  /// Writes sixteen hexadecimal digits in lower case.
  @inlinable
  public mutating func store(hexadecimal number: UInt64, at start: UInt32) {
    store(word: Digits.hexadecimal(UInt32(truncatingIfNeeded: number >> 32)), at: start)
    store(word: Digits.hexadecimal(UInt32(truncatingIfNeeded: number)), at: start + 8)
  }

  /// Copies a text of the program.
  @inlinable
  public mutating func store(_ text: StaticString, at start: UInt32) {
    precondition(text.hasPointerRepresentation && Int(start) + text.utf8CodeUnitCount <= capacity)
    unsafe base.advanced(by: Int(start)).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
  }
}

// MARK: Blocks

extension Memory {
  /// The unit of marks: every block begins at a multiple.
  private static var unitBytes: Int { 1 << 10 }

  /// Takes a region for good, at a multiple of 64: the scratch regions of the start. They do not count as taken.
  public mutating func reserve(_ byteCount: Int) -> ByteRange {
    untouched = (untouched + 63) & ~63
    precondition(
      byteCount >= 0 && byteCount <= capacity - untouched, "The mapping has no room for the scratch regions.")
    defer { untouched += byteCount }
    return ByteRange(start: UInt32(untouched), count: UInt32(byteCount))
  }

  /// Bytes of blocks and libraries together.
  public var accountBytes: Int { takenBytes + libraryBytes }

  /// How much of what may be held is held, in percent: of the account, or of the blocks where that is more.
  public var usedPercent: Int { max(takenBytes * 100 / max(limit, 1), accountBytes / max(account / 100, 1)) }

  /// A block of at least `byteCount` bytes: the smallest size that holds them. Nil when `limit` or `account` would be passed, when
  /// the mapping is used up, or for more than 256 KiB.
  public mutating func take(_ byteCount: Int) -> ByteRange? {
    guard let index = Memory.sizeIndex(byteCount) else { return nil }
    let size = Memory.size(index)
    guard takenBytes + Int(size) <= limit, accountBytes + Int(size) <= account, let start = freeBlock(index, size)
    else { return nil }
    takenBytes += Int(size)
    setMark(start, Memory.takenMark(index))
    return ByteRange(start: start, count: size)
  }

  /// Gives a block back. The whole block, once: anything else would let two owners write the same place, and stops the process.
  public mutating func give(_ block: ByteRange) {
    guard let index = Memory.sizeIndex(Int(block.count)), block.count == Memory.size(index),
      Int(block.end) <= capacity, block.start & 0x3FF == 0, mark(block.start) == Memory.takenMark(index)
    else { preconditionFailure("This is not a block that is taken.") }
    setMark(block.start, 0)
    takenBytes -= Int(block.count)
    // The block is within the mapping and nobody's: its first bytes hold the link.
    unsafe base.storeBytes(of: free[index], toByteOffset: Int(block.start), as: UInt32.self)
    free[index] = block.start
  }

  private mutating func freeBlock(_ index: Int, _ size: UInt32) -> UInt32? {
    let first = free[index]
    if first != .max {
      // Blocks of a list are within the mapping.
      free[index] = unsafe base.load(fromByteOffset: Int(first), as: UInt32.self)
      return first
    }
    if uncut[index].isEmpty {
      let start = (untouched + Memory.blockBytesMax - 1) & ~(Memory.blockBytesMax - 1)
      guard start + Memory.blockBytesMax <= capacity else { return nil }
      untouched = start + Memory.blockBytesMax
      uncut[index] = ByteRange(start: UInt32(start), count: UInt32(Memory.blockBytesMax))
    }
    defer { uncut[index] = uncut[index].dropFirst(Int(size)) }
    return uncut[index].start
  }

  /// 0 for 1 KiB, 1 for 4 KiB, 2 for 16 KiB, 3 for 64 KiB, 4 for 256 KiB.
  private static func sizeIndex(_ byteCount: Int) -> Int? {
    switch byteCount {
    case ...0x400: 0
    case ...0x1000: 1
    case ...0x4000: 2
    case ...0x1_0000: 3
    case ...0x4_0000: 4
    default: nil
    }
  }

  private static func size(_ index: Int) -> UInt32 { 0x400 << UInt32(2 * index) }

  private static func takenMark(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index + 1) }

  /// What begins at an offset: a taken block of a size, or 0. The marks lie behind the last offset, where no span reaches.
  private func mark(_ offset: UInt32) -> UInt8 {
    unsafe base.load(fromByteOffset: capacity + Int(offset) / Memory.unitBytes, as: UInt8.self)
  }

  private mutating func setMark(_ offset: UInt32, _ value: UInt8) {
    unsafe base.storeBytes(of: value, toByteOffset: capacity + Int(offset) / Memory.unitBytes, as: UInt8.self)
  }
}
