import HTTPCanonical

/// What must hold for any bytes whatever; nil when all of it does, else the property that is broken.
///
/// A plain function over bytes, so that the property tests, the golden cases and a fuzzer run the same checks.
public func canonicalViolation(of input: [UInt8]) -> String? {
  for mode in PathMode.allCases {
    if let violation = pathViolation(of: input, mode: mode) ?? pathViolation(of: [0x2F] + input, mode: mode) {
      return "\(mode): \(violation)"
    }
  }
  return modesViolation(of: input) ?? hostViolation(of: input) ?? queryViolation(of: input)
    ?? headerViolation(of: input) ?? requestViolation(of: input)
}

private func pathViolation(of input: [UInt8], mode: PathMode) -> String? {
  guard case .success(let path) = Canonical.path(input, mode: mode) else { return nil }
  if path.count > input.count { return "the path grew" }
  if path.first != UInt8(ascii: "/") { return "the path is not absolute" }
  let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
  for (index, segment) in segments.enumerated() {
    if segment.isEmpty, index != segments.count - 1 { return "an empty segment is left" }
    if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) { return "a dot segment is left" }
  }
  if let violation = spellingViolation(of: path) { return violation }
  if Canonical.path(path, mode: mode) != .success(path) { return "the path is not a fixed point" }
  if Canonical.path(path, mode: .strict) != .success(path) { return "the path is not canonical in strict mode" }
  if naivePath(input, mode: mode) != path { return "the naive reading differs" }

  let view = Canonical.pathView(path, ignoringCase: true, ignoringTrailingSlash: true)
  if Canonical.path(view, mode: .strict) != .success(view) { return "the view is not a canonical path" }
  if Canonical.pathView(view, ignoringCase: true, ignoringTrailingSlash: true) != view { return "two views differ" }
  return nil
}

/// Every byte and every escape is in its only spelling, and what the escapes say is harmless UTF-8.
private func spellingViolation(of path: [UInt8]) -> String? {
  let plain = Array("/!$&'()*+,:=@-._~".utf8)
  var decoded: [UInt8] = []
  var index = 0
  while index < path.count {
    let byte = path[index]
    guard byte == UInt8(ascii: "%") else {
      let isAlphanumeric = Unicode.Scalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte)
      if byte >= 0x80 || !(isAlphanumeric || plain.contains(byte)) { return "byte \(byte) is left" }
      decoded.append(byte)
      index += 1
      continue
    }
    let digits = String(decoding: path[(index + 1)...].prefix(2), as: UTF8.self)
    guard digits.count == 2, let value = UInt8(digits, radix: 16) else { return "a bad escape is left" }
    if digits != digits.uppercased() { return "an escape is in lower case" }
    if value < 0x80 {
      let scalar = Unicode.Scalar(value)
      if scalar.properties.isAlphabetic || "0123456789-._~/\\".unicodeScalars.contains(scalar) || value < 0x20
        || value == 0x7F
      {
        return "the escape %\(digits) is left"
      }
    }
    decoded.append(value)
    index += 3
  }
  if String(validating: decoded, as: UTF8.self) == nil { return "the decoded path is not UTF-8" }
  for (position, byte) in decoded.enumerated() where byte == UInt8(ascii: "%") {
    let next = decoded[(position + 1)...].prefix(2)
    if next.count == 2, next.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) {
      return "the path is escaped twice"
    }
  }
  return nil
}

/// The canonical form of an accepted path by the obvious means: lists of segments and a stack.
private func naivePath(_ input: [UInt8], mode: PathMode) -> [UInt8] {
  var text = String(decoding: input, as: UTF8.self)
  if mode == .mergeAndDecode {
    for slash in ["%2F", "%2f", "%5C", "%5c", "\\"] {
      text = text.split(separator: slash, omittingEmptySubsequences: false).joined(separator: "/")
    }
  }
  var stack: [String] = []
  let segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  for (index, raw) in segments.enumerated() {
    let segment = naiveSegment(String(raw))
    switch segment {
    case ".", "..":
      if segment == "..", !stack.isEmpty { stack.removeLast() }
      if index == segments.count - 1 { stack.append("") }
    default: stack.append(segment)
    }
  }
  var kept = stack.dropLast().filter { !$0.isEmpty }
  kept.append(stack.last ?? "")
  return Array(("/" + kept.joined(separator: "/")).utf8)
}

private func naiveSegment(_ segment: String) -> String {
  var pieces = segment.split(separator: "%", omittingEmptySubsequences: false).map(String.init)
  for index in pieces.indices.dropFirst() {
    let digits = pieces[index].prefix(2)
    let value = UInt8(digits, radix: 16) ?? 0
    let character = Character(Unicode.Scalar(value))
    let isUnreserved = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
    pieces[index] = (isUnreserved ? String(character) : "%" + digits.uppercased()) + pieces[index].dropFirst(2)
  }
  return pieces.joined()
}

/// What strict mode accepts means the same in the other mode.
private func modesViolation(of input: [UInt8]) -> String? {
  guard case .success(let path) = Canonical.path(input, mode: .strict) else { return nil }
  return Canonical.path(input, mode: .mergeAndDecode) == .success(path) ? nil : "the modes differ on a strict path"
}

private func hostViolation(of input: [UInt8]) -> String? {
  guard case .success(let authority) = Canonical.host(input) else { return nil }
  let host = authority.host
  if host.count > CanonicalLimits.hostScratchBytes || host.isEmpty { return "the host has a bad length" }
  let allowed = Array("abcdefghijklmnopqrstuvwxyz0123456789-_.:[]".utf8)
  if !host.allSatisfy(allowed.contains) { return "the host has a bad byte" }
  guard case .success(let again) = Canonical.host(host), again.host == host, again.port == nil else {
    return "the host is not a fixed point"
  }
  return nil
}

private func queryViolation(of input: [UInt8]) -> String? {
  guard case .success(let query) = Canonical.query(input) else { return nil }
  if query != input { return "the query changed" }
  var cursor = QueryParameterCursor()
  var position = 0
  while let parameter = cursor.next(in: query.span) {
    if parameter.name.lowerBound < position || parameter.value.upperBound > query.count {
      return "a parameter overlaps"
    }
    position = parameter.value.upperBound
    let name = Array(query[parameter.name])
    guard case .success = Canonical.queryValues(of: name, in: query) else { return "a parameter cannot be decoded" }
  }
  return nil
}

private func headerViolation(of input: [UInt8]) -> String? {
  if case .success(let name) = Canonical.headerName(input), Canonical.headerName(name) != .success(name) {
    return "the header name is not a fixed point"
  }
  if case .success(let value) = Canonical.headerValue(input), Canonical.headerValue(value) != .success(value) {
    return "the header value is not a fixed point"
  }
  let name = Array("a".utf8)
  let found = Result { () throws(RejectReason) in try CanonicalHeader.cookie(named: name.span, in: input.span) }
  switch (Canonical.cookieValues(of: name, in: input), found) {
  case (.failure(let left), .failure(let right)) where left == right: return nil
  case (.success(let values), .success(.absent)) where values.isEmpty: return nil
  case (.success(let values), .success(.once(let range))) where values == [Array(input[range])]: return nil
  case (.success(let values), .success(.repeated)) where values.count > 1: return nil
  default: return "the two readings of a cookie line differ"
  }
}

/// A canonical request, sent again, is the same request.
private func requestViolation(of input: [UInt8]) -> String? {
  for (method, mode) in [("GET", PathMode.strict), ("OPTIONS", .mergeAndDecode)] {
    let method = Array(method.utf8)
    guard
      let request = try? CanonicalRequest(method: method, scheme: .http, host: nil, target: input, mode: mode)
    else { continue }
    let target = request.path + (request.query.map { [UInt8(ascii: "?")] + $0 } ?? [])
    let again = try? CanonicalRequest(
      method: method, scheme: .http, host: request.authority?.host, target: target, mode: mode)
    if again?.path != request.path || again?.query != request.query || again?.authority?.host != request.authority?.host
    {
      return "the request is not a fixed point"
    }
  }
  return nil
}
