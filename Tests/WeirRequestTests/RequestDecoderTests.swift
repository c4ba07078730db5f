import PropertyTesting
import Testing
import WeirJSON
import WeirPolicy
import WeirRequest

private let position = Position(file: 0, line: 1, column: 1)

private func dataSet(_ name: String, _ module: String, _ member: ScalarType) -> DataSet {
  DataSet(name: name, module: module, member: member, membersMax: 3, staleNanoseconds: 1, position: position)
}

private let decoder = RequestDecoder(
  data: DataNames([
    dataSet("revoked", "shop.db", .identity), dataSet("blocked", "shop.a", .ip), dataSet("blocked", "shop.b", .string),
    dataSet("tenants", "shop.b", .int), dataSet("hosts", "shop.c", .host), dataSet("paths", "shop.c", .path),
  ]))

private func decode(_ line: String) throws(RequestError) -> RequestFacts { try decoder.decode(Array(line.utf8)) }

@Suite struct RequestDecoderTests {
  @Test func readsEveryKey() throws {
    let facts = try decode(
      #"""
      {"service":"payments","caller":"spiffe://shop.example/ns/prod/sa/checkout","source_ip":"10.1.2.3","source_port":4000,
       "client_ip":"2001:db8::1","port":8443,"sni":"pay","method":"POST","scheme":"https","host":"Shop.Example:443",
       "path":"//v1/%63harges?x=1","headers":[["x-region","eu"],["X-Region",""]],"token":{"iss":"i","scopes":["a"]},
       "time":"2026-11-21T10:00:00Z","data":{"revoked":[],"shop.a.blocked":["10.0.0.1"],"tenants":[7,-1]},"draw":9999}
      """#)
    #expect(facts.service == "payments")
    #expect(facts.gateway == nil)
    #expect(facts.caller == .known("spiffe://shop.example/ns/prod/sa/checkout"))
    #expect(facts.sourceIP == .known(IPAddress(ipv4: 0x0A01_0203)))
    #expect(facts.sourcePort == 4000)
    #expect(facts.clientIP == IPAddress("2001:db8::1"))
    #expect(facts.port == 8443)
    #expect(facts.sni == "pay")
    #expect(
      facts.http
        == RequestFacts.HTTP(
          method: "POST", scheme: "https", host: "Shop.Example:443", target: "//v1/%63harges?x=1",
          headers: [RequestFacts.Header("x-region", "eu"), RequestFacts.Header("X-Region", "")]))
    #expect(
      facts.token == .verified(.object([.init("iss", .string("i")), .init("scopes", .array([.string("a")]))])))
    #expect(facts.time == 1_795_255_200)
    #expect(facts.data == [0: [], 1: ["10.0.0.1"], 3: ["7", "-1"]])
    #expect(facts.draw == 9999)
  }

  @Test func leavesOutWhatIsLeftOut() throws {
    let facts = try decode("{}")
    #expect(facts == RequestFacts())
    #expect(facts.caller == .unavailable)
    #expect(facts.sourceIP == .unavailable)
    #expect(facts.http == nil)
    let anonymous = try decode(#"{"service":"a","caller":null,"method":"GET","path":""}"#)
    #expect(anonymous.caller == .absent)
    #expect(anonymous.http?.host == nil)
    #expect(anonymous.http?.headers == [])
    #expect(try decode(#"{"method":"GET","path":"/","token_error":"token_expired"}"#).token == .invalid(.expired))
  }

  @Test(
    arguments: [
      ("", .malformedJSON), ("{", .malformedJSON), ("{} {}", .malformedJSON), ("[]", .notAnObject),
      ("null", .notAnObject),
      (#"{"draw":0,"draw":0}"#, .conflictingKeys), (#"{"Service":"a"}"#, .unknownKey), (#"{"query":"a"}"#, .unknownKey),
      (#"{"service":1}"#, .wrongType), (#"{"service":null}"#, .wrongType), (#"{"caller":1}"#, .wrongType),
      (#"{"caller":"payments"}"#, .invalidValue), (#"{"caller":"spiffe://"}"#, .invalidValue),
      (#"{"caller":""}"#, .invalidValue), (#"{"source_ip":"10.0.0"}"#, .invalidValue),
      (#"{"source_ip":null}"#, .wrongType),
      (#"{"client_ip":"10.0.0.1/8"}"#, .invalidValue), (#"{"port":0}"#, .invalidValue),
      (#"{"port":65536}"#, .invalidValue),
      (#"{"port":"80"}"#, .wrongType), (#"{"port":80.0}"#, .wrongType), (#"{"port":1e2}"#, .wrongType),
      (#"{"draw":-1}"#, .invalidValue), (#"{"draw":10000}"#, .invalidValue),
      (#"{"draw":99999999999999999999}"#, .wrongType),
      (#"{"method":"GET"}"#, .missingKey), (#"{"path":"/"}"#, .missingKey), (#"{"host":"a"}"#, .missingKey),
      (#"{"headers":[]}"#, .missingKey), (#"{"scheme":"https"}"#, .missingKey), (#"{"token":{}}"#, .missingKey),
      (#"{"method":"GET","path":null}"#, .wrongType), (#"{"headers":{}}"#, .wrongType),
      (#"{"headers":[["a"]]}"#, .wrongType),
      (#"{"headers":[["a","b","c"]]}"#, .wrongType), (#"{"headers":[["a",1]]}"#, .wrongType),
      (#"{"headers":["a"]}"#, .wrongType), (#"{"token":"x"}"#, .wrongType), (#"{"token":null}"#, .wrongType),
      (#"{"token":{},"token_error":"token_key"}"#, .conflictingKeys), (#"{"token_error":"expired"}"#, .invalidValue),
      (#"{"service":"a","gateway":"b"}"#, .conflictingKeys),
      (#"{"time":1795255200}"#, .wrongType), (#"{"time":"2026-11-21"}"#, .invalidValue), (#"{"data":[]}"#, .wrongType),
      (#"{"data":{"x":[]}}"#, .unknownData), (#"{"data":{"blocked":[]}}"#, .ambiguousData),
      (#"{"data":{"revoked":"x"}}"#, .wrongType), (#"{"data":{"revoked":[1]}}"#, .wrongType),
      (#"{"data":{"tenants":["1"]}}"#, .wrongType), (#"{"data":{"shop.a.blocked":["x"]}}"#, .invalidValue),
      (#"{"data":{"revoked":["a","b","c","d"]}}"#, .invalidValue),
      (#"{"data":{"revoked":[],"shop.db.revoked":[]}}"#, .conflictingKeys),
      (#"{"data":{"revoked":["payments"]}}"#, .invalidValue), (#"{"data":{"revoked":[""]}}"#, .invalidValue),
      (#"{"data":{"hosts":["bad.example:443"]}}"#, .invalidValue), (#"{"data":{"hosts":["*.x"]}}"#, .invalidValue),
      (#"{"data":{"hosts":[""]}}"#, .invalidValue), (#"{"data":{"paths":["/a%2Fb"]}}"#, .invalidValue),
      (#"{"data":{"paths":["/a//b"]}}"#, .invalidValue), (#"{"data":{"paths":["/%61"]}}"#, .invalidValue),
      (#"{"data":{"paths":["a"]}}"#, .invalidValue),
      (#"{"method":"GET","path":"/","scheme":"ftp"}"#, .invalidValue),
      (#"{"method":"GET","path":"/","scheme":""}"#, .invalidValue),
    ] as [(String, RequestError.Code)])
  func refuses(line: String, code: RequestError.Code) {
    let error = #expect(throws: RequestError.self) { try decode(line) }
    #expect(error?.code == code)
    #expect(error?.message.isEmpty == false)
  }

  /// A member that is spelt differently from what it is compared with would silently match nothing.
  @Test func membersOfDataSetsAreCanonical() throws {
    let facts = try decode(
      #"""
      {"data":{"hosts":["Bad.Example.","[2001:DB8:0::1]"],"paths":["/","/a%20b/"],"shop.a.blocked":["2001:DB8:0::1"],
       "shop.b.blocked":["As It Is"]}}
      """#)
    #expect(
      facts.data == [
        4: ["bad.example", "[2001:db8::1]"], 5: ["/", "/a%20b/"], 1: ["2001:db8::1"], 2: ["As It Is"],
      ])
    let error = #expect(throws: RequestError.self) { try decode(#"{"data":{"paths":["/ok","/a/../b"]}}"#) }
    #expect(error?.message.contains(#""/a/../b""#) == true)
  }

  @Test func schemesAreFolded() throws {
    #expect(try decode(#"{"method":"GET","path":"/","scheme":"HTTPS"}"#).http?.scheme == "https")
  }

  @Test func writesErrorsAsTheContractSays() {
    #expect(
      RequestError(.unknownKey, "no key is named \"a/b\"").json.text
        == #"{"error":{"code":"unknown_key","message":"no key is named \"a/b\""}}"#)
  }

  /// Whatever bytes a line holds: facts or an error, never a trap.
  @Test func survivesDamagedLines() {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SplitMix64(seed: seed)
    let line = Array(
      #"{"service":"p","caller":null,"source_ip":"::1","method":"GET","path":"/é","headers":[["a","\u00e9"]],"draw":12}"#
        .utf8)
    for _ in 0..<2_000 {
      var damaged = line
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: 0..<damaged.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: damaged[index] = UInt8.random(in: .min ... .max, using: &generator)
        case 1: damaged.remove(at: index)
        default: damaged.insert(damaged[index], at: index)
        }
      }
      do { _ = try decoder.decode(damaged) } catch { #expect(!error.message.isEmpty, "seed \(seed)") }
    }
  }
}
