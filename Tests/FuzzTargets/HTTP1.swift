import HTTPWire

/// What must hold of a request head whatever the bytes; nil when all of it does.
public func http1RequestViolation(of input: [UInt8]) -> String? {
  var head = RequestHead()
  return headViolation(of: input) { bytes in
    let step = head.parse(bytes.span)
    guard case .complete(let count) = step else { return HeadFinding(step: step) }
    var finding = HeadFinding(step: step, fields: copies(head.fields))
    finding.first = [Array(bytes[head.method]), Array(bytes[head.target]), [head.minorVersion]]
    finding.framing = head.framing
    let line = Array(
      bytes[head.method] + [0x20] + bytes[head.target] + Array(" HTTP/1.".utf8) + [0x30 + head.minorVersion])
    finding.canonical = line + lines(bytes, finding.fields)
    if count > WireLimits.headBytesMax { finding.broken = "a head of \(count) bytes was taken" }
    if finding.framing == .untilClose { finding.broken = "a request that ends with the connection" }
    return finding
  }
}

/// What must hold of a response head whatever the bytes; nil when all of it does.
public func http1ResponseViolation(of input: [UInt8]) -> String? {
  let requests: [AnsweredRequest] = [
    AnsweredRequest(method: .other), AnsweredRequest(method: .head), AnsweredRequest(method: .connect),
    AnsweredRequest(method: .other, isUpgrade: true),
  ]
  var head = ResponseHead()
  for request in requests {
    let violation = headViolation(of: input) { bytes in
      let step = head.parse(bytes.span, answering: request)
      guard case .complete(let count) = step else { return HeadFinding(step: step) }
      var finding = HeadFinding(step: step, fields: copies(head.fields))
      finding.first = [Array("\(head.status)".utf8), Array(bytes[head.reason]), [head.minorVersion]]
      finding.framing = head.framing
      let line = "HTTP/1.\(head.minorVersion) \(head.status) "
      finding.canonical = Array(line.utf8) + bytes[head.reason] + lines(bytes, finding.fields)
      if count > WireLimits.headBytesMax { finding.broken = "a head of \(count) bytes was taken" }
      if head.status < 100 || head.status > 599 { finding.broken = "status \(head.status)" }
      if head.keepAlive, head.framing == .untilClose { finding.broken = "a body without an end on a kept connection" }
      return finding
    }
    if let violation { return violation }
  }
  return nil
}

/// What must hold of a chunked body whatever the bytes, and wherever they are cut; nil when all of it does.
public func chunkedViolation(of input: [UInt8]) -> String? {
  let whole = chunked(input, cut: nil)
  for cut in cuts(input) where chunked(input, cut: cut) != whole { return "another body when cut at \(cut)" }
  guard whole.end != nil else { return nil }
  var again = whole.content.isEmpty ? [] : Array(String(whole.content.count, radix: 16).utf8) + Array("\r\n".utf8)
  again += whole.content + Array(whole.content.isEmpty ? "0\r\n\r\n".utf8 : "\r\n0\r\n\r\n".utf8)
  return chunked(again, cut: nil).content == whole.content ? nil : "the content as one chunk is another content"
}

/// All that a head says, for comparisons.
private struct HeadFinding {
  var step: HeadStep
  var first: [[UInt8]] = []
  var fields: [Field] = []
  var framing = BodyFraming.none
  /// The head as we would write it ourselves.
  var canonical: [UInt8] = []
  var broken: String?
}

private func copies(_ fields: borrowing FieldSection) -> [Field] {
  var result: [Field] = []
  for index in 0..<fields.count { result.append(fields[index]) }
  return result
}

private func lines(_ bytes: [UInt8], _ fields: [Field]) -> [UInt8] {
  var result = Array("\r\n".utf8)
  for field in fields { result += bytes[field.name] + Array(": ".utf8) + bytes[field.value] + Array("\r\n".utf8) }
  return result + Array("\r\n".utf8)
}

private func headViolation(of input: [UInt8], _ parse: ([UInt8]) -> HeadFinding) -> String? {
  let whole = parse(input)
  if let broken = whole.broken { return broken }
  for cut in cuts(input) {
    let step = parse(Array(input[..<cut])).step
    guard step == .incomplete || step == whole.step else {
      return "\(step) after \(cut) bytes, \(whole.step) after all"
    }
  }
  guard case .complete = whole.step else { return nil }
  for field in whole.fields {
    let (name, value) = (input[field.name], input[field.value])
    if name.isEmpty || name.contains(where: { $0 <= 0x20 || $0 >= 0x7F || $0 == 0x3A }) { return "a name of \(name)" }
    if value.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) { return "a value of \(value)" }
  }
  // A head that was understood says the same when it is written as we write heads.
  let again = parse(whole.canonical)
  let same =
    again.step == .complete(byteCount: whole.canonical.count) && again.first == whole.first
    && again.framing == whole.framing
    && zip(again.fields, whole.fields).allSatisfy { one, other in
      whole.canonical[one.name] == input[other.name] && whole.canonical[one.value] == input[other.value]
        && one.known == other.known && one.isHopByHop == other.isHopByHop
    } && again.fields.count == whole.fields.count
  return same || whole.canonical.count > WireLimits.headBytesMax ? nil : "the head as we write it says something else"
}

private struct ChunkedFinding: Equatable {
  var content: [UInt8] = []
  var end: Int?
  var error: WireError?
}

private func chunked(_ input: [UInt8], cut: Int?) -> ChunkedFinding {
  var finding = ChunkedFinding()
  var decoder = BodyDecoder(.chunked)
  var position = 0
  for count in [cut, input.count].compactMap(\.self) {
    let bytes = Array(input[..<count])
    reading: while finding.end == nil, finding.error == nil {
      switch decoder.next(bytes.span, from: position) {
      case .data(let range):
        finding.content += bytes[range]
        position = range.upperBound
      case .needMore(let consumed):
        position = consumed
        break reading
      case .end(let consumed): finding.end = consumed
      case .invalid(let error): finding.error = error
      case .trailers(let start):
        position = start
        var section = TrailerSection()
        switch section.parse(Array(bytes[start...]).span) {
        case .incomplete: break reading
        case .complete(let count): finding.end = start + count
        case .invalid(let error): finding.error = error
        }
      }
    }
  }
  return finding
}

/// Every place to cut a short input, some of a long one.
private func cuts(_ input: [UInt8]) -> StrideTo<Int> { stride(from: 0, to: input.count, by: max(1, input.count / 32)) }
