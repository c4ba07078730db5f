/// The target of a case: a path, or a URL with scheme and authority. What is not canonical stays as it is: it is what is tested.
struct URLParts {
  let scheme: String?
  let authority: String?
  /// Path and query.
  let target: String

  init(_ text: String) {
    for scheme in ["http", "https"] where text.hasPrefix("\(scheme)://") {
      let rest = text.dropFirst(scheme.count + 3)
      let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
      let target = rest[end...]
      self.scheme = scheme
      authority = String(rest[..<end])
      self.target = target.hasPrefix("/") ? String(target) : "/" + target
      return
    }
    scheme = nil
    authority = nil
    target = text
  }
}
