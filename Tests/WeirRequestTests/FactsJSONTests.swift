import Testing
import WeirPolicy
import WeirRequest

@Suite struct FactsJSONTests {
  private let sets = [
    DataSet(
      name: "revoked", module: "shop", member: .identity, membersMax: 10, staleNanoseconds: 1,
      position: Position(file: 0, line: 1, column: 1))
  ]

  /// What is written is read as the same facts.
  @Test func linesAreReadBack() throws {
    var facts = RequestFacts()
    facts.gateway = "edge"
    facts.caller = .absent
    facts.sourceIP = IPAddress("10.0.0.1").map { .known($0) } ?? .unavailable
    facts.sourcePort = 4711
    facts.clientIP = IPAddress("2001:db8::1")
    facts.port = 443
    facts.sni = "shop.example"
    facts.http = .init(
      method: "GET", scheme: "https", host: "shop.example", target: "/v1?x=1",
      headers: [.init("a", "1"), .init("a", "2")])
    facts.token = .verified(.object([.init("iss", .string("https://id.example"))]))
    facts.time = 1_795_262_400
    facts.data = [0: ["spiffe://shop.example/web"]]
    facts.draw = 17
    let line = try #require(facts.json(dataSets: sets))
    #expect(try RequestDecoder(data: DataNames(sets)).decode(Array(line.text.utf8)) == facts)
  }

  @Test func timesBeyondFourDigitsAreNotWritten() {
    var facts = RequestFacts()
    facts.service = "web"
    facts.time = 1 << 60
    #expect(facts.json(dataSets: []) == nil)
  }

  /// A log says more than a request has, and names sets that this policy may not have.
  @Test func recordsAreReadWithoutTheRest() throws {
    let line = """
      {"gateway":"edge","service":"web","caller":null,"method":"GET","host":null,"path":"/","status":200,
       "data":{"gone":["a"]},"outcome":"deny","by":"closed","reason":"rule"}
      """
    let record = try RequestDecoder(data: DataNames(sets)).decode(recorded: Array(line.utf8))
    #expect(record.facts.gateway == "edge")
    #expect(record.facts.service == nil)
    #expect(record.facts.caller == .absent)
    #expect(record.facts.http?.host == nil)
    #expect(record.outcome == .deny)
    #expect(record.by == "closed")
    #expect(throws: RequestError.self) {
      try RequestDecoder(data: DataNames([])).decode(recorded: Array(#"{"level":"info"}"#.utf8))
    }
  }
}
