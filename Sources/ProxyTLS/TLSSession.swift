import CTLS
import ProxyTransport

/// What a step did. The counts are bytes.
public struct TLSStep: BitwiseCopyable, Sendable {
  /// How far a session is.
  public enum Status: BitwiseCopyable, Hashable, Sendable {
    case handshaking
    case open
    /// The peer has ended its side in good order (close_notify). An end of the stream without it is a truncation.
    case closedByPeer
    case failed(TLSFailure)
  }

  /// Taken of the cipher bytes: all of them, unless `plain` was full.
  public var cipherCount: Int
  /// Written at the start of `plain`.
  public var plainCount: Int
  /// Written at the start of `out`; also after a failure, whose alert it is.
  public var outCount: Int
  public var status: Status
  /// `plain` was full: call again, with the cipher bytes that were not taken.
  public var hasMore: Bool
}

/// What `write` did. The counts are bytes.
public struct TLSWrite: BitwiseCopyable, Sendable {
  /// Taken of the plain bytes: all, unless `out` was full.
  public var plainCount: Int
  /// Written at the start of `out`.
  public var outCount: Int
  public var failure: TLSFailure?
}

/// What a handshake has agreed on; read once the session is open.
public struct TLSFacts: BitwiseCopyable, Sendable {
  public enum ApplicationProtocol: BitwiseCopyable, Hashable, Sendable {
    /// The peer does not know ALPN, or the context has no protocols.
    case none
    case http1, http2
  }

  public var applicationProtocol: ApplicationProtocol
  /// Which of the listener's contexts answered; nil for a client.
  public var context: Int?
  /// Whether the peer has shown a certificate, which was verified.
  public var hasCertificate: Bool
  /// Whether the client has asked for a name.
  public var hasServerName: Bool
  /// Nanoseconds since 1970 at which the first certificate of the peer's chain expires: the connection must not outlive it. `Int64.max` without one.
  public var expiry: Int64
  /// TLS 1.2 or 1.3.
  public var minorVersion: UInt8
  public var isResumed: Bool
  /// The chain had been verified before.
  public var isChainCached: Bool
}

/// One end of a TLS connection, without the connection: cipher bytes in, plain bytes and cipher bytes out.
///
/// It holds about 14 KiB, and what is incomplete of one record (at most 17 KB). It belongs to one thread.
@safe public struct TLSSession: ~Copyable {
  /// What `out` must have room for besides the cipher bytes of the step: the longest flight of a handshake.
  public static let outReserveBytes = 32 << 10
  /// What `plain` must have room for besides the cipher bytes of the step: a record that was incomplete before it.
  public static let plainReserveBytes = 16 << 10

  private let pointer: OpaquePointer

  /// The server's end for a listener of the set; nil when there is no such listener or no memory.
  public init?(accepting listener: Int, in contexts: borrowing TLSContextSet) {
    guard let index = Int32(exactly: listener), let session = unsafe weir_tls_accept(contexts.pointer, index) else {
      return nil
    }
    unsafe pointer = session
  }

  /// The client's end for an upstream of the set; nil when there is no such upstream or no memory. The first step, without bytes, makes its hello.
  public init?(connecting upstream: Int, in contexts: borrowing TLSContextSet) {
    guard let index = Int32(exactly: upstream), let session = unsafe weir_tls_connect(contexts.pointer, index) else {
      return nil
    }
    unsafe pointer = session
  }

  // The session holds a count of the set, so either may go first.
  deinit { unsafe weir_tls_free(pointer) }

  /// Takes what the peer sent; gives what it means and what is to be answered.
  ///
  /// - Parameters:
  ///   - plain: has room for the cipher bytes and `plainReserveBytes`, or `hasMore` may be set.
  ///   - out: has room for the cipher bytes and `outReserveBytes`, or the session may fail as `tooLarge`.
  ///   - wallClock: nanoseconds since 1970; certificates are judged by it.
  public mutating func step(
    _ memory: inout Memory, cipher: ByteRange, plain: ByteRange, out: ByteRange, wallClock: Int64
  ) -> TLSStep {
    let seconds = wallClock.dividedRoundingDown(by: 1_000_000_000)
    let all = ByteRange.covering(cipher, plain, out)
    var span = memory.mutableSpan(all)
    let result = unsafe span.withUnsafeMutableBufferPointer { buffer in
      // The three places lie within `all`, which was checked; nothing of them is kept after the call.
      let base = unsafe buffer.baseAddress.unsafelyUnwrapped
      return unsafe weir_tls_step(
        pointer, weir_tls_bytes(start: base + cipher.offset(in: all), count: Int(cipher.count)),
        base + plain.offset(in: all), Int(plain.count), base + out.offset(in: all), Int(out.count), seconds)
    }
    return TLSStep(
      cipherCount: result.cipher_count, plainCount: result.plain_count, outCount: result.out_count,
      status: result.sessionStatus, hasMore: result.has_more)
  }

  /// Encrypts; at most 128 bytes of `out` stay unused when it takes less than all. An open session takes bytes, any other takes none.
  public mutating func write(_ memory: inout Memory, plain: ByteRange, out: ByteRange) -> TLSWrite {
    let all = ByteRange.covering(plain, out, out)
    var span = memory.mutableSpan(all)
    let result = unsafe span.withUnsafeMutableBufferPointer { buffer in
      // As above.
      let base = unsafe buffer.baseAddress.unsafelyUnwrapped
      return unsafe weir_tls_write(
        pointer, weir_tls_bytes(start: base + plain.offset(in: all), count: Int(plain.count)),
        base + out.offset(in: all), Int(out.count))
    }
    return TLSWrite(plainCount: result.plain_count, outCount: result.out_count, failure: result.sessionFailure)
  }

  /// Ends our side in good order (close_notify); at least 64 bytes of room.
  ///
  /// - Returns: how many bytes of `out` are to be sent; 0 when there is nothing to close.
  public mutating func close(_ memory: inout Memory, out: ByteRange) -> Int {
    var span = memory.mutableSpan(out)
    return unsafe span.withUnsafeMutableBufferPointer {
      unsafe weir_tls_close(pointer, $0.baseAddress.unsafelyUnwrapped, $0.count)
    }
  }

  /// What was agreed on. Meaningful while the session is open.
  public var facts: TLSFacts {
    let facts = unsafe weir_tls_session_facts(pointer)
    let (nanoseconds, isFar) = facts.expires_at.multipliedReportingOverflow(by: 1_000_000_000)
    return TLSFacts(
      applicationProtocol: facts.protocol == UInt8(WEIR_TLS_HTTP2)
        ? .http2 : facts.protocol == UInt8(WEIR_TLS_HTTP1) ? .http1 : .none,
      context: facts.entry < 0 ? nil : Int(facts.entry), hasCertificate: facts.has_certificate,
      hasServerName: facts.has_server_name,
      expiry: isFar ? .max : nanoseconds, minorVersion: facts.minor_version,
      isResumed: facts.is_resumed, isChainCached: facts.is_chain_cached)
  }

  /// The SPIFFE identity of an open session's peer; empty when it has shown no certificate, or is not of the mesh.
  public var peerIdentity: Span<UInt8> {
    @_lifetime(borrow self) borrowing get { unsafe span(weir_tls_identity(pointer)) }
  }

  /// The name that the client asked for, folded; empty when it named none.
  public var serverName: Span<UInt8> {
    @_lifetime(borrow self) borrowing get { unsafe span(weir_tls_server_name(pointer)) }
  }

  /// Whether the context that answered for this session answers for a host, too (folded, without port): clients that name no server count
  /// as asking for any host that has no context of its own. A request for any other host is misdirected: 421 (RFC 9110 section 15.5.20).
  ///
  /// Complexity: O(labels × log names); O(1) for a listener with one context.
  public func answers(for host: Span<UInt8>) -> Bool {
    unsafe host.withUnsafeBufferPointer {
      unsafe weir_tls_answers(pointer, weir_tls_bytes(start: $0.baseAddress, count: $0.count))
    }
  }

  /// The bytes are the session's own and do not change while it is borrowed.
  @_lifetime(borrow self)
  private borrowing func span(_ bytes: weir_tls_bytes) -> Span<UInt8> {
    let buffer = unsafe UnsafeBufferPointer(start: bytes.start, count: bytes.start == nil ? 0 : bytes.count)
    return unsafe _overrideLifetime(Span(_unsafeElements: buffer), borrowing: self)
  }
}

extension weir_tls_result {
  fileprivate var sessionFailure: TLSFailure? {
    guard status == WEIR_TLS_FAILED else { return nil }
    return TLSFailure(.init(rawValue: failure.rawValue) ?? .internalError, alert: alert)
  }

  fileprivate var sessionStatus: TLSStep.Status {
    if let failure = sessionFailure { return .failed(failure) }
    return status == WEIR_TLS_OPEN ? .open : status == WEIR_TLS_CLOSED_BY_PEER ? .closedByPeer : .handshaking
  }
}

extension ByteRange {
  /// The smallest place that holds all three; its bounds are the caller's to check.
  fileprivate static func covering(_ a: ByteRange, _ b: ByteRange, _ c: ByteRange) -> ByteRange {
    let start = min(a.start, b.start, c.start)
    let end = [a, b, c].reduce(0) { max($0, Int($1.start) + Int($1.count)) }
    return ByteRange(start: start, count: UInt32(end - Int(start)))
  }

  fileprivate func offset(in all: ByteRange) -> Int { Int(start - all.start) }
}

extension Int64 {
  fileprivate func dividedRoundingDown(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

/// What OpenSSL holds for the calling thread.
public enum TLSMemory {
  /// Bytes allocated less bytes freed by this thread since it began; belongs to the worker's account.
  public static var bytesOfThisThread: Int { Int(weir_tls_memory_of_thread()) }
}
