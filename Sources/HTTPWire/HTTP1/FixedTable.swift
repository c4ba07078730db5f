/// A fixed number of plain elements in memory of its own, taken once.
///
/// An `InlineArray` would need no memory of its own, but Swift 6.3 copies a stored one as a whole to read an element of it.
/// Indices are checked.
@safe struct FixedTable<Element: BitwiseCopyable>: ~Copyable {
  private let start: UnsafeMutablePointer<Element>
  let count: Int

  init(repeating element: Element, count: Int) {
    // SAFETY: `count` elements are allocated, initialised and reached by checked indices alone, until `deinit`.
    unsafe start = .allocate(capacity: count)
    unsafe start.initialize(repeating: element, count: count)
    self.count = count
  }

  @inlinable deinit { unsafe start.deallocate() }

  /// All elements.
  var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      // The elements live as long as `self`.
      unsafe _overrideLifetime(Span(_unsafeStart: start, count: count), borrowing: self)
    }
  }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      precondition(index >= 0 && index < count)
      return unsafe start[index]
    }
    @inline(__always) set {
      precondition(index >= 0 && index < count)
      unsafe start[index] = newValue
    }
  }
}
