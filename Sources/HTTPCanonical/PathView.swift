/// What an upstream makes of a path, as its service declares it. Applied to what rules compare, never to the bytes
/// that are forwarded. The constants of the rules must go through the same view.
public struct PathView: Sendable, Hashable {
  /// `paths case_insensitive`: ASCII letters compare without case. The digits of escapes stay in upper case, so the
  /// view of a canonical path is a canonical path.
  public var ignoresCase: Bool

  /// `trailing_slash ignored`: `/v1/` is `/v1`. The root stays `/`.
  public var ignoresTrailingSlash: Bool

  public init(ignoresCase: Bool, ignoresTrailingSlash: Bool) {
    self.ignoresCase = ignoresCase
    self.ignoresTrailingSlash = ignoresTrailingSlash
  }

  /// Turns a canonical path into its view, in place, and returns the length of the view.
  ///
  /// - Complexity: linear, no allocation.
  public func apply(to path: inout MutableSpan<UInt8>) -> Int {
    var count = path.count
    if ignoresTrailingSlash, count > 1, path[count - 1] == UInt8(ascii: "/") { count -= 1 }
    guard ignoresCase else { return count }
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
