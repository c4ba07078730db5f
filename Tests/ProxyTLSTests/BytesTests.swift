import PropertyTesting
import ProxyTLS
import ProxyTransport
import Testing

/// Bytes arrive in any pieces, leave in any room, and cost little while nothing happens.
@Suite struct BytesTests {
  let world: World

  init() throws { world = try World() }

  @Test func anySplittingGivesTheSame() throws {
    let certificate = try world.certificate([.identity(World.identity)])
    let (client, server) = (try world.client(certificate), try world.server())
    for seed in 0..<30 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      guard var pair = Pair(client: client, server: server) else { throw World.Unexpected.noSession }
      let longest = [1, 7, 100, 3000, 60_000].randomElement(using: &random) ?? 1
      func piece(_ left: Int) -> Int {
        // Drawn from the place, so that the closure needs no generator of its own.
        var place = SplitMix64(seed: seed &* 31 &+ UInt64(left))
        return Int.random(in: 1...longest, using: &place)
      }
      pair.settle(pieces: piece)
      #expect(pair.ofServer.status == .open && pair.ofClient.status == .open, "seed \(seed)")
      var (up, down): ([UInt8], [UInt8]) = ([], [])
      for _ in 0..<4 {
        let (a, b) = (Self.message(&random, longest * 100), Self.message(&random, longest * 100))
        #expect(pair.write(.client, a) == a.count && pair.write(.server, b) == b.count)
        (up, down) = (up + a, down + b)
        pair.settle(pieces: piece)
      }
      #expect(pair.ofServer.received == up && pair.ofClient.received == down, "seed \(seed)")
    }
  }

  /// Small pieces carry small messages, or the test takes long.
  private static func message(_ random: inout SplitMix64, _ bytesMax: Int) -> [UInt8] {
    let count = Int.random(in: 0...min(bytesMax, 64_000), using: &random)
    let salt = UInt8.random(in: 0...255, using: &random)
    return (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13) ^ salt }
  }

  @Test func writesWhatFits() throws {
    var pair = try world.handshake(try world.client(nil), try world.server(clients: .anonymous))
    let message = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 5) }
    var taken = 0
    for room in [0, 1, 128, 129, 200, 16_384, 16_512, 16_600, 40_000] {
      let count = pair.write(.client, Array(message[taken...]), room: room)
      #expect(count < max(room, 1))
      taken += count
    }
    taken += pair.write(.client, Array(message[taken...]))
    #expect(taken == message.count)
    pair.settle()
    #expect(pair.ofServer.received == message)
  }

  @Test func nothingIsHeldBackWhenPlainIsFull() throws {
    guard var memory = Memory(capacity: 1 << 20) else { throw World.Unexpected.noSession }
    var pair = try world.handshake(try world.client(nil), try world.server(clients: .anonymous))
    let message = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 5) }
    #expect(pair.write(.client, message) == message.count)
    let cipher = memory.reserve(64 << 10)
    let (plain, out) = (memory.reserve(1000), memory.reserve(96 << 10))
    memory.store(pair.ofClient.unsent.span, at: cipher.start)
    var rest = cipher.prefix(pair.ofClient.unsent.count)
    var received: [UInt8] = []
    var steps = 0
    while steps < 100 {
      let step = pair.server.step(
        &memory, cipher: rest, plain: plain, out: out, wallClock: World.now * 1_000_000_000)
      received += memory.bytes(plain.prefix(step.plainCount))
      rest = rest.dropFirst(step.cipherCount)
      steps += 1
      if !step.hasMore { break }
    }
    #expect(rest.isEmpty && received == message && steps >= 40)
  }

  @Test func anIdleSessionIsSmall() throws {
    let certificate = try world.certificate([.identity(World.identity)])
    let cases: [(String, TLSContextSet, TLSContextSet, Int)] = [
      ("anonymous", try world.client(nil), try world.server(clients: .anonymous), 15 << 10),
      ("mutual", try world.client(certificate), try world.server(), 18 << 10),
    ]
    for (name, client, server, bytesMax) in cases {
      // The first handshake fills what is made once.
      _ = try world.handshake(client, server)
      var pair = try world.handshake(client, server)
      #expect(pair.write(.client, [UInt8](repeating: 1, count: 30_000)) == 30_000)
      #expect(pair.write(.server, [UInt8](repeating: 1, count: 30_000)) == 30_000)
      pair.settle()
      #expect(pair.serverBytes > 0 && pair.serverBytes <= bytesMax, "\(name): \(pair.serverBytes) bytes")
    }
  }

  @Test func nothingLeaks() throws {
    let certificate = try world.certificate([.identity(World.identity)])
    let strange = try world.certificate([.identity(World.identity)], by: world.stranger)
    func once() throws {
      let server = try world.server()
      _ = try world.handshake(try world.client(certificate), server)
      _ = try world.handshake(try world.client(strange), server)
      _ = try world.handshake(try world.client(nil), server)
      _ = Pair(client: try world.client(nil), server: server)
    }
    try once()
    try once()
    let before = TLSMemory.bytesOfThisThread
    for _ in 0..<10 { try once() }
    #expect(TLSMemory.bytesOfThisThread - before < 1024)
  }
}
