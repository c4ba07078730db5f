import ProxyTLS
import ProxyTransport
import WeirEnforcement

/// The generations that a worker still needs: the one in force, and older ones until their exchanges have ended.
///
/// Exchanges are counted with plain integers; nothing on the request path touches a reference count.
struct GenerationTable: ~Copyable {
  struct Slot: ~Copyable {
    let reference: GenerationReference
    let tls: TLSContextSet?
    var enforcer: Enforcer
    /// By endpoint of the plan: the worker's pool for it.
    var pools: [UInt32]
    var exchangeCount = 0

    mutating func rule(at listener: Int, draw: Int) -> Ruling {
      enforcer.rule(at: reference.content.entries[listener], draw: draw, under: reference.content.bundle)
    }

    /// Bytes of the request that was decided last.
    func copyRequest(_ place: Place, to writer: inout MemoryWriter, _ memory: inout Memory) {
      writer.append(bytes: enforcer.bytes, place, to: &memory)
    }

    /// Texts of the bundle.
    func copyText(_ place: Place, to writer: inout MemoryWriter, _ memory: inout Memory) {
      reference.content.copyText(place, to: &writer, &memory)
    }
  }

  private var slots: Slab<Slot>
  private(set) var currentIndex: UInt32 = .none

  var current: Slot {
    _read { yield slots[currentIndex] }
    _modify { yield &slots[currentIndex] }
  }

  subscript(index: UInt32) -> Slot {
    _read { yield slots[index] }
    _modify { yield &slots[index] }
  }

  /// Of the generation in force.
  var tls: TLSContextSet? { currentIndex == .none ? nil : slots[currentIndex].tls }

  /// - Returns: `nil` when the system has no room for it.
  init?() {
    guard let slots = Slab<Slot>(capacity: 64) else { return nil }
    self.slots = slots
  }

  /// Puts a generation in force. The one before it stays while exchanges use it.
  mutating func adopt(_ reference: consuming GenerationReference, tls: TLSContextSet?, pools: [UInt32]) {
    let enforcer = Enforcer(for: reference.content.bundle)
    let previous = currentIndex
    currentIndex = slots.insert(Slot(reference: reference, tls: tls, enforcer: enforcer, pools: pools)).index
    if previous != .none { removeIfUnused(previous) }
  }

  mutating func retainCurrent() -> UInt32 {
    slots[currentIndex].exchangeCount += 1
    return currentIndex
  }

  mutating func release(_ index: UInt32) {
    slots[index].exchangeCount -= 1
    removeIfUnused(index)
  }

  private mutating func removeIfUnused(_ index: UInt32) {
    guard index != currentIndex, slots[index].exchangeCount == 0 else { return }
    slots.remove(index)
  }
}
