import HTTPWire
import ProxyTelemetry
import ProxyTransport

/// What a head says of its client and its trace, looked through before it is handed on: which of it stays, and what this proxy sets.
///
/// Of a peer that is not trusted only the trace stays: it says nothing about who asks.
struct ToldFields {
  let isTrusted: Bool
  private var hops: MemoryWriter
  private var forwardedProto = Once()
  private var requestIDs = Once()
  private var traceparents = Once()
  private var maxForwards = Once()
  /// Whether `Max-Forwards` counts: of other methods it may be anything (RFC 9110 section 7.6.2).
  let countsForwards: Bool
  /// The trace that the request belongs to; `nil`: it begins here.
  private(set) var trace: TraceContext?

  /// A field that counts when it is there once.
  private struct Once {
    var value = ByteRange.empty
    var count = 0

    mutating func note(_ place: ByteRange) {
      value = place
      count += 1
    }

    var only: ByteRange? { count == 1 && !value.isEmpty ? value : nil }
  }

  /// - Parameter room: for the hops of a trusted peer; longer than any head.
  init(isTrusted: Bool, countsForwards: Bool, room: ByteRange) {
    self.isTrusted = isTrusted
    hops = MemoryWriter(room)
    self.countsForwards = countsForwards
  }

  @inline(__always)
  mutating func note(_ known: KnownField, _ value: ByteRange, in memory: inout Memory) {
    switch known {
    case .xForwardedFor where isTrusted:
      if !forwardedFor.isEmpty { hops.append(", ", to: &memory) }
      hops.copy(value, in: &memory)
    case .xForwardedProto: forwardedProto.note(value)
    case .xRequestID: requestIDs.note(value)
    case .traceparent: traceparents.note(value)
    case .maxForwards: maxForwards.note(value)
    default: break
    }
  }

  /// The lines of `x-forwarded-for` of a trusted peer, as one.
  var forwardedFor: ByteRange { hops.written }

  /// Reads the trace, once all fields were noted: without a valid `traceparent`, `tracestate` is not looked at (W3C Trace Context,
  /// section 3.3).
  mutating func readTrace(_ memory: borrowing Memory) {
    if let value = traceparents.only { trace = TraceContext(memory.span(value)) }
  }

  /// The identifier that a trusted peer has given the request.
  var requestID: ByteRange? {
    guard isTrusted, let id = requestIDs.only, id.count <= requestIDBytesMax else { return nil }
    return id
  }

  /// Whether a trusted peer has said by which scheme the client came.
  var keepsProto: Bool { isTrusted && forwardedProto.only != nil }

  /// How often the request may be forwarded.
  enum Forwards { case unlimited, malformed, times(UInt32) }

  func readForwards(_ memory: borrowing Memory) -> Forwards {
    guard countsForwards, maxForwards.count > 0 else { return .unlimited }
    guard let value = maxForwards.only, value.count <= 9 else { return .malformed }
    var number: UInt32 = 0
    for offset in 0..<value.count {
      let digit = memory[value.start + offset] &- UInt8(ascii: "0")
      guard digit < 10 else { return .malformed }
      number = number * 10 + UInt32(digit)
    }
    return .times(number)
  }

  /// Whether a field of the head is not handed on: it is set anew, or not to be believed.
  @inline(__always)
  func drops(_ known: KnownField) -> Bool {
    switch known {
    case .xForwardedFor: true
    case .maxForwards: countsForwards
    case .xForwardedProto: !keepsProto
    case .xRequestID: requestID == nil
    case .traceparent, .tracestate: trace == nil
    case .xForwardedHost, .xForwardedPort, .xForwardedOther, .forwarded, .xRealIP: !isTrusted
    default: false
    }
  }
}

/// Longer ones are no identifiers.
private let requestIDBytesMax = 128
