import HTTPCanonical
import WeirISA
import WeirPolicy
import WeirRequest

/// One request or connection in canonical form: bytes in one buffer, and places in it.
///
/// Owned by the caller and used again: after some requests it has grown to what they need and nothing is allocated.
struct RequestState: ~Copyable {
  private let pin = Pin()
  /// Names and values of the request, then whatever is derived from them.
  var bytes = ByteBuffer(capacity: CanonicalLimits.headerSectionBytesMax)
  /// What the canonicaliser reads or writes when the other side is `bytes`.
  var work = [UInt8](repeating: 0, count: CanonicalLimits.pathBytesMax + 1)
  /// Lines or template pieces while they are collected: whoever uses it takes it out and puts it back.
  var pieces: [Range<Int>] = []

  // The head; none of it for a TCP connection.
  var isHTTP = false
  var method = 0..<0
  var scheme: Range<Int>?
  /// The port of an address without one, by its scheme.
  var schemePort: Int?
  var host: Range<Int>?
  /// The port written in the authority.
  var authorityPort: Int?
  var path = 0..<0
  var query: Range<Int>?
  /// In order, without `Host`. Each was written as a line of HTTP/1: see `FieldPlaces.line`.
  var fields = FieldList()
  var hasHostField = false
  var budget = HeaderBudget()

  // What the host knows beside it.
  var caller: Fact<Range<Int>> = .unavailable
  var sourceIP: Fact<IPAddress> = .unavailable
  var clientIP: IPAddress?
  var sourcePort: Int?
  var port: Int?
  var sni: Range<Int>?
  /// Seconds since the epoch.
  var time: Int64?
  var withheld: RequestFacts.Withheld = []
  var token = TokenState.unchecked
  /// The claims of the token, by `TokenIssuer.place(of:)`.
  var claims: [ClaimValue] = []
  var claimMembers: [Range<Int>] = []

  init() {}

  /// Forgets the request and keeps the memory.
  mutating func reset() {
    bytes.removeAll()
    isHTTP = false
    method = 0..<0
    scheme = nil
    schemePort = nil
    host = nil
    authorityPort = nil
    path = 0..<0
    query = nil
    fields.removeAll()
    hasHostField = false
    budget = HeaderBudget()
    caller = .unavailable
    sourceIP = .unavailable
    clientIP = nil
    sourcePort = nil
    port = nil
    sni = nil
    time = nil
    withheld = []
    token = .unchecked
    clear(&claims)
    clear(&claimMembers)
  }

  func text(_ range: Range<Int>) -> String { bytes.text(range) }

  func isEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    areEqual(bytes.extracting(left), bytes.extracting(right))
  }
}

/// What is known of the token.
enum TokenState {
  /// No scope has asked so far.
  case unchecked
  case none
  /// A valid token of this issuer, an index into `Topology.tokens`.
  case issuer(Int)
}

/// A typed claim.
enum ClaimValue {
  case absent
  case integer(Int64)
  case bytes(Range<Int>)
  /// A range of `RequestState.claimMembers`.
  case list(Range<Int>)
}
