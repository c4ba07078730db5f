import PropertyTesting
import Testing

@testable import HTTPCanonical

/// What needs no rewriting is recognised eight bytes at a time: it must come out as the longer way writes it, and nothing may pass
/// that the longer way refuses.
@Suite struct PlainFormTests {
  /// Bytes that mean something to a host, a path or a query, more often than others.
  private static let usual = Array("aZ09-_.:/;?%=&@~[]\\ \u{0}\u{80}".utf8)

  private static func text(_ random: inout SplitMix64) -> [UInt8] {
    (0..<Int.random(in: 0..<40, using: &random)).map { _ in
      switch random.next() % 10 {
      case 0: UInt8.random(in: .min ... .max, using: &random)
      case 1...3: usual[Int.random(in: 0..<usual.count, using: &random)]
      default: UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z"), using: &random)
      }
    }
  }

  private static func result<Value>(_ body: () throws(RejectReason) -> Value) -> Result<Value, RejectReason> {
    Result(catching: body)
  }

  @Test(arguments: UInt64(1)...8)
  func hostsComeOutAsTheLongerWayWritesThem(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      var host = Self.text(&random)
      // Some at the limits of labels and names.
      if random.next() % 8 == 0 {
        host += [UInt8](repeating: UInt8(ascii: "b"), count: Int.random(in: 0..<70, using: &random))
      }
      guard !host.isEmpty else { continue }
      var quick = [UInt8](repeating: 0, count: CanonicalLimits.hostScratchBytes)
      var slow = quick
      let written = Self.result { () throws(RejectReason) in
        var room = quick.mutableSpan
        return try CanonicalHost.write(host.span, into: &room)
      }
      let expected = Self.result { () throws(RejectReason) in
        var room = slow.mutableSpan
        return try CanonicalHost.rewrite(host.span, into: &room)
      }
      #expect(written == expected, "seed \(seed), \(host)")
      guard case .success(let found) = written else { continue }
      #expect(quick.prefix(found.byteCount) == slow.prefix(found.byteCount), "seed \(seed), \(host)")
    }
  }

  @Test(arguments: UInt64(1)...8)
  func pathsComeOutAsTheLongerWayWritesThem(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      let path = [UInt8(ascii: "/")] + Self.text(&random)
      for slack in [0, 8] {
        var quick = [UInt8](repeating: 0, count: path.count + slack)
        var slow = quick
        let written = Self.result { () throws(RejectReason) in
          var room = quick.mutableSpan
          return try CanonicalPath.write(path.span, mode: .strict, into: &room)
        }
        let expected = Self.result { () throws(RejectReason) in
          var room = slow.mutableSpan
          return try CanonicalPath.rewrite(path.span, mode: .strict, into: &room)
        }
        #expect(written == expected, "seed \(seed), \(path)")
        guard case .success(let count) = written else { continue }
        #expect(quick.prefix(count) == slow.prefix(count), "seed \(seed), \(path)")
      }
    }
  }

  @Test(arguments: UInt64(1)...8)
  func queriesPassAsTheirBytesDo(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      let query = Self.text(&random)
      var isAllowed = true
      var index = 0
      while index < query.count {
        if query[index] == UInt8(ascii: "%") {
          let value = escapedByte(query.span, at: index)
          isAllowed = isAllowed && value != nil && value != 0
          index += 3
        } else {
          isAllowed = isAllowed && query[index].isQueryByte
          index += 1
        }
      }
      #expect(((try? CanonicalQuery.check(query.span)) != nil) == isAllowed, "seed \(seed), \(query)")
    }
  }

  @Test(arguments: 0...20)
  func aByteIsFoundWhereItFirstStands(length: Int) {
    for place in 0...length {
      // Bytes that differ by one stand around it: borrows must not reach them.
      var bytes = [UInt8](repeating: UInt8(ascii: ">"), count: length)
      for index in place..<length { bytes[index] = index == place ? UInt8(ascii: "?") : UInt8(ascii: "@") }
      #expect(firstIndex(of: UInt8(ascii: "?"), in: bytes.span, from: 0) == place)
    }
  }
}
