extension CanonicalPath {
  /// Turns a canonical path into what its upstream makes of it, in place, and returns the new length.
  ///
  /// Applied to what rules compare, never to the bytes that are forwarded; the constants of the rules go through the
  /// same function.
  ///
  /// - Parameters:
  ///   - ignoringCase: `paths case_insensitive`: ASCII letters become lower case. The digits of escapes stay in upper
  ///     case, so that the view of a canonical path is a canonical path.
  ///   - ignoringTrailingSlash: `trailing_slash ignored`: `/v1/` becomes `/v1`. The root stays `/`.
  /// - Complexity: linear, no allocation.
  public static func applyView(
    to path: inout MutableSpan<UInt8>, ignoringCase: Bool, ignoringTrailingSlash: Bool
  ) -> Int {
    var count = path.count
    if ignoringTrailingSlash, count > 1, path[count - 1] == UInt8(ascii: "/") { count -= 1 }
    guard ignoringCase else { return count }
    var escapeDigits = 0
    for index in 0..<count {
      if escapeDigits > 0 {
        escapeDigits -= 1
      } else if path[index] == UInt8(ascii: "%") {
        escapeDigits = 2
      } else {
        path[index] = path[index].asciiLowercased
      }
    }
    return count
  }
}
