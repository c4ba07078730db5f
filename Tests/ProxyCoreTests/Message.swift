/// An HTTP/1 message as clients and servers of the simulation read it: by a reader of its own, so that the proxy's is not checked by
/// itself.
struct Message {
  /// Method, target and version, or version, status and reason.
  var line: [String]
  var fields: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// The lines behind the last chunk.
  var trailers: [String] = []

  func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  struct Malformed: Error, CustomStringConvertible { var description: String }
}

/// Reads the messages of one direction of a connection; looks at each byte once.
struct MessageReader {
  enum Role: Equatable {
    case request
    case response
  }

  private enum Framing { case length(Int), chunked, untilClose }

  let role: Role
  /// Bytes of whole messages.
  private(set) var position = 0
  private var scanned = 0
  private var message: Message?
  private var framing = Framing.length(0)

  init(_ role: Role) { self.role = role }

  /// The next message; `nil` while it is not whole.
  ///
  /// - Parameters:
  ///   - bytes: all that has come so far.
  ///   - isHead: the response is one to HEAD.
  mutating func next(_ bytes: [UInt8], isEnded: Bool, isHead: Bool = false) throws -> Message? {
    if message == nil {
      guard let end = headEnd(bytes) else { return nil }
      try readHead(bytes, end, isHead)
    }
    guard let finished = try readBody(bytes, isEnded) else { return nil }
    message = nil
    position = scanned
    return finished
  }

  private mutating func headEnd(_ bytes: [UInt8]) -> Int? {
    var index = max(scanned, position + 3)
    while index < bytes.count {
      if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 { return index + 1 }
      index += 1
    }
    scanned = max(bytes.count, position)
    return nil
  }

  private mutating func readHead(_ bytes: [UInt8], _ end: Int, _ isHead: Bool) throws {
    let lines = String(decoding: bytes[position..<end - 4], as: UTF8.self).split(
      separator: "\r\n", omittingEmptySubsequences: false)
    var head = Message(line: lines[0].split(separator: " ", maxSplits: 2).map(String.init))
    guard head.line.count == 3 else { throw Message.Malformed(description: "the line \(lines[0])") }
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { throw Message.Malformed(description: "the field \(line)") }
      head.fields.append((parts[0].lowercased(), String(parts[1].drop { $0 == " " })))
    }
    framing = try framing(of: head, isHead)
    message = head
    scanned = end
  }

  private func framing(of head: Message, _ isHead: Bool) throws -> Framing {
    let status = role == .response ? head.line[1] : ""
    if isHead || status.hasPrefix("1") || status == "204" || status == "304" { return .length(0) }
    let encoding = head.value("transfer-encoding")
    let length = head.value("content-length")
    if encoding != nil, length != nil { throw Message.Malformed(description: "both framings") }
    if encoding == "chunked" { return .chunked }
    guard let length else { return role == .request ? .length(0) : .untilClose }
    guard let number = Int(length) else { throw Message.Malformed(description: "the length \(length)") }
    return .length(number)
  }

  private mutating func readBody(_ bytes: [UInt8], _ isEnded: Bool) throws -> Message? {
    switch framing {
    case .length(let length):
      guard bytes.count - scanned >= length else { return nil }
      message?.body = Array(bytes[scanned..<scanned + length])
      scanned += length
      return message
    case .untilClose:
      guard isEnded else { return nil }
      message?.body = Array(bytes[scanned...])
      scanned = bytes.count
      return message
    case .chunked:
      while let (data, next) = try chunk(bytes) {
        if data.isEmpty {
          guard let lines = trailers(bytes, from: next) else { return nil }
          message?.trailers = lines
          return message
        }
        scanned = next
        message?.body += data
      }
      return nil
    }
  }

  /// The lines from a place to the empty one; `nil` while they are not whole.
  private mutating func trailers(_ bytes: [UInt8], from start: Int) -> [String]? {
    var lines: [String] = []
    var place = start
    while let end = bytes[min(place, bytes.count)...].firstIndex(of: 10) {
      if end == place + 1 {
        scanned = end + 1
        return lines
      }
      lines.append(String(decoding: bytes[place..<end - 1], as: UTF8.self))
      place = end + 1
    }
    return nil
  }

  /// The chunk at `scanned`, and where the next one begins; `nil` while it is not whole.
  private func chunk(_ bytes: [UInt8]) throws -> (data: ArraySlice<UInt8>, next: Int)? {
    var size = 0
    var index = scanned
    while true {
      guard index < bytes.count else { return nil }
      if bytes[index] == 13 { break }
      guard let digit = Int(String(UnicodeScalar(bytes[index])), radix: 16) else {
        throw Message.Malformed(description: "a chunk size")
      }
      size = size * 16 + digit
      index += 1
    }
    let end = index + 2 + size
    guard bytes.count >= (size == 0 ? end : end + 2) else { return nil }
    if size == 0 { return (bytes[end..<end], end) }
    guard bytes[index + 1] == 10, bytes[end] == 13, bytes[end + 1] == 10 else {
      throw Message.Malformed(description: "the end of a chunk of \(size)")
    }
    return (bytes[index + 2..<end], end + 2)
  }
}

/// A sum over bytes and their order.
func checksum(_ bytes: [UInt8]) -> UInt32 {
  var sum: UInt32 = 2_166_136_261
  var index = 0
  while index < bytes.count {
    sum = (sum ^ UInt32(bytes[index])) &* 16_777_619
    index += 1
  }
  return sum
}
