extension CanonicalPath {
  /// Removes `.` and `..` segments in place (RFC 3986 section 5.2.4) and returns the new length.
  ///
  /// Empty segments still count here. Where a `..` would remove one, an upstream that merges slashes first ends
  /// elsewhere than one that resolves dots first: strict mode refuses, the other mode resolves first.
  static func resolveDotSegments(
    _ bytes: inout MutableSpan<UInt8>, count: Int, mode: PathMode
  ) throws(RejectReason) -> Int {
    let slash = UInt8(ascii: "/")
    let dot = UInt8(ascii: ".")
    var length = 0
    var start = 0  // of the slash before the segment

    while start < count {
      var end = start + 1
      while end < count, bytes[end] != slash { end += 1 }
      let isLast = end == count
      let segmentLength = end - start - 1

      if segmentLength == 1, bytes[start + 1] == dot {
        if isLast { length = append(slash, to: &bytes, at: length) }
      } else if segmentLength == 2, bytes[start + 1] == dot, bytes[start + 2] == dot {
        if length > 0 {
          var parent = length - 1
          while bytes[parent] != slash { parent -= 1 }
          if mode == .strict, parent == length - 1 { throw .pathDotsAfterEmptySegment }
          length = parent
        } else if mode == .strict {
          throw .pathAboveRoot
        }
        if isLast { length = append(slash, to: &bytes, at: length) }
      } else {
        for index in start..<end { length = append(bytes[index], to: &bytes, at: length) }
      }
      start = end
    }
    return length
  }

  private static func append(_ byte: UInt8, to bytes: inout MutableSpan<UInt8>, at length: Int) -> Int {
    bytes[length] = byte
    return length + 1
  }
}
