import ProxyTransport

/// What a session waits for, and since when.
struct HTTP2Clocks: BitwiseCopyable, Sendable {
  let startedAt: Instant
  var lastFrameAt: Instant
  /// A header block has begun and not ended.
  private var headerBlockSince: Instant?
  /// The earliest body that the peer's windows hold up.
  var stalledSince: Instant?
  /// The earliest stream that was answered and is not ended by its peer.
  var lingersSince: Instant?
  /// A PING has not been answered.
  var pingSentAt: Instant?
  /// The first GOAWAY of a graceful end was sent, the second not.
  var drainNoticeAt: Instant?
  var isDrained = false

  /// Something that is due.
  enum Duty: BitwiseCopyable {
    case end(HTTP2Ending)
    case resetStalled
    case resetLingering
    case ping
    case finishDrain
  }

  init(startedAt: Instant) {
    self.startedAt = startedAt
    lastFrameAt = startedAt
  }

  mutating func noteHeaderBlock(isOpen: Bool, at now: Instant) {
    headerBlockSince = isOpen ? headerBlockSince ?? now : nil
  }

  /// The next thing to do, and when. `pings`: a silent peer is asked whether it lives.
  func next(_ limits: HTTP2Limits, hasSettings: Bool, pings: Bool) -> (at: Instant, duty: Duty)? {
    var next: (at: Instant, duty: Duty)?
    func consider(_ start: Instant?, _ timeout: Interval, _ duty: Duty) {
      guard let start, start + timeout < next?.at ?? .never else { return }
      next = (start + timeout, duty)
    }
    consider(hasSettings ? nil : startedAt, limits.settingsTimeout, .end(.settingsTimeout))
    consider(headerBlockSince, limits.headTimeout, .end(.headTimeout))
    consider(stalledSince, limits.stallTimeout, .resetStalled)
    consider(lingersSince, limits.lingerTimeout, .resetLingering)
    consider(drainNoticeAt, limits.drainNoticeTimeout, .finishDrain)
    if pings {
      consider(pingSentAt, limits.pingTimeout, .end(.pingTimeout))
      consider(pingSentAt == nil ? lastFrameAt : nil, limits.pingAfter, .ping)
    }
    return next
  }
}
