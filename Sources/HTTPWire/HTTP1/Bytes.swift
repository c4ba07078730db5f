/// The only unsafe code of this module: eight bytes at once, constants as bytes, copies.
extension Span<UInt8> {
  /// Eight bytes as a little-endian word: the first byte is the lowest. Traps outside the bounds.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    // SAFETY: the load is bounds checked, and every bit pattern is an integer.
    UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}

extension StaticString {
  /// The UTF-8 bytes of the constant.
  @usableFromInline var bytes: Span<UInt8> {
    @_lifetime(immortal)
    get {
      // SAFETY: the literal lies in the program's read-only data, which is never freed. One that is a single scalar has
      // no address; `utf8Start` traps then.
      let span = unsafe Span(_unsafeStart: utf8Start, count: utf8CodeUnitCount)
      return unsafe _overrideLifetime(span, copying: ())
    }
  }
}

extension MutableSpan<UInt8> {
  /// Copies all of `source` to `offset`. Traps outside the bounds.
  @_lifetime(self: copy self)
  @usableFromInline mutating func copy(_ source: Span<UInt8>, to offset: Int) {
    precondition(offset >= 0 && offset <= count - source.count)
    guard !source.isEmpty else { return }
    // SAFETY: the bounds were checked, and a mutable span never overlaps a span that is alive beside it.
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { bytes in
        guard let base = target.baseAddress, let start = bytes.baseAddress else { return }
        unsafe (base + offset).copyMemory(from: start, byteCount: bytes.count)
      }
    }
  }

  /// Copies `source` of the same span to `offset`; both may overlap. Traps outside the bounds.
  @_lifetime(self: copy self)
  @usableFromInline mutating func move(_ source: Range<Int>, to offset: Int) {
    precondition(source.lowerBound >= 0 && source.upperBound <= count)
    precondition(offset >= 0 && offset <= count - source.count)
    // SAFETY: both ranges were checked; `copyMemory` may overlap.
    unsafe withUnsafeMutableBytes { target in
      guard let base = target.baseAddress else { return }
      unsafe (base + offset).copyMemory(from: base + source.lowerBound, byteCount: source.count)
    }
  }
}
