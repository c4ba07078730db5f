/// Reads frame heads beside the library, which ignores some frames without a word, and counts what a well-behaved peer sends rarely.
///
/// A pure value: it only looks at the nine bytes of each head, and at the few of the payload that tell an empty frame from a full one.
struct FrameMeter: BitwiseCopyable, Sendable {
  private let role: HTTP2Role
  /// Of the connection preface (RFC 9113, 3.4).
  private var prefaceLeft: Int
  private var head: InlineArray<13, UInt8> = InlineArray(repeating: 0)
  private var headCount = 0
  private var payloadLeft = 0
  /// Small WINDOW_UPDATEs that are still free of charge.
  private var updatesAllowed: UInt32 = 2

  /// A header block has begun and not ended.
  private(set) var isInHeaderBlock = false
  /// Header blocks that ended, less those that the library took.
  private var blocksUntaken = 0
  private var numbers = StreamNumbers()
  /// A stream was to be opened whose number had been passed over.
  private(set) var hasReopened = false
  /// Glitches that were not taken yet.
  private var glitches: UInt64 = 0

  private static var headBytes: Int { 9 }
  private static var updatesAllowedMax: UInt32 { 4_096 }
  /// Smaller increments are worth less than their frame.
  private static var incrementMin: UInt32 { 1_024 }

  init(_ role: HTTP2Role) {
    self.role = role
    prefaceLeft = role == .server ? 24 : 0
  }

  /// Takes bytes that the library consumed. O(frames), not O(bytes).
  mutating func read(_ bytes: Span<UInt8>) {
    var index = min(prefaceLeft, bytes.count)
    prefaceLeft -= index
    while index < bytes.count {
      if headCount < neededBytes {
        head[headCount] = bytes[index]
        headCount += 1
        index += 1
        if headCount == FrameMeter.headBytes {
          beginFrame()
        } else if headCount > FrameMeter.headBytes {
          payloadLeft -= 1
        }
      } else {
        let skipped = min(payloadLeft, bytes.count - index)
        payloadLeft -= skipped
        index += skipped
      }
      if headCount >= FrameMeter.headBytes, payloadLeft == 0 { endFrame() }
    }
  }

  /// Each DATA frame that was sent pays for two small WINDOW_UPDATEs.
  mutating func sentDataFrames(_ count: UInt32) {
    updatesAllowed = min(updatesAllowed + 2 * min(count, 1 << 16), FrameMeter.updatesAllowedMax)
  }

  /// The library took header blocks. Without more input for it, it ignored the others: they came on streams that are gone.
  mutating func tookBlocks(_ count: UInt32, isCut: Bool) {
    blocksUntaken -= Int(count)
    guard !isCut, blocksUntaken > 0 else { return }
    glitches += UInt64(blocksUntaken)
    blocksUntaken = 0
  }

  /// Glitches since it was last asked.
  mutating func takeGlitches() -> UInt64 {
    defer { glitches = 0 }
    return glitches
  }

  private var type: UInt8 { head[3] }
  private var flags: UInt8 { head[4] }
  private var stream: UInt32 {
    (UInt32(head[5]) << 24 | UInt32(head[6]) << 16 | UInt32(head[7]) << 8 | UInt32(head[8])) & 0x7FFF_FFFF
  }
  private var length: Int { Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2]) }

  /// The head, and of the payload what is looked at: an increment, or a pad length.
  private var neededBytes: Int {
    guard headCount >= FrameMeter.headBytes else { return FrameMeter.headBytes }
    let looked = type == 8 ? 4 : (type == 0 || type == 1) && flags & 0x8 != 0 ? 1 : 0
    return FrameMeter.headBytes + min(looked, length)
  }

  private mutating func beginFrame() {
    payloadLeft = length
    if type == 1, role == .server, numbers.take(stream) { hasReopened = true }
    if type == 1 || type == 9 { isInHeaderBlock = true }
  }

  private mutating func endFrame() {
    switch type {
    case 0: if contentBytes == 0, flags & 0x1 == 0 { glitches += 1 }
    case 1, 9:
      if contentBytes == 0 { glitches += 1 }
      if flags & 0x4 != 0 {
        isInHeaderBlock = false
        blocksUntaken += 1
      }
    // The library limits the resets of clients itself.
    case 3: if role == .client { glitches += 1 }
    case 8: chargeWindowUpdate()
    // PRIORITY, SETTINGS, PUSH_PROMISE, PING, GOAWAY, and whatever else there is.
    default: glitches += 1
    }
    headCount = 0
  }

  /// The payload without padding and priority.
  private var contentBytes: Int {
    var count = length
    if type <= 1, flags & 0x8 != 0 { count -= 1 + Int(head[FrameMeter.headBytes]) }
    if type == 1, flags & 0x20 != 0 { count -= 5 }
    return max(count, 0)
  }

  private mutating func chargeWindowUpdate() {
    let increment =
      UInt32(head[9]) << 24 | UInt32(head[10]) << 16 | UInt32(head[11]) << 8 | UInt32(head[12])
    guard length < 4 || increment < FrameMeter.incrementMin else { return }
    if updatesAllowed > 0 { updatesAllowed -= 1 } else { glitches += 1 }
  }
}
