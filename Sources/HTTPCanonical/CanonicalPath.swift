/// How a mesh reads paths. Chosen once for a mesh: two modes side by side would be two meanings of one path.
public enum PathMode: UInt8, CaseIterable, Sendable {
  /// Whatever two upstreams could read differently is refused.
  case strict
  /// `%2F`, `%5C` and `\` are slashes, `..` stops at the root; the rest is as in `strict`.
  case mergeAndDecode
}

/// The one canonical spelling of a path, which routes, rules, limits, logs and the upstream all see.
///
/// The result begins with `/`, has no empty segment but perhaps the last, no dot segment, no escape of an unreserved
/// byte, upper-case hex digits, and is its own canonical form. `/v1/` and `/v1` stay different paths.
public enum CanonicalPath {
  /// Writes the canonical form of `path` to the front of `scratch` and returns its length, at most `path.count`.
  ///
  /// - Parameters:
  ///   - path: the path as received, without query.
  ///   - scratch: at least `path.count` bytes; its content is undefined after an error. A shorter one is the
  ///     caller's own limit and refused as `path_too_long`.
  /// - Complexity: linear in `path.count`, no allocation.
  /// - Throws: the first reason found, `path_*`.
  /// - SeeAlso: RFC 3986 sections 3.3, 5.2.4 and 6.2.2.
  public static func write(
    _ path: Span<UInt8>, mode: PathMode, into scratch: inout MutableSpan<UInt8>
  ) throws(RejectReason) -> Int {
    guard path.count <= CanonicalLimits.pathBytesMax, path.count <= scratch.count else { throw .pathTooLong }
    guard path.count > 0, path[0] == UInt8(ascii: "/") else { throw .pathNotAbsolute }
    if copyPlain(path, into: &scratch) { return path.count }
    return try rewrite(path, mode: mode, into: &scratch)
  }

  /// Writes the canonical form of any path that begins with a slash and has room.
  static func rewrite(
    _ path: Span<UInt8>, mode: PathMode, into scratch: inout MutableSpan<UInt8>
  ) throws(RejectReason) -> Int {
    let decodedCount = try decodeEscapes(path, mode: mode, into: &scratch)
    let resolvedCount = try resolveDotSegments(&scratch, count: decodedCount, mode: mode)
    return mergeSlashes(&scratch, count: resolvedCount)
  }

  /// Copies a path that has neither escapes nor anything to resolve, as nearly all have: they need one pass, not three.
  ///
  /// - Returns: false when the path needs a closer look; `scratch` is undefined then.
  private static func copyPlain(_ path: Span<UInt8>, into scratch: inout MutableSpan<UInt8>) -> Bool {
    var index = 0
    // The mark of a slash at the end of the word before, where the first byte of the next has its own.
    var carried: UInt64 = 0
    while index < path.count, scratch.count - index >= 8 {
      let count = min(8, path.count - index)
      // Bytes that are not of the path are made letters of.
      let padding: UInt64 = count == 8 ? 0 : 0x6161_6161_6161_6161 << UInt64(8 * count)
      let bytes = word(path, from: index, count: count) | padding
      guard let marks = plainPath(bytes) else { break }
      if (marks.slashes << 8 | carried) & marks.slashesAndDots != 0 { return false }
      carried = marks.slashes >> 56
      store(bytes, to: &scratch, at: index)
      index += count
    }
    let slash = UInt8(ascii: "/")
    var previous: UInt8 = index > 0 ? path[index - 1] : 0
    while index < path.count {
      let byte = path[index]
      guard byte == slash || byte.isSegmentByte, byte != UInt8(ascii: ";") else { return false }
      if previous == slash, byte == slash || byte == UInt8(ascii: ".") { return false }
      scratch[index] = byte
      previous = byte
      index += 1
    }
    return true
  }

  /// Makes one slash of each run of slashes, in place, and returns the new length.
  ///
  /// This comes after the dots: a `..` must meet the segments that the sender wrote, empty ones included.
  private static func mergeSlashes(_ bytes: inout MutableSpan<UInt8>, count: Int) -> Int {
    var length = 0
    for index in 0..<count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "/"), length > 0, bytes[length - 1] == UInt8(ascii: "/") { continue }
      bytes[length] = byte
      length += 1
    }
    return length
  }
}
