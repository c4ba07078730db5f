public import ProxyTransport

/// Somebody outside: one end of a connection that a script holds.
///
/// Sans-IO: bytes go in whole and the network splits them; what arrives is kept in `received`. A script is a list of steps, or a closure
/// that is called at every change, or both.
public final class Peer {
  /// What a script does next.
  public enum Step {
    case send([UInt8])
    /// Waits until exactly these bytes have come next; others are a failure.
    case expect([UInt8])
    /// Waits until so many bytes have come, whatever they are.
    case expectCount(Int)
    /// Waits until the bytes that have come since the last step end with these.
    case expectEnding([UInt8])
    /// Waits for the end of the stream; more bytes are a failure.
    case expectEnd
    /// Waits for the end of the stream or a reset, whatever comes before.
    case expectClose
    case pause(Interval)
    case finishSending
    case close
    case reset
    case stopReading
    case readAgain
    case run((Peer) -> Void)
  }

  /// All that has arrived and was read.
  public private(set) var received: [UInt8] = []
  /// The end of the stream was read.
  public private(set) var isEnded = false
  /// Why the connection failed: refused or reset.
  public private(set) var failure: SystemError?
  /// Bytes that were not yet taken by the network.
  public var unsentCount: Int { unsent.count }
  public var isConnected: Bool { end.state == .open && failure == nil }
  public private(set) var isClosed = false
  /// Called whenever something has happened.
  public var onChange: ((Peer) -> Void)?
  /// For messages.
  public var name = "peer"

  private let end: End
  private var unsent = ByteQueue()
  private var isFinishing = false
  private var isReading = true
  private var steps: ArraySlice<Step> = []
  /// Bytes of `received` that steps have passed.
  private var passed = 0
  /// Bytes after those that the current step has compared.
  private var compared = 0
  private var isPaused = false
  private var isProceeding = false

  init(_ end: End) {
    self.end = end
    end.script = self
    end.onChange = { [unowned self] in proceed() }
  }

  /// All steps are done.
  public var isDone: Bool { steps.isEmpty }
  public var local: SocketAddress { end.local }
  public var remote: SocketAddress { end.remote }
  /// What has come since the last step.
  public var unread: ArraySlice<UInt8> { received[passed...] }

  public func perform(_ steps: [Step]) {
    self.steps += steps
    proceed()
  }

  public func send(_ bytes: some Sequence<UInt8>) {
    unsent.append(bytes)
    proceed()
  }

  public func send(_ text: String) { send(text.utf8) }

  /// The end of the stream, after what was sent.
  public func finishSending() {
    isFinishing = true
    proceed()
  }

  /// Unsent bytes are lost.
  public func close() {
    isClosed = true
    end.close()
  }

  public func reset() {
    isClosed = true
    end.reset()
  }

  /// What arrives from now on stays with the network, which holds only so much.
  public func stopReading() { isReading = false }

  public func readAgain() {
    isReading = true
    proceed()
  }

  func proceed() {
    // Steps and closures act on the peer, which would come here again.
    guard !isProceeding else { return }
    isProceeding = true
    defer { isProceeding = false }
    var hasProgress = true
    while hasProgress, !isClosed {
      hasProgress = push() || pull()
      let before = steps.count
      takeSteps()
      hasProgress = hasProgress || steps.count != before
      let (unsentBefore, wasFinishing) = (unsent.count, isFinishing)
      onChange?(self)
      // What the closure sends waits for another round.
      hasProgress = hasProgress || unsent.count > unsentBefore || isFinishing != wasFinishing
    }
  }

  private func push() -> Bool {
    guard end.state == .open else { return false }
    var hasProgress = false
    while !unsent.isEmpty {
      let count = min(unsent.count, max(end.outbound.sendRoom, 1))
      // A failure is seen by reading.
      guard end.outbound.sendRoom > 0, !end.isSendingOver, end.error == nil else {
        end.wantsRoom = true
        break
      }
      guard case .bytes = end.send(unsent.take(count)) else { break }
      hasProgress = true
    }
    if unsent.isEmpty, isFinishing, !end.isSendingOver {
      end.finishSending()
      hasProgress = true
    }
    return hasProgress
  }

  private func pull() -> Bool {
    guard isReading, !isEnded, failure == nil else { return false }
    var hasProgress = false
    while true {
      let (outcome, bytes) = end.receive(atMost: 1 << 16)
      switch outcome {
      case .bytes:
        received += bytes
        hasProgress = true
      case .wouldBlock: return hasProgress
      case .endOfStream:
        isEnded = true
        return true
      case .failed(let error):
        failure = error
        return true
      }
    }
  }

  private func takeSteps() {
    while !isPaused, !isClosed, let step = steps.first {
      guard take(step) else { return }
      steps = steps.dropFirst()
      compared = 0
    }
  }

  /// Whether the step is done.
  private func take(_ step: Step) -> Bool {
    switch step {
    case .send(let bytes):
      unsent.append(bytes)
      return true
    case .expect(let bytes):
      let common = min(bytes.count, unread.count)
      guard received[(passed + compared)..<(passed + common)] == bytes[compared..<common] else {
        return fail("got \(Self.quoted(unread)) instead of \(Self.quoted(bytes[...]))")
      }
      compared = common
      guard unread.count >= bytes.count else { return failIfOver("waits for \(Self.quoted(bytes[...]))") }
      passed += bytes.count
      return true
    case .expectCount(let count):
      guard unread.count >= count else { return failIfOver("waits for \(count) bytes") }
      passed += count
      return true
    case .expectEnding(let bytes):
      guard unread.suffix(bytes.count).elementsEqual(bytes) else {
        return failIfOver("waits for \(Self.quoted(bytes[...]))")
      }
      passed = received.count
      return true
    case .expectEnd:
      guard unread.isEmpty else { return fail("got \(Self.quoted(unread)) instead of the end") }
      return isEnded || failIfOver("waits for the end of the stream")
    case .expectClose:
      guard isEnded || failure != nil else { return false }
      passed = received.count
      return true
    case .pause(let interval):
      isPaused = true
      end.simulation.at(end.simulation.now + interval) { [self] in
        isPaused = false
        proceed()
      }
      return true
    case .finishSending:
      isFinishing = true
      return true
    case .close:
      // What was sent goes first.
      guard unsent.isEmpty || failure != nil else { return false }
      close()
      return true
    case .reset:
      reset()
      return true
    case .stopReading:
      isReading = false
      return true
    case .readAgain:
      isReading = true
      _ = pull()
      return true
    case .run(let body):
      body(self)
      return true
    }
  }

  private func failIfOver(_ message: String) -> Bool {
    guard isEnded || failure != nil else { return false }
    return fail("\(message) when the connection is over (\(failure.map(\.name) ?? "end of stream"))")
  }

  /// Ends the script.
  private func fail(_ message: String) -> Bool {
    end.simulation.fail("\(name) \(message)")
    steps = []
    return false
  }

  private static func quoted(_ bytes: ArraySlice<UInt8>) -> String {
    let text = String(decoding: bytes.prefix(200), as: UTF8.self).debugDescription
    return bytes.count > 200 ? "\(text)…" : text
  }
}
