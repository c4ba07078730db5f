import ProxyTLS
import ProxyTransport

/// Hands bytes to a server that asks for a certificate, as they are and as changes of what a right client says.
///
/// The first byte chooses: the bytes alone, in two pieces; or patches of the client's hello, of its second flight, of its data, or of what the
/// server answers. A patch is three bytes: place (two bytes), value. Nobody is let in but the client, and nothing arrives that it did not say.
func checkTLSBytes(_ bytes: [UInt8]) -> String? {
  guard let world = tlsWorld, var memory = Memory(capacity: 1 << 20),
    var server = TLSSession(accepting: 0, in: world.server), var client = TLSSession(connecting: 0, in: world.client)
  else { return "no sessions" }
  let rooms = TLSRooms(&memory)
  guard let choice = bytes.first else { return nil }
  let rest = bytes.dropFirst()
  if choice % 5 == 0 {
    let (first, second) = (rest.prefix(Int(choice) / 5), rest.dropFirst(Int(choice) / 5))
    _ = rooms.step(&server, &memory, Array(first))
    let answer = rooms.step(&server, &memory, Array(second))
    return answer.status == .open || !answer.plain.isEmpty ? "somebody without a key was let in" : nil
  }
  let said = Array("GET / HTTP/1.1\r\n\r\n".utf8)
  var heard: [UInt8] = []
  var toServer = rooms.step(&client, &memory, []).out
  for turn in 0..<3 {
    if turn == 2 { toServer += rooms.write(&client, &memory, said) }
    if Int(choice % 5) == turn + 1 { toServer.patch(rest) }
    var answer = rooms.step(&server, &memory, toServer)
    heard += answer.plain
    if answer.status == .open, server.peerIdentity.count != identity.utf8.count { return "the client is not who it is" }
    if choice % 5 == 4, turn == 0 { answer.out.patch(rest) }
    toServer = rooms.step(&client, &memory, answer.out).out
  }
  return said.starts(with: heard) ? nil : "bytes arrived that nobody said"
}

private let identity = "spiffe://fuzz.example/client"
private let now: Int64 = 1_800_000_000

/// What is made once: keys are random, so the same bytes may go another way in another process; the promises hold on all of them.
private struct TLSWorld {
  let server: TLSContextSet
  let client: TLSContextSet
}

private let tlsWorld: TLSWorld? = {
  guard let tickets = TicketKeys() else { return nil }
  let validity = now - 1000...now + 1000
  let own = "spiffe://fuzz.example/server"
  guard let authority = try? DevelopmentAuthority(subject: "fuzz", validity: validity),
    let shown = try? authority.issue(.init(subject: "server", names: [.identity(own)], validity: validity)),
    let caller = try? authority.issue(.init(subject: "client", names: [.identity(identity)], validity: validity))
  else { return nil }
  let configuration = TLSConfiguration(
    certificates: [shown, caller], roots: [authority.certificate.chain],
    trustDomains: [.init(name: "fuzz.example", roots: 0)],
    listeners: [
      .init(contexts: [
        .init(names: ["a.example"], certificate: 0, clients: .required, protocols: [.http1, .http2], isFallback: false)
      ])
    ],
    upstreams: [
      .init(certificate: 1, protocols: [.http1, .http2], serverName: "a.example", peer: .identities([own]))
    ], ticketKeys: tickets)
  guard let set = try? TLSContextSet(configuration) else { return nil }
  return TLSWorld(server: set, client: set)
}()

private struct TLSRooms {
  let cipher: ByteRange
  let plain: ByteRange
  let out: ByteRange

  init(_ memory: inout Memory) {
    cipher = memory.reserve(64 << 10)
    plain = memory.reserve(64 << 10 + TLSSession.plainReserveBytes)
    out = memory.reserve(64 << 10 + TLSSession.outReserveBytes)
  }

  func step(
    _ session: inout TLSSession, _ memory: inout Memory, _ bytes: [UInt8]
  ) -> (status: TLSStep.Status, plain: [UInt8], out: [UInt8]) {
    let given = cipher.prefix(bytes.count)
    let fitting = bytes.prefix(Int(given.count))
    memory.store(fitting.span, at: given.start)
    let step = session.step(&memory, cipher: given, plain: plain, out: out, wallClock: now * 1_000_000_000)
    return (step.status, copy(memory, plain.prefix(step.plainCount)), copy(memory, out.prefix(step.outCount)))
  }

  func write(_ session: inout TLSSession, _ memory: inout Memory, _ bytes: [UInt8]) -> [UInt8] {
    memory.store(bytes.span, at: plain.start)
    let written = session.write(&memory, plain: plain.prefix(bytes.count), out: out)
    return copy(memory, out.prefix(written.outCount))
  }

  private func copy(_ memory: borrowing Memory, _ range: ByteRange) -> [UInt8] {
    let span = memory.span(range)
    return span.indices.map { span[$0] }
  }
}

extension [UInt8] {
  fileprivate mutating func patch(_ patches: ArraySlice<UInt8>) {
    guard !isEmpty else { return }
    var rest = patches
    while rest.count >= 3 {
      let patch = Array(rest.prefix(3))
      self[(Int(patch[0]) << 8 | Int(patch[1])) % count] = patch[2]
      rest = rest.dropFirst(3)
    }
  }
}
