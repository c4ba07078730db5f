/// What lies next in the bytes of a body. Offsets count from the beginning of the bytes that were given.
public enum BodyStep: Equatable, Sendable {
  /// Content, at least one byte. Ask again from its end.
  case data(Range<Int>)
  /// All bytes up to `consumed`, which is all there are, were taken; more has to arrive.
  case needMore(consumed: Int)
  /// The body ended; what follows from `consumed` on belongs to the next message.
  case end(consumed: Int)
  /// A trailer section begins at `start`: `TrailerSection.parse` reads it, and its end is the end of the body.
  case trailers(start: Int)
  case invalid(WireError)
}

/// Finds content and end of one body (RFC 9112 sections 6 and 7.1). Plain bits that lie in the exchange.
///
/// Takes every byte it is given, whatever the split: nothing but content and trailers has to be kept.
public struct BodyDecoder: BitwiseCopyable, Equatable, Sendable {
  private enum State: BitwiseCopyable, Equatable, Sendable {
    case sized, untilClose, ended
    case chunkSize, chunkExtension, chunkSizeLineFeed, chunkData, chunkDataReturn, chunkDataLineFeed
    case afterLastChunk, finalLineFeed, trailers
  }

  private var state: State
  private var digits: UInt8 = 0
  private var extensionBytes: UInt16 = 0
  private var remaining: UInt64 = 0

  public init(_ framing: BodyFraming) {
    switch framing {
    case .none: state = .ended
    case .length(let count):
      state = count == 0 ? .ended : .sized
      remaining = count
    case .chunked: state = .chunkSize
    case .untilClose: state = .untilClose
    }
  }

  /// Whether the end was reached. The end of trailers is the caller's to see.
  public var hasEnded: Bool { state == .ended }

  /// Bytes of content that are still to come, nil where they are not announced.
  public var announcedBytes: UInt64? {
    switch state {
    case .sized: remaining
    case .ended: 0
    case .untilClose, .chunkSize, .chunkExtension, .chunkSizeLineFeed, .chunkData, .chunkDataReturn,
      .chunkDataLineFeed, .afterLastChunk, .finalLineFeed, .trailers:
      nil
    }
  }

  /// The sender closed its side: nil where that is how the body ends, or where it had ended.
  public mutating func connectionEnded() -> WireError? {
    switch state {
    case .untilClose, .ended:
      state = .ended
      return nil
    case .sized, .chunkSize, .chunkExtension, .chunkSizeLineFeed, .chunkData, .chunkDataReturn, .chunkDataLineFeed,
      .afterLastChunk, .finalLineFeed, .trailers:
      return .bodyCutShort
    }
  }

  /// Looks at the bytes from `start` on.
  ///
  /// - Complexity: linear in what is between contents; contents are not looked at. No allocation.
  public mutating func next(_ bytes: Span<UInt8>, from start: Int) -> BodyStep {
    switch state {
    case .ended: return .end(consumed: start)
    case .untilClose: return start < bytes.count ? .data(start..<bytes.count) : .needMore(consumed: start)
    case .sized:
      guard start < bytes.count else { return .needMore(consumed: start) }
      let data = content(start, bytes.count)
      if remaining == 0 { state = .ended }
      return .data(data)
    case .chunkSize, .chunkExtension, .chunkSizeLineFeed, .chunkData, .chunkDataReturn, .chunkDataLineFeed,
      .afterLastChunk, .finalLineFeed, .trailers:
      return chunk(bytes, from: start)
    }
  }

  private mutating func content(_ start: Int, _ end: Int) -> Range<Int> {
    let count = Int(min(remaining, UInt64(end - start)))
    remaining -= UInt64(count)
    return start..<start + count
  }

  private mutating func chunk(_ bytes: Span<UInt8>, from start: Int) -> BodyStep {
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      switch state {
      case .chunkSize:
        if let error = sizeByte(byte) { return .invalid(error) }
      case .chunkExtension:
        if let error = extensionByte(byte) { return .invalid(error) }
      case .chunkSizeLineFeed:
        guard byte == 0x0A else { return .invalid(.bareCarriageReturn) }
        digits = 0
        state = remaining == 0 ? .afterLastChunk : .chunkData
      case .chunkData:
        let data = content(position, bytes.count)
        if remaining == 0 { state = .chunkDataReturn }
        return .data(data)
      case .chunkDataReturn:
        guard byte == 0x0D else { return .invalid(.chunkEnd) }
        state = .chunkDataLineFeed
      case .chunkDataLineFeed:
        guard byte == 0x0A else { return .invalid(.chunkEnd) }
        state = .chunkSize
      case .afterLastChunk:
        guard byte == 0x0D else {
          state = .trailers
          return .trailers(start: position)
        }
        state = .finalLineFeed
      case .finalLineFeed:
        guard byte == 0x0A else { return .invalid(.bareCarriageReturn) }
        state = .ended
        return .end(consumed: position + 1)
      case .trailers: return .trailers(start: position)
      case .sized, .untilClose, .ended: return .end(consumed: position)
      }
      position += 1
    }
    return .needMore(consumed: position)
  }

  /// One to sixteen hexadecimal digits, at most `Int64.max`; then an extension or the end of the line, nothing else:
  /// no sign, no `0x`, no whitespace.
  private mutating func sizeByte(_ byte: UInt8) -> WireError? {
    let digit: UInt8
    switch byte {
    case 0x30...0x39: digit = byte &- 0x30
    case 0x41...0x46: digit = byte &- 0x37
    case 0x61...0x66: digit = byte &- 0x57
    case 0x0D where digits > 0:
      state = .chunkSizeLineFeed
      return nil
    case UInt8(ascii: ";") where digits > 0:
      state = .chunkExtension
      return extensionByte(byte)
    case 0x0A: return .bareLineFeed
    default: return .chunkSize
    }
    digits += 1
    guard Int(digits) <= WireLimits.chunkSizeDigitsMax, remaining <= UInt64(Int64.max) >> 4 else { return .chunkSize }
    remaining = remaining << 4 | UInt64(digit)
    return nil
  }

  private mutating func extensionByte(_ byte: UInt8) -> WireError? {
    switch byte {
    case 0x0D: state = .chunkSizeLineFeed
    case 0x0A: return .bareLineFeed
    case 0x09, 0x20...0x7E:
      extensionBytes += 1
      if Int(extensionBytes) > WireLimits.chunkExtensionBytesMax { return .chunkExtensionsTooLarge }
    default: return .chunkExtension
    }
    return nil
  }
}
