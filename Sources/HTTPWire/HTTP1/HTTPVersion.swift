/// `HTTP/1.0` or `HTTP/1.1` (RFC 9112 section 2.3).
enum HTTPVersion {
  enum Step: BitwiseCopyable {
    case incomplete
    /// The minor version and the offset behind it.
    case complete(minor: UInt8, end: Int)
    case invalid(WireError)
  }

  static func parse(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Step {
    if end &- start >= 8 {
      switch bytes.word(at: start) {
      case 0x312E_312F_5054_5448: return .complete(minor: 1, end: start &+ 8)
      case 0x302E_312F_5054_5448: return .complete(minor: 0, end: start &+ 8)
      default: break
      }
    }
    return slowly(bytes, from: start, to: end)
  }

  /// Byte by byte: beginnings, other versions, mistakes.
  private static func slowly(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Step {
    let pattern = StaticString("HTTP/d.d").bytes
    var isSupported = true
    for index in pattern.indices {
      guard start + index < end else { return .incomplete }
      let byte = bytes[start + index]
      if pattern[index] == UInt8(ascii: "d") {
        guard byte >= 0x30, byte <= 0x39 else { return .invalid(FieldSection.misplaced(byte, else: .version)) }
        isSupported = isSupported && (index == 5 ? byte == 0x31 : byte <= 0x31)
      } else {
        guard byte == pattern[index] else { return .invalid(FieldSection.misplaced(byte, else: .version)) }
      }
    }
    return isSupported ? .complete(minor: bytes[start + 7] - 0x30, end: start + 8) : .invalid(.versionUnsupported)
  }
}
