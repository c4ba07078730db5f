public import Synchronization
import CLinux

/// Counters that several threads read and write without locks.
///
/// A handle: copies name the same cells, which live as long as the process; so it can be kept by every worker and costs no reference
/// count. Relaxed order throughout: a cell is a number by itself and publishes nothing else.
@safe
public struct AtomicCells: BitwiseCopyable, @unchecked Sendable {
  /// How far cells are apart.
  public enum Spacing: BitwiseCopyable, Sendable {
    /// A cache line each: for cells that several threads write.
    case lines
    /// Side by side: for cells that one thread writes.
    case dense
  }

  // Sendable: what it points to is atomic and is never unmapped.
  @usableFromInline let base: UnsafeMutableRawPointer
  @usableFromInline let shift: Int
  public let count: Int

  /// Cells with the value 0, backed when touched; nil when the system has no such mapping.
  public init?(count: Int, spacing: Spacing) {
    let shift = spacing == .lines ? 6 : 3
    // A page of zeros is a page of valid atomics. It is never unmapped.
    guard count > 0, count < 1 << 40, let base = unsafe weir_map(count << shift) else { return nil }
    unsafe self.base = base
    self.shift = shift
    self.count = count
  }

  /// The value. A plain load.
  @inlinable @inline(__always)
  public func load(_ index: Int) -> UInt64 { unsafe cell(index).pointee.load(ordering: .relaxed) }

  /// A plain store: for cells that one thread writes.
  @inlinable @inline(__always)
  public func store(_ value: UInt64, at index: Int) { unsafe cell(index).pointee.store(value, ordering: .relaxed) }

  /// Adds, wrapping, by load and store: for cells that one thread writes.
  @inlinable @inline(__always)
  public func bump(_ index: Int, by n: UInt64 = 1) { store(load(index) &+ n, at: index) }

  /// Adds, wrapping, and returns the new value.
  @inlinable @inline(__always) @discardableResult
  public func add(_ n: UInt64, to index: Int) -> UInt64 {
    unsafe cell(index).pointee.wrappingAdd(n, ordering: .relaxed).newValue
  }

  /// Subtracts, wrapping, and returns the new value.
  @inlinable @inline(__always) @discardableResult
  public func subtract(_ n: UInt64, from index: Int) -> UInt64 {
    unsafe cell(index).pointee.wrappingSubtract(n, ordering: .relaxed).newValue
  }

  /// Writes `desired` if the value is `expected`, and says whether it was.
  @inlinable @inline(__always)
  public func exchange(_ index: Int, expected: UInt64, desired: UInt64) -> Bool {
    unsafe cell(index).pointee.compareExchange(expected: expected, desired: desired, ordering: .relaxed).exchanged
  }

  @inlinable @inline(__always) @unsafe
  func cell(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    precondition(index >= 0 && index < count)
    return unsafe (base + (index << shift)).assumingMemoryBound(to: Atomic<UInt64>.self)
  }
}
