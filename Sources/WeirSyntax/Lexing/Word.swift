/// Every word of the grammar, once: the lexer finds it, the parser asks for it, spelling help, the TextMate grammar and
/// `grammar/weir.ebnf` are compared with it by tests.
public enum Word: String, CaseIterable, Hashable, Sendable {
  // Rule words: reserved everywhere.
  case allow, deny, audit, shadow, route, mount, otherwise, when, always
  case and, or, not, `is`, `in`, has, matches, under, any, all, `else`
  // Values.
  case `true`, `false`, present, absent
  // Declarations.
  case module, `import`, `public`, mesh, gateway, service, principal, authz, ceiling, routes, retry, headers, limit
  case jwt, header, `let`, fn, data, test, prove
  // Words between the parts of a declaration or an item.
  case owned, by, port, `for`, with, token, until, from, may, use, to, sticky, on, max, stale
  // The mesh and what is in it.
  case trustDomain = "trust_domain"
  case paths
  case mergeAndDecode = "merge_and_decode"
  case identity, hosts, `protocol`, endpoints, `static`, dns, srv, file, subset, balance, p2c
  case roundRobin = "round_robin"
  case maglev, capacity, eject, health
  case connectTimeout = "connect_timeout"
  case idleTimeout = "idle_timeout"
  case tls, external, mtls, permissive, enforced, sidecar
  case caseInsensitive = "case_insensitive"
  case trailingSlash = "trailing_slash"
  case ignored, http, http2, grpc, tcp
  case connections, pending, requests, retries
  case after, errors, every
  case atMost = "at_most"
  case connect, timeout
  case upAfter = "up_after"
  case downAfter = "down_after"
  case status
  case serverName = "server_name"
  case roots, system
  // Routes.
  case forward, rewrite, path, host, redirect, respond, cors, mirror, delay, abort, upgrade, websocket, cookie
  case set, add, remove
  case origins, methods, expose, credentials
  case maxAge = "max_age"
  // Retries and limits.
  case tries
  case perTryTimeout = "per_try_timeout"
  case backoff, budget, even, unsafe, idempotency
  case connectFailure = "connect_failure"
  case reset, rate, burst, keys
  // Tokens.
  case issuer, audience, url, algorithms, claim, split
  // Tests and proofs.
  case nobody, draw, invalid
  case noRule = "no_rule"
  case indeterminate, reject, never, equivalent

  /// Reserved: may not name anything.
  public var isReserved: Bool {
    switch self {
    case .allow, .deny, .audit, .shadow, .route, .mount, .otherwise, .when, .always, .and, .or, .not, .is, .in, .has,
      .matches, .under, .any, .all, .else, .true, .false:
      true
    default: false
    }
  }

  /// A line that ends with it goes on: a newline after it separates nothing.
  var continuesAfter: Bool {
    switch self {
    case .when, .and, .or, .not, .is, .in, .to: true
    default: false
    }
  }

  /// A line that begins with it belongs to the line before.
  var continuesBefore: Bool {
    switch self {
    case .and, .or, .else: true
    default: false
    }
  }

  /// A predicate begins with it.
  var beginsPredicate: Bool {
    switch self {
    case .is, .in, .has, .matches, .under, .not: true
    default: false
    }
  }
}

extension Word {
  /// Up to sixteen bytes as two integers, so that looking a word up makes no `String`.
  struct Packed: Hashable {
    static let bytesMax = 16
    var low: UInt64 = 0
    var high: UInt64 = 0
    var count = 0

    mutating func append(_ byte: UInt8) {
      if count < 8 {
        low |= UInt64(byte) << UInt64(count * 8)
      } else if count < Self.bytesMax {
        high |= UInt64(byte) << UInt64((count - 8) * 8)
      }
      count += 1
    }
  }

  static let byPackedText: [Packed: Word] = {
    var table: [Packed: Word] = [:]
    for word in allCases {
      var packed = Packed()
      for byte in word.rawValue.utf8 { packed.append(byte) }
      table[packed] = word
    }
    return table
  }()
}
