import CNghttp2
import ProxyTransport

/// One HTTP/2 connection (RFC 9113): bytes in, events out; messages in, bytes out. No sockets; the clock is passed in.
///
/// The only door to libnghttp2. What it calls back lands on a tape, which is read after the call. Beyond the library's own limits this
/// counts glitches, header lists, exchanges and stalls, and ends the connection (`ending`) when a peer goes too far.
@safe
public struct HTTP2Session: ~Copyable {
  private let session: OpaquePointer
  public let role: HTTP2Role
  private let limits: HTTP2Limits
  private var meter: FrameMeter
  private var glitches: GlitchBucket
  private var clocks: HTTP2Clocks
  /// Why this side ended the session; nil while it did not.
  public private(set) var ending: HTTP2Ending?

  /// A session whose SETTINGS wait to be sent. Nil when there is no memory, or for limits past what `HTTP2Limits` allows.
  public init?(_ role: HTTP2Role, limits: HTTP2Limits, at now: Instant) {
    guard let session = unsafe weir_h2_new(role == .server, limits.forLibrary) else { return nil }
    unsafe self.session = session
    self.role = role
    self.limits = limits
    meter = FrameMeter(role)
    glitches = GlitchBucket(burst: limits.glitchBurst, perSecond: limits.glitchesPerSecond)
    clocks = HTTP2Clocks(startedAt: now)
  }

  deinit { unsafe weir_h2_free(session) }
}

// MARK: Bytes

/// How far a session read its input.
public struct HTTP2Receipt: BitwiseCopyable, Hashable, Sendable {
  /// Bytes that were read; the tape says what they were.
  public var byteCount: Int
  /// The tape is full: read it and call again with the rest, even if that is empty.
  public var isCut: Bool
}

/// What a session wrote.
public struct HTTP2Production: BitwiseCopyable, Hashable, Sendable {
  /// Bytes that were written, at the beginning of the room.
  public var bytes: ByteRange
  /// There is more to send than the room took.
  public var isCut: Bool
}

extension HTTP2Session {
  /// Reads frames. `data` events are places within `input`, so the input must stay until the tape was read.
  public mutating func receive(
    _ input: ByteRange, in memory: inout Memory, tape: inout HTTP2Tape, at now: Instant
  ) -> HTTP2Receipt {
    guard ending == nil else {
      unsafe tape.tape.pointee.event_count = 0
      return HTTP2Receipt(byteCount: Int(input.count), isCut: false)
    }
    precondition(Int(input.start) + Int(input.count) <= memory.capacity)
    precondition(Int(tape.arena.start) + Int(tape.arena.count) <= memory.capacity)
    precondition(Int(tape.arena.count) >= HTTP2Tape.arenaBytesMin(limits))
    var consumed: UInt32 = 0
    var all = memory.mutableSpan(ByteRange(start: 0, count: UInt32(memory.capacity)))
    // The library reads the input and writes the arena: both lie within the mapping. It keeps no pointer to either.
    let result = unsafe all.withUnsafeMutableBufferPointer { all in
      unsafe weir_h2_receive(session, tape.tape, all.baseAddress, input.start, input.count, &consumed)
    }
    if !input.isEmpty { clocks.lastFrameAt = now }
    if result < 0 {
      fail(result)
    } else {
      meter.read(memory.span(input.prefix(Int(consumed))))
      charge(isCut: result > 0, at: now)
    }
    return HTTP2Receipt(byteCount: result < 0 ? Int(input.count) : Int(consumed), isCut: result > 0)
  }

  /// Writes what is to be sent: call it once a turn while the connection has nothing unsent. The tape tells of bodies and of streams
  /// that closed by it.
  public mutating func produce(
    into room: ByteRange, of memory: inout Memory, tape: inout HTTP2Tape, at now: Instant
  ) -> HTTP2Production {
    guard ending?.hasLastWords ?? true else {
      unsafe tape.tape.pointee.event_count = 0
      return HTTP2Production(bytes: room.prefix(0), isCut: false)
    }
    precondition(Int(room.start) + Int(room.count) <= memory.capacity)
    var produced: UInt32 = 0
    var all = memory.mutableSpan(ByteRange(start: 0, count: UInt32(memory.capacity)))
    // The library writes the room and reads bodies, whose places were checked when they were set.
    let result = unsafe all.withUnsafeMutableBufferPointer { all in
      unsafe weir_h2_produce(session, tape.tape, all.baseAddress, room.start, room.count, &produced)
    }
    if result < 0 { fail(result) }
    charge(isCut: false, at: now)
    // With room left over, what was not sent is held up by the peer's windows.
    if result == 0 { clocks.stalledSince = stalledSince(now) }
    return HTTP2Production(bytes: room.prefix(Int(produced)), isCut: result > 0)
  }

  /// There is something to send.
  public var wantsToProduce: Bool { (ending?.hasLastWords ?? true) && state.wants_write }

  /// Nothing more is to be read or, once produced bytes are sent, written: the connection can be closed.
  public var isFinished: Bool {
    if let ending, !ending.hasLastWords { return true }
    let state = state
    return !state.wants_write && (ending != nil || !state.wants_read)
  }
}

// MARK: Messages

extension HTTP2Session {
  /// Opens a stream; ask `canRequest` first. Nil when the session takes no request.
  public mutating func submitRequest(
    _ fields: borrowing HTTP2Fields, in memory: borrowing Memory, endsStream: Bool
  ) -> HTTP2Stream? {
    guard role == .client, !fields.isOverflown else { return nil }
    var slot: UInt32 = 0
    let stream = unsafe submit(fields, memory) { base, list, count in
      unsafe weir_h2_submit_request(session, base, list, count, endsStream, &slot)
    }
    return stream > 0 ? HTTP2Stream(number: UInt32(stream), slot: slot) : nil
  }

  /// Answers a stream. Without `endsStream` a body follows (`setBody`). False when the stream is gone.
  public mutating func submitResponse(
    _ stream: HTTP2Stream, _ fields: borrowing HTTP2Fields, in memory: borrowing Memory, endsStream: Bool
  ) -> Bool {
    guard role == .server, !fields.isOverflown else { return false }
    return unsafe submit(fields, memory) { base, list, count in
      unsafe weir_h2_submit_response(session, stream.number, stream.slot, base, list, count, endsStream)
    } == 0
  }

  /// Sends a 1xx head before the response. False when the stream is gone.
  public mutating func submitInformational(
    _ stream: HTTP2Stream, _ fields: borrowing HTTP2Fields, in memory: borrowing Memory
  ) -> Bool {
    guard role == .server, !fields.isOverflown else { return false }
    return unsafe submit(fields, memory) { base, list, count in
      unsafe weir_h2_submit_informational(session, stream.number, stream.slot, base, list, count)
    } == 0
  }

  /// Ends the body with trailers, once what it holds was sent. False when the stream is gone or has no body.
  public mutating func submitTrailers(
    _ stream: HTTP2Stream, _ fields: borrowing HTTP2Fields, in memory: borrowing Memory
  ) -> Bool {
    guard !fields.isOverflown else { return false }
    return unsafe submit(fields, memory) { base, list, count in
      unsafe weir_h2_submit_trailers(session, stream.number, stream.slot, base, list, count)
    } == 0
  }

  /// Says what is left of the body to send: all that was not sent yet, wherever it lies now. `ends`: nothing follows it.
  /// False when the stream is gone or has no body.
  public mutating func setBody(
    _ stream: HTTP2Stream, _ bytes: ByteRange, ends: Bool, in memory: borrowing Memory
  ) -> Bool {
    precondition(Int(bytes.start) + Int(bytes.count) <= memory.capacity)
    return unsafe weir_h2_set_body(session, stream.number, stream.slot, bytes.start, bytes.count, ends) == 0
  }

  /// Bytes of the body that were not sent yet.
  public func unsentBytes(of stream: HTTP2Stream) -> Int {
    Int(unsafe weir_h2_body_count(session, stream.number, stream.slot))
  }

  /// Sends RST_STREAM. Tapes say nothing more of the stream.
  public mutating func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
    check(unsafe weir_h2_reset(session, stream.number, stream.slot, code.rawValue))
  }

  /// Leaves a stream that was answered to its peer, which may not have ended its side: what still comes is dropped, as far as the
  /// window goes, so that no reset overtakes the answer. The stream is reset after `lingerTimeout`. Tapes say nothing more of it.
  public mutating func linger(_ stream: HTTP2Stream, at now: Instant) {
    guard unsafe weir_h2_linger(session, stream.number, stream.slot, now.nanoseconds) else { return }
    clocks.lingersSince = clocks.lingersSince ?? now
  }

  /// Gives bytes back to the stream's window: they were taken further.
  public mutating func credit(_ stream: HTTP2Stream, byteCount: Int) {
    check(unsafe weir_h2_credit_stream(session, stream.number, stream.slot, UInt32(clamping: byteCount)))
  }

  /// Gives bytes back to the connection's window.
  public mutating func creditConnection(byteCount: Int) {
    check(unsafe weir_h2_credit_connection(session, UInt32(clamping: byteCount)))
  }

  private func submit(
    _ fields: borrowing HTTP2Fields, _ memory: borrowing Memory,
    _ body: (UnsafePointer<UInt8>?, UnsafePointer<weir_h2_field>?, Int) -> Int32
  ) -> Int32 {
    for index in 0..<fields.count {
      precondition(fields.entries[index].endOffset <= memory.capacity)
    }
    let all = memory.span(ByteRange(start: 0, count: UInt32(memory.capacity)))
    // Fields are places within the mapping, as was checked; the library copies them.
    return unsafe all.withUnsafeBufferPointer { all in
      unsafe fields.entries.span.withUnsafeBufferPointer { list in
        unsafe body(all.baseAddress, list.baseAddress, fields.count)
      }
    }
  }
}

// MARK: Streams

extension HTTP2Session {
  /// Remembers a number of the caller with a stream; it can be asked as long as the tape that tells of the stream's end is read.
  public mutating func setTag(_ tag: UInt32, of stream: HTTP2Stream) {
    _ = unsafe weir_h2_set_tag(session, stream.number, stream.slot, tag)
  }

  /// The caller's number; nil when it set none or the stream is gone.
  public func tag(of stream: HTTP2Stream) -> UInt32? {
    let tag = unsafe weir_h2_tag(session, stream.number, stream.slot)
    return tag == WEIR_H2_NO_TAG ? nil : tag
  }

  /// Takes the caller's number away: further events of the stream are nobody's.
  public mutating func removeTag(of stream: HTTP2Stream) { setTag(WEIR_H2_NO_TAG, of: stream) }

  /// The caller's number of the next stream that has one, from a place that begins with 0; nil behind the last.
  public func nextTag(from place: inout UInt32) -> UInt32? {
    let tag = unsafe weir_h2_next_tag(session, &place)
    return tag == WEIR_H2_NO_TAG ? nil : tag
  }

  /// The exchange of a request has stopped, here and upstream; its stream may have closed long ago.
  public mutating func finishExchange() { unsafe weir_h2_finish_exchange(session) }

  /// Requests that were announced and not finished.
  public var exchangeCount: Int { Int(state.exchanges) }

  /// Streams that have not closed.
  public var openStreamCount: Int { Int(state.open_streams) }

  /// Streams that the peer lets us open at once; what we would allow until its SETTINGS arrive.
  public var requestsMax: Int { Int(state.remote_streams_max) }

  /// A further request may be sent now.
  public var canRequest: Bool { ending == nil && state.can_request }

  /// Gives the next stream that is opened this number, odd and above those before: how tests come to the last one.
  mutating func skipStreams(to number: UInt32) { unsafe weir_h2_skip_streams(session, number) }

  /// The peer's GOAWAY: the last stream that it takes, and why. Streams above it close with `refusedStream`.
  public var peerGoAway: (lastStream: UInt32, code: HTTP2ErrorCode)? {
    let state = state
    return state.has_goaway ? (state.goaway_last_stream, HTTP2ErrorCode(rawValue: state.goaway_code)) : nil
  }

  /// Bytes that the library holds for this session.
  public var heldBytes: Int { Int(state.held_bytes) }

  private var state: weir_h2_state { unsafe weir_h2_get_state(session) }
}

/// What libnghttp2 allocates.
public enum HTTP2Memory {
  /// Held by the sessions of this thread.
  public static var bytesOfThisThread: Int { Int(weir_h2_memory_of_thread()) }
}

// MARK: Time and end

extension HTTP2Session {
  /// When `expire(at:)` is to be called next; `.never` when there is nothing to wait for.
  public var deadline: Instant { nextDuty?.at ?? .never }

  /// Does what is due: ends the session, resets stalled streams, sends a PING or the second GOAWAY. What is to be sent waits for
  /// `produce`.
  public mutating func expire(at now: Instant) {
    while let next = nextDuty, next.at <= now {
      switch next.duty {
      case .end(let ending): end(ending)
      case .resetStalled:
        let mark = now - limits.stallTimeout
        _ = unsafe weir_h2_reset_stalled(
          session, mark.nanoseconds, now.nanoseconds, UInt32(clamping: limits.stallBytesMin))
        clocks.stalledSince = stalledSince(now)
      case .resetLingering:
        let since = unsafe weir_h2_reset_lingering(session, (now - limits.lingerTimeout).nanoseconds)
        clocks.lingersSince = since == 0 ? nil : Instant(nanoseconds: since)
      case .ping:
        check(unsafe weir_h2_ping(session))
        clocks.pingSentAt = now
      case .finishDrain: finishDrain()
      }
    }
  }

  private var nextDuty: (at: Instant, duty: HTTP2Clocks.Duty)? {
    guard ending == nil else { return nil }
    let state = state
    // A client keeps its connection alive for streams only: servers punish idle PINGs.
    let pings = role == .client && state.open_streams > 0
    return clocks.next(limits, hasSettings: state.has_settings, pings: pings)
  }

  /// Begins a graceful end: GOAWAY that takes every stream, and after a round trip (or a second) one with the last stream that was
  /// taken. Streams up to that are served to their end. Once only.
  public mutating func drain(at now: Instant) {
    guard ending == nil, clocks.drainNoticeAt == nil, !clocks.isDrained else { return }
    guard role == .server else {
      // A server opens no streams: there is nothing to announce.
      return finishDrain()
    }
    check(unsafe weir_h2_shutdown_notice(session))
    check(unsafe weir_h2_ping(session))
    clocks.drainNoticeAt = now
  }

  /// A graceful end has begun.
  public var isDraining: Bool { clocks.drainNoticeAt != nil || clocks.isDrained }

  private mutating func finishDrain() {
    clocks.drainNoticeAt = nil
    clocks.isDrained = true
    check(unsafe weir_h2_goaway(session, HTTP2ErrorCode.noError.rawValue))
  }

  /// Sends GOAWAY as the last word.
  private mutating func end(_ reason: HTTP2Ending) {
    ending = reason
    check(unsafe weir_h2_terminate(session, reason.code.rawValue))
  }

  private mutating func charge(isCut: Bool, at now: Instant) {
    let counts = unsafe weir_h2_take_counts(session)
    meter.sentDataFrames(counts.data_frames_sent)
    meter.tookBlocks(counts.blocks_taken, isCut: isCut)
    if counts.ping_answers > 0 {
      clocks.pingSentAt = nil
      if clocks.drainNoticeAt != nil { finishDrain() }
    }
    clocks.noteHeaderBlock(isOpen: meter.isInHeaderBlock, at: now)
    guard ending == nil else { return }
    if counts.is_list_excessive {
      // The library has GOAWAY queued already.
      ending = .headerListExcessive
      return
    }
    // The library ignores it.
    guard !meter.hasReopened else { return end(.streamOrder) }
    // A client's own resets are cancellations that its downstream asked for.
    let resets = role == .server ? counts.resets_sent : 0
    let count = meter.takeGlitches() + UInt64(counts.invalid_frames) + UInt64(resets)
    if !glitches.take(count, at: now) { end(.glitches) }
  }

  private mutating func stalledSince(_ now: Instant) -> Instant? {
    let mark = unsafe weir_h2_mark_stalled(session, now.nanoseconds)
    return mark == 0 ? nil : Instant(nanoseconds: mark)
  }

  private mutating func check(_ result: Int32) {
    // Errors that are not fatal say that the stream is gone meanwhile, which a tape tells as well.
    if result == WEIR_H2_OUT_OF_MEMORY { ending = .libraryFailure }
  }

  private mutating func fail(_ result: Int32) {
    // The library reads nothing more, and writes still.
    if result == WEIR_H2_TOO_MANY_CONTINUATIONS { return end(.headerBlockPieces) }
    ending = result == WEIR_H2_BAD_PREFACE ? .notHTTP2 : .libraryFailure
  }
}
