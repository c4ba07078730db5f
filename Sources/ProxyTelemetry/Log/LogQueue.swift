import Synchronization

/// Blocks of log lines on their way from one worker to the thread that writes them, and empty ones on their way back.
///
/// Two blocks a worker: it fills one while the other is written. Handing over moves a block and copies nothing, under a lock that is
/// taken once in 256 KiB or 200 ms.
public final class LogQueue: Sendable {
  struct Block {
    var bytes: [UInt8]
    var count: Int
    var lineCount: Int
  }

  private struct State {
    var full: [Block] = []
    var empty: [[UInt8]]
  }

  private let state: Mutex<State>

  public init() {
    state = Mutex(State(empty: [Array(repeating: 0, count: LineBuffer.blockBytes + LineBuffer.slackBytes)]))
  }

  /// Takes the lines of a buffer that holds some, and leaves it empty.
  ///
  /// - Returns: false when the other block is not back: the buffer stays as it is.
  func take(_ buffer: inout LineBuffer) -> Bool {
    guard let empty = state.withLock({ $0.empty.popLast() }) else { return false }
    let full = buffer.swap(for: empty)
    state.withLock { $0.full.append(full) }
    return true
  }

  /// The block that waits longest.
  func next() -> Block? { state.withLock { $0.full.isEmpty ? nil : $0.full.removeFirst() } }

  func giveBack(_ block: consuming Block) {
    let bytes = block.bytes
    state.withLock { $0.empty.append(bytes) }
  }
}
