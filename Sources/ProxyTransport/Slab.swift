import CLinux

/// Values at fixed places, named by 32-bit numbers.
///
/// Storage is mapped for the whole capacity and backed when touched, so nothing ever moves: a value can be changed in place while others
/// come and go. Places are used again, the last freed first; a generation tells their users apart.
///
/// The subscript changes a value through a slab that is only borrowed: two different values can be changed at once. The same value twice
/// at once, or removing it meanwhile, is a mistake that debug builds stop at.
@safe
public struct Slab<Element: ~Copyable>: ~Copyable {
  /// Names one use of a place.
  @frozen
  public struct Key: BitwiseCopyable, Hashable, Sendable {
    public var index: UInt32
    /// Odd.
    public var generation: UInt32

    @inlinable
    public init(index: UInt32, generation: UInt32) {
      self.index = index
      self.generation = generation
    }

    /// Both numbers in one: the token of an event.
    @inlinable
    public var bits: UInt64 { UInt64(generation) << 32 | UInt64(index) }

    @inlinable
    public init(bits: UInt64) {
      self.init(index: UInt32(truncatingIfNeeded: bits), generation: UInt32(truncatingIfNeeded: bits >> 32))
    }
  }

  @frozen @usableFromInline
  struct Place: BitwiseCopyable {
    /// Odd while in use; grows by one at each change.
    @usableFromInline var generation: UInt32
    /// The next free place while not in use. In debug builds 1 while the value is being changed.
    @usableFromInline var link: UInt32

    @usableFromInline
    init(generation: UInt32, link: UInt32) {
      self.generation = generation
      self.link = link
    }
  }

  @usableFromInline let elements: UnsafeMutablePointer<Element>
  @usableFromInline let places: UnsafeMutablePointer<Place>
  /// The number of places.
  public let capacity: Int
  /// The number of values.
  @usableFromInline var inUse = 0
  /// Places from here on were never used.
  @usableFromInline var used: UInt32 = 0
  @usableFromInline var free: UInt32 = .max

  /// Maps storage for `capacity` values; nil when the system has no such mapping.
  public init?(capacity: Int) {
    let count = min(max(capacity, 1), Int(UInt32.max) - 1)
    // Pages are aligned for everything. Zero is a valid `Place`: never used.
    guard let elements = unsafe weir_map(count * MemoryLayout<Element>.stride) else { return nil }
    guard let places = unsafe weir_map(count * MemoryLayout<Place>.stride) else {
      unsafe weir_unmap(elements, count * MemoryLayout<Element>.stride)
      return nil
    }
    unsafe self.elements = elements.bindMemory(to: Element.self, capacity: count)
    unsafe self.places = places.bindMemory(to: Place.self, capacity: count)
    self.capacity = count
  }

  deinit {
    for index in 0..<Int(used) where unsafe places[index].generation & 1 == 1 {
      unsafe (elements + index).deinitialize(count: 1)
    }
    unsafe weir_unmap(elements, capacity * MemoryLayout<Element>.stride)
    unsafe weir_unmap(places, capacity * MemoryLayout<Place>.stride)
  }

  @inlinable
  public var count: Int { inUse }

  @inlinable
  public var isFull: Bool { inUse == capacity }

  /// Puts a value at a free place. Not when the slab is full: whoever may come then asks `isFull` first.
  @inlinable
  public mutating func insert(_ element: consuming Element) -> Key {
    precondition(inUse < capacity, "The slab is full.")
    let index: UInt32
    if free != .max {
      index = free
      free = unsafe places[Int(index)].link
    } else {
      index = used
      used &+= 1
    }
    inUse &+= 1
    // The place is free, so nothing is initialised there, and it is below `capacity`.
    unsafe (elements + Int(index)).initialize(to: element)
    let generation = unsafe places[Int(index)].generation &+ 1
    unsafe places[Int(index)] = Place(generation: generation, link: 0)
    return Key(index: index, generation: generation)
  }

  /// Whether the value that `key` named when it came is still there.
  @inlinable
  public func contains(_ key: Key) -> Bool {
    unsafe key.index < used && key.generation & 1 == 1 && places[Int(key.index)].generation == key.generation
  }

  /// Whether a value is at this place.
  @inlinable
  public func contains(_ index: UInt32) -> Bool {
    unsafe index < used && places[Int(index)].generation & 1 == 1
  }

  /// The name of the value that is at a place now.
  @inlinable
  public func key(of index: UInt32) -> Key {
    precondition(contains(index))
    return Key(index: index, generation: unsafe places[Int(index)].generation)
  }

  @inlinable
  public subscript(index: UInt32) -> Element {
    @inline(__always) _read {
      precondition(contains(index))
      // In use, so initialised; it does not move.
      yield unsafe elements[Int(index)]
    }
    @inline(__always) nonmutating _modify {
      precondition(contains(index))
      assert(beginChange(index), "A value is changed while it is being changed.")
      yield unsafe &elements[Int(index)]
      assert(endChange(index))
    }
  }

  /// Takes a value out; its place is free.
  @inlinable @discardableResult
  public mutating func remove(_ index: UInt32) -> Element {
    precondition(contains(index))
    assert(unsafe places[Int(index)].link == 0, "A value is removed while it is being changed.")
    let generation = unsafe places[Int(index)].generation &+ 1
    unsafe places[Int(index)] = Place(generation: generation, link: free)
    free = index
    inUse &-= 1
    return unsafe (elements + Int(index)).move()
  }

  /// The first place at or after `index` that has a value: goes over all of them, in no time that a request may pay.
  public func first(from index: UInt32) -> UInt32? {
    guard index < used else { return nil }
    return (index..<used).first { unsafe places[Int($0)].generation & 1 == 1 }
  }

  @usableFromInline
  func beginChange(_ index: UInt32) -> Bool {
    defer { unsafe places[Int(index)].link = 1 }
    return unsafe places[Int(index)].link == 0
  }

  @usableFromInline
  func endChange(_ index: UInt32) -> Bool {
    unsafe places[Int(index)].link = 0
    return true
  }
}
