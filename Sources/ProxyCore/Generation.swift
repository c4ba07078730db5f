import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import WeirEnforcement
import WeirPolicy

/// One bundle in force, with everything that the data plane derives from it: built by the control thread, never changed, shared by all
/// workers until the last exchange that it admitted has ended.
@safe
public final class Generation: Sendable {
  // Allocated and initialised by `init`, never written again, freed by `deinit`: whoever holds the object may read through the pointer.
  fileprivate nonisolated(unsafe) let content: UnsafePointer<Content>

  struct Content: ~Copyable, Sendable {
    let bundle: LoadedBundle
    /// By listener: whose decision is asked for.
    let entries: [Entry]
    let plan: ForwardingPlan
    /// The endpoints that were known when it was made.
    let upstreams: Upstreams
    let telemetry: GenerationTelemetry

    /// Counts a request and writes its line.
    ///
    /// - Returns: whether the writer of lines is to be woken.
    func record(
      _ record: RequestRecord, _ texts: LogTexts, _ telemetry: inout WorkerTelemetry, _ memory: inout Memory,
      room: ByteRange, _ now: Instant
    ) -> Bool {
      telemetry.metrics.record(record, under: self.telemetry.cells)
      return telemetry.log?.append(
        record, texts, in: &memory, room: room, names: self.telemetry.names, now: now, metrics: telemetry.metrics)
        ?? false
    }

    func copyText(_ place: Place, to writer: inout MemoryWriter, _ memory: inout Memory) {
      writer.append(bytes: bundle.text, place, to: &memory)
    }
  }

  /// - Parameters:
  ///   - entries: by listener.
  ///   - tls: upstreams of the `TLSContextSet` that the workers get with this generation, by the name of the service.
  public init(
    bundle: consuming LoadedBundle, entries: [Entry], upstreams: Upstreams, telemetry: GenerationTelemetry,
    tls: [String: Int] = [:]
  ) {
    let place = UnsafeMutablePointer<Content>.allocate(capacity: 1)
    let plan = ForwardingPlan(bundle.topology, tls: tls)
    unsafe place.initialize(
      to: Content(bundle: bundle, entries: entries, plan: plan, upstreams: upstreams, telemetry: telemetry))
    unsafe content = UnsafePointer(place)
  }

  deinit {
    let place = unsafe UnsafeMutablePointer(mutating: content)
    unsafe place.deinitialize(count: 1)
    unsafe place.deallocate()
  }
}

/// A generation as a worker holds it: counted when it is made and when it goes; reading what it holds counts nothing.
@safe
struct GenerationReference: ~Copyable {
  private let owner: Generation

  init(_ generation: Generation) { owner = generation }

  var content: Generation.Content {
    _read { yield unsafe owner.content.pointee }
  }
}
