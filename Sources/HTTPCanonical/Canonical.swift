/// The canonical forms for callers that may allocate: the compiler, tests and `eval`.
public enum Canonical {
  /// As `CanonicalPath.write`.
  public static func path(_ path: [UInt8], mode: PathMode) -> Result<[UInt8], RejectReason> {
    result { () throws(RejectReason) in
      var storage = [UInt8](repeating: 0, count: path.count)
      var scratch = storage.mutableSpan
      let count = try CanonicalPath.write(path.span, mode: mode, into: &scratch)
      return Array(storage.prefix(count))
    }
  }

  /// As `CanonicalPath.applyView`.
  public static func pathView(_ path: [UInt8], ignoringCase: Bool, ignoringTrailingSlash: Bool) -> [UInt8] {
    var storage = path
    var bytes = storage.mutableSpan
    let count = CanonicalPath.applyView(
      to: &bytes, ignoringCase: ignoringCase, ignoringTrailingSlash: ignoringTrailingSlash)
    return Array(storage.prefix(count))
  }

  /// The query itself if `CanonicalQuery.check` accepts it.
  public static func query(_ query: [UInt8]) -> Result<[UInt8], RejectReason> {
    result { () throws(RejectReason) in
      try CanonicalQuery.check(query.span)
      return query
    }
  }

  /// Host and port, as `CanonicalHost.write`.
  public static func host(_ authority: [UInt8]) -> Result<CanonicalAuthority, RejectReason> {
    result { () throws(RejectReason) in try CanonicalAuthority(authority.span) }
  }

  /// As `CanonicalHeader.writeName`.
  public static func headerName(_ name: [UInt8]) -> Result<[UInt8], RejectReason> {
    result { () throws(RejectReason) in
      var storage = [UInt8](repeating: 0, count: name.count)
      var scratch = storage.mutableSpan
      let count = try CanonicalHeader.writeName(name.span, into: &scratch)
      return Array(storage.prefix(count))
    }
  }

  /// As `CanonicalHeader.trimValue`.
  public static func headerValue(_ value: [UInt8]) -> Result<[UInt8], RejectReason> {
    result { () throws(RejectReason) in Array(value[try CanonicalHeader.trimValue(value.span)]) }
  }

  /// The decoded values of every parameter `name` of a checked query, in order.
  public static func queryValues(of name: [UInt8], in query: [UInt8]) -> Result<[[UInt8]], RejectReason> {
    result { () throws(RejectReason) in
      var values: [[UInt8]] = []
      var cursor = QueryParameterCursor()
      while let parameter = cursor.next(in: query.span) {
        guard try decoded(query[parameter.name]) == name else { continue }
        values.append(try decoded(query[parameter.value]))
      }
      return values
    }
  }

  /// The values of every cookie `name` in one trimmed `Cookie` field line, in order.
  public static func cookieValues(of name: [UInt8], in line: [UInt8]) -> Result<[[UInt8]], RejectReason> {
    result { () throws(RejectReason) in
      var values: [[UInt8]] = []
      var cursor = CookieCursor()
      while let pair = try cursor.next(in: line.span) {
        if line[pair.name].elementsEqual(name) { values.append(Array(line[pair.value])) }
      }
      return values
    }
  }

  private static func decoded(_ part: ArraySlice<UInt8>) throws(RejectReason) -> [UInt8] {
    var storage = [UInt8](repeating: 0, count: part.count)
    var scratch = storage.mutableSpan
    let count = try CanonicalQuery.decode(part.span, into: &scratch)
    return Array(storage.prefix(count))
  }

  private static func result<Value>(_ body: () throws(RejectReason) -> Value) -> Result<Value, RejectReason> {
    Result(catching: body)
  }
}
