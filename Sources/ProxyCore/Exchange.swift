import HTTPWire
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import WeirEnforcement
import WeirPolicy
import WeirRequest

/// One request and its response, from the head that was read to the record that is written.
struct Exchange: ~Copyable {
  enum Phase: UInt8 {
    /// No connection yet: waiting for one, for `connect`, or for the end of a backoff.
    case waiting
    /// The head went to the upstream; its response has not begun.
    case requesting
    /// The response head went downstream.
    case responding
  }

  struct Flags: OptionSet {
    var rawValue: UInt32

    /// Every byte of the request was read.
    static let requestRead = Flags(rawValue: 1 << 0)
    /// Every byte of the request was handed to the upstream connection.
    static let requestSent = Flags(rawValue: 1 << 1)
    static let isHead = Flags(rawValue: 1 << 2)
    static let isIdempotent = Flags(rawValue: 1 << 3)
    /// The client may send another request after this one.
    static let keepsAlive = Flags(rawValue: 1 << 4)
    /// HTTP/1.0: no chunks downstream.
    static let isOldClient = Flags(rawValue: 1 << 5)
    /// Some byte of this attempt was accepted by a socket.
    static let touchedUpstream = Flags(rawValue: 1 << 6)
    /// The attempt runs on a connection that had carried a request before.
    static let onReusedConnection = Flags(rawValue: 1 << 7)
    static let upstreamKeepsAlive = Flags(rawValue: 1 << 8)
    /// `replay` holds all body bytes that were sent so far.
    static let isReplayable = Flags(rawValue: 1 << 9)
    static let acceptsTrailers = Flags(rawValue: 1 << 10)
    /// The one attempt beyond those of the route, after an upstream that had looked at nothing, was used.
    static let usedFreeRetry = Flags(rawValue: 1 << 11)
    /// It waits for its next attempt.
    static let isBackingOff = Flags(rawValue: 1 << 12)
    /// Counted as a request of its service.
    static let isAdmitted = Flags(rawValue: 1 << 13)
    /// Counted as a request of its endpoint.
    static let isInFlight = Flags(rawValue: 1 << 14)
    /// Counted as a retry of its service.
    static let holdsRetry = Flags(rawValue: 1 << 15)
    static let isTrace = Flags(rawValue: 1 << 16)
    static let isOptions = Flags(rawValue: 1 << 17)
    /// It may not be forwarded: who is asked last is this proxy.
    static let endsHere = Flags(rawValue: 1 << 18)
    /// How often it may be forwarded is no number.
    static let hasBadForwards = Flags(rawValue: 1 << 19)
    /// A kept connection was closed under it, and others may have been as well: it was sent once more than it was tried, and is not
    /// sent on a kept one again.
    static let needsNewConnection = Flags(rawValue: 1 << 20)
    /// Of a stream: the whole response was handed to its session, which sends it as the client's windows allow. Nothing is said after it.
    static let isAnswered = Flags(rawValue: 1 << 21)
    /// Of a stream: the client has ended its side; `requestRead` follows once what waits was handed on.
    static let requestEnded = Flags(rawValue: 1 << 24)
    /// Of a shared upstream: its stream has ended, and what waits for the client is the rest.
    static let responseEnded = Flags(rawValue: 1 << 25)
    static let isGRPC = Flags(rawValue: 1 << 26)
    /// Waits for a connection, and is counted as pending.
    static let isPending = Flags(rawValue: 1 << 27)
    /// The present attempt has no response yet, or has failed, as far as its endpoint is concerned.
    static let hasFailed = Flags(rawValue: 1 << 28)
    /// The client was told the reference.
    static let toldReference = Flags(rawValue: 1 << 29)
    /// It was sent once more than it was tried: what its upstream had not looked at is no try.
    static let wasResent = Flags(rawValue: 1 << 30)
    /// The response that has begun is one of gRPC, as its request was: its end is told in trailers.
    static let answersCall = Flags(rawValue: 1 << 31)
  }

  var phase = Phase.waiting
  var flags: Flags = []
  let number: UInt64
  /// A slot of the worker's generations.
  var generation: UInt32
  /// The connection of the client.
  var downstream: UInt32
  /// The connection of the present attempt.
  var upstream: UInt32 = .none

  /// What the decision allowed; without one nothing is forwarded.
  var permit: Permit?
  var forwarding: Forwarding?

  /// The head as it is forwarded, HTTP/1 text: kept for retries and for the record.
  var head = ByteRange.empty
  var headBlock = ByteRange.empty
  /// Method, host and target as they were received, and the caller, one behind the other: for the log.
  var textsBlock = ByteRange.empty
  var texts = LogTexts()
  /// What the route's changes of the response need of the request.
  var kept = ByteRange.empty

  /// How the body arrives.
  var requestBody: BodyDecoder
  /// How it is sent on.
  let requestFraming: BodyFraming
  var responseBody = BodyDecoder(.none)
  var responseFraming: BodyFraming = .none
  var requestTrailers = TrailerText()
  var responseTrailers = TrailerText()

  /// The client's stream; its number is 0 on an HTTP/1 connection.
  var stream = HTTP2Stream(number: 0, slot: 0)
  /// What came on the stream and the upstream does not take yet.
  var requestPipe = Pipe()
  /// What the upstream said and the client's windows do not take yet.
  var responsePipe = Pipe()
  /// Bytes of the body that the stream's window does not have back.
  var creditOwed: UInt32 = 0
  /// The stream of the present attempt on a shared connection, what its window does not have back, and when it moved last.
  var upstreamStream = HTTP2Stream(number: 0, slot: 0)
  var upstreamCredit: UInt32 = 0
  var upstreamAt = Instant.zero
  /// When the request's body went on last, and until when it must have come to be fast enough.
  var bodyAt: Instant
  var bodyDueAt = Instant.never

  /// Decoded body bytes that were read before there was a connection to take them, or that a retry must send again.
  var replay = ByteRange.empty
  var replayBlock = ByteRange.empty

  var attempts: UInt8 = 0
  /// How a call of gRPC has ended; -1 when it did not say so.
  var callStatus: Int8 = -1
  /// When the present attempt began to have a connection, or to make one, and whom it asks.
  var attemptAt = Instant.zero
  var asked = SocketAddress.unspecified
  var status: UInt16 = 0
  /// How it ends.
  var reason = ReasonCode.local
  var answer: Answer?
  /// Told to the client with a refusal, and in the log.
  let reference: UInt64
  /// The peer, or for whom trusted proxies speak.
  var clientIP: IPAddress
  var trace: TraceContext?
  let started: Instant
  var phases = RequestRecord.Phases()
  var draw: UInt16 = 0
  /// Of the present attempt, or the next one.
  var endpoint: Endpoint?
  var tried = TriedEndpoints()
  /// Of the whole request, by its route; of a response that goes on as it likes, and a call of gRPC whose request does, by its client alone.
  var deadline = Instant.never
  /// Of a call of gRPC, by its client.
  var callDeadline = Instant.never
  /// Of the attempt, or of the backoff before it.
  var tryDeadline = Instant.never
  /// Neighbours among those that wait for a connection to the service.
  var nextPending = UInt32.none
  var previousPending = UInt32.none
  var requestBytes: UInt64 = 0
  var responseBytes: UInt64 = 0

  init(
    number: UInt64, generation: UInt32, downstream: UInt32, framing: BodyFraming, reference: UInt64,
    clientIP: IPAddress, started: Instant, now: Instant
  ) {
    self.number = number
    self.generation = generation
    self.downstream = downstream
    requestBody = BodyDecoder(framing)
    requestFraming = framing
    self.reference = reference
    self.clientIP = clientIP
    self.started = started
    bodyAt = now
    phases.head = elapsed(at: now)
    flags = .isReplayable
  }

  /// How long ago it began; never nothing.
  func elapsed(at now: Instant) -> UInt64 { UInt64(max((now - started).nanoseconds, 1)) }

  mutating func note(_ method: MethodKind) {
    switch method {
    case .head: flags.formUnion([.isHead, .isIdempotent])
    case .idempotent: flags.insert(.isIdempotent)
    case .options: flags.formUnion([.isOptions, .isIdempotent])
    case .trace: flags.formUnion([.isTrace, .isIdempotent])
    case .other: break
    }
  }

  /// Whether a decision allowed this very exchange.
  var isPermitted: Bool {
    switch permit {
    case .some(let permit): permit.covers(number)
    case .none: false
    }
  }
}
