import FuzzTargets
import HTTPWire
import PropertyTesting
import Testing

/// Random heads and bodies, most of them nearly right: what is checked is in `FuzzTargets`, any split first of all.
@Suite struct WirePropertyTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func requestHeads(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for round in 0..<200 {
      let bytes = damaged(head(first: "\(methods.any(&random)) \(targets.any(&random)) HTTP/1.1", &random), &random)
      #expect(http1RequestViolation(of: bytes) == nil, "seed \(seed), round \(round): \(escaped(bytes))")
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func responseHeads(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for round in 0..<50 {
      let bytes = damaged(head(first: "HTTP/1.1 \(statuses.any(&random)) OK", &random), &random)
      #expect(http1ResponseViolation(of: bytes) == nil, "seed \(seed), round \(round): \(escaped(bytes))")
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func chunkedBodies(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for round in 0..<200 {
      var text = ""
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let content = String(repeating: "x", count: Int.random(in: 1...40, using: &random))
        text += "\(String(content.count, radix: 16))\(["", ";a", ";a=\"b c\""].any(&random))\r\n\(content)\r\n"
      }
      text += "0\r\n\(["", "X-Sum: 1\r\n", "Host: a\r\ngrpc-status: 0\r\n"].any(&random))\r\n"
      let bytes = damaged(Array(text.utf8) + Array("GET".utf8), &random)
      #expect(chunkedViolation(of: bytes) == nil, "seed \(seed), round \(round): \(escaped(bytes))")
    }
  }
}

private let methods = ["GET", "POST", "M-SEARCH", "x!y"]
private let targets = ["/", "/a?b=c", "*", "http://a/b", "/\(String(repeating: "long/", count: 20))"]
private let statuses = ["200", "204", "101", "304", "100", "599", "600"]
private let lines = [
  "Host: a.example", "Content-Length: 5", "Content-Length: 05", "Transfer-Encoding: chunked", "Connection: close",
  "Connection: keep-alive, x-mine, x_y", "X-Mine: 1", "x_y:\t z ", "Content_Length: 1", "TE: trailers",
  "Expect: 100-continue",
  "Upgrade: websocket", "Empty:", "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "!#$%&'*+.^`|~: 1",
]

private func head(first: String, _ random: inout SplitMix64) -> [UInt8] {
  var text = first + "\r\n"
  if Bool.random(using: &random) { text += "Host: a\r\n" }
  for _ in 0..<Int.random(in: 0...6, using: &random) { text += lines.any(&random) + "\r\n" }
  return Array((text + "\r\nbody").utf8)
}

/// Half of the time as it is, otherwise with up to three bytes changed, removed or inserted.
private func damaged(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
  guard Bool.random(using: &random) else { return bytes }
  let interesting: [UInt8] = [0x00, 0x09, 0x0A, 0x0D, 0x20, 0x2C, 0x3A, 0x3B, 0x7F, 0x80, 0xFF, 0x5F, 0x30]
  var result = bytes
  for _ in 0..<Int.random(in: 1...3, using: &random) where !result.isEmpty {
    let place = Int.random(in: 0..<result.count, using: &random)
    let byte = interesting.any(&random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: result[place] = byte
    case 1: result.remove(at: place)
    default: result.insert(byte, at: place)
    }
  }
  return result
}

extension Array {
  /// One element by chance; the array is not empty.
  fileprivate func any(_ random: inout SplitMix64) -> Element { self[Int.random(in: 0..<count, using: &random)] }
}
