/// The numbers of streams that a client has passed over: they were never opened, and cannot be any more (RFC 9113 section 5.1.1).
///
/// Clients pass over few or none. Of one who does it often the last gaps are known; elsewhere a stream below the last one may as well have
/// been opened and closed.
struct StreamNumbers: BitwiseCopyable, Sendable {
  private struct Gap: BitwiseCopyable, Sendable {
    var first: UInt32 = 1
    var last: UInt32 = 0
  }

  private static var gapsMax: Int { 4 }

  /// The lowest number that a stream may be opened with.
  private var next: UInt32 = 1
  private var gaps: InlineArray<4, Gap> = InlineArray(repeating: Gap())
  private var gapCount = 0

  /// Takes the number of a HEADERS frame.
  ///
  /// - Returns: whether it was passed over before.
  mutating func take(_ number: UInt32) -> Bool {
    // The library knows what to do with even ones.
    guard number & 1 == 1 else { return false }
    guard number < next else {
      if number > next {
        gaps[gapCount % StreamNumbers.gapsMax] = Gap(first: next, last: number - 2)
        gapCount += 1
      }
      next = number + 2
      return false
    }
    for index in gaps.indices where gaps[index].first <= number && number <= gaps[index].last { return true }
    return false
  }
}
