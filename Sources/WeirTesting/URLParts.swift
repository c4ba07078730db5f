import WeirRequest

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

extension RequestFacts.HTTP {
  /// Appends a parameter; bytes that are not unreserved (RFC 3986 section 2.3) are escaped.
  mutating func addQuery(_ name: String, _ value: String) {
    func escaped(_ text: String) -> String {
      text.utf8.map { byte -> String in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "~"):
          String(Unicode.Scalar(byte))
        default: (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }
      }.joined()
    }
    target += (target.contains("?") ? "&" : "?") + "\(escaped(name))=\(escaped(value))"
  }
}
