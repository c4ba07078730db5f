import ProxyTLS
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import WeirEnforcement

/// The generations that a worker still needs: the one in force, and older ones until their exchanges have ended.
///
/// Exchanges are counted with plain integers; nothing on the request path touches a reference count.
struct GenerationTable: ~Copyable {
  struct Slot: ~Copyable {
    let reference: GenerationReference
    let tls: TLSContextSet?
    /// Counts the sets of TLS contexts: a connection of one is not used for an exchange of another.
    let contexts: UInt64
    var enforcer: Enforcer
    /// The endpoints of the moment.
    var upstreams: UpstreamTable
    var exchangeCount = 0

    mutating func rule(at listener: Int, draw: Int) -> Ruling {
      enforcer.rule(at: reference.content.entries[listener], draw: draw, under: reference.content.bundle)
    }

    /// Whether the response that was taken last is one to try again.
    mutating func retryApplies(_ retry: Int32) -> Bool { enforcer.retryApplies(retry, under: reference.content.bundle) }

    /// Changes the response that was taken last as its route says.
    mutating func changeResponse(table: Int32, route: Int32, kept: Span<UInt8>) throws(Reject) {
      try enforcer.changeResponse(table, route, kept: kept, under: reference.content.bundle)
    }

    /// Counts a request of this generation and writes its line.
    func record(
      _ record: RequestRecord, _ texts: LogTexts, _ telemetry: inout WorkerTelemetry, _ memory: inout Memory,
      room: ByteRange, _ now: Instant
    ) -> Bool {
      reference.content.record(record, texts, &telemetry, &memory, room: room, now)
    }

    /// Bytes of the request that was decided last.
    func copyRequest(_ place: Place, to writer: inout MemoryWriter, _ memory: inout Memory) {
      writer.append(bytes: enforcer.bytes, place, to: &memory)
    }

    /// What of the request must be kept for the changes of its response.
    func copyKept(to writer: inout MemoryWriter, _ memory: inout Memory) {
      writer.append(bytes: enforcer.bytes, enforcer.kept, to: &memory)
    }

    /// Whether the request that was decided last has the field that makes it safe to repeat.
    func isIdempotent(by retry: Int32) -> Bool {
      let name = reference.content.plan.idempotencyFields[Int(retry)]
      return !name.isEmpty && enforcer.hasField(named: name.span)
    }

    /// The fields of the response that was taken last, as they are sent.
    func copyResponseFields(to writer: inout MemoryWriter, _ memory: inout Memory) {
      var field = 0
      let count = enforcer.responseFieldCount
      while field < count {
        let run = enforcer.responseLineRun(from: field)
        writer.append(bytes: enforcer.responseBytes, run.bytes, to: &memory)
        field = run.next
      }
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
  mutating func adopt(
    _ reference: consuming GenerationReference, _ upstreams: Upstreams, tls: TLSContextSet?, contexts: UInt64
  ) {
    let enforcer = Enforcer(for: reference.content.bundle)
    let previous = currentIndex
    currentIndex =
      slots.insert(
        Slot(
          reference: reference, tls: tls, contexts: contexts, enforcer: enforcer, upstreams: UpstreamTable(upstreams))
      ).index
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
