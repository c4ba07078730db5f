/// Something that a bundle asks of whoever runs it.
///
/// Each construct of the language sets the bits of what it needs. A host that lacks one refuses the bundle and names the construct with
/// file and line; nothing is skipped. The raw value is a bit of the header and never changes its meaning.
public enum Feature: UInt8, CaseIterable, BitwiseCopyable, Hashable, Sendable {
  // Conditions.
  case stringSets = 0, integerRanges, networks, segmentPatterns, regexes, captures, attributeComparisons
  case setMembership, repeatedValues, dataSets, clock, timeZones, pathViews, responseConditions
  case decisionGraphs, decisionClauses

  // Scopes.
  case authz = 16, shadowRules, auditRules, expiringRules, routes, gateways, gatewayAuthz, mergeAndDecodePaths
  case permissiveCallers, tokens, tokenKeysByURL, limits, limitKeys, addressPrefixKeys

  // Routes.
  case splits = 32, stickySplits, pathRewrites, hostRewrites, redirects, responses, headerChanges, cors, mirrors
  case delays, aborts, timeouts, idleTimeouts, retries, unsafeRetries, idempotencyHeaders, webSockets

  // Services.
  case tcp = 64, http2, grpc, externalServices, sidecarEnforcement, staticEndpoints, dnsEndpoints, srvEndpoints
  case fileEndpoints, subsets, roundRobin, maglev, capacity, ejection, healthChecks, connectTimeouts, upstreamTLS

  /// The construct in the words of the language.
  public var name: StaticString {
    switch self {
    case .stringSets: "membership in a set of strings"
    case .integerRanges: "ranges of numbers and times"
    case .networks: "networks"
    case .segmentPatterns: "patterns of segments"
    case .regexes: "regular expressions"
    case .captures: "`capture.NAME` in conditions"
    case .attributeComparisons: "comparison of two attributes"
    case .setMembership: "`has`"
    case .repeatedValues: "`any` and `all`"
    case .dataSets: "`data` sets"
    case .clock: "`time`"
    case .timeZones: "time zones"
    case .pathViews: "`paths case_insensitive` and `trailing_slash ignored`"
    case .responseConditions: "conditions on `response`"
    case .decisionGraphs: "decision graphs"
    case .decisionClauses: "decisions by clauses"
    case .authz: "`authz`"
    case .shadowRules: "`shadow` rules"
    case .auditRules: "`audit` rules"
    case .expiringRules: "`until`"
    case .routes: "`routes`"
    case .gateways: "`gateway`"
    case .gatewayAuthz: "`authz` of a gateway"
    case .mergeAndDecodePaths: "`paths merge_and_decode`"
    case .permissiveCallers: "`mtls permissive`"
    case .tokens: "`jwt`"
    case .tokenKeysByURL: "`jwt` keys by URL"
    case .limits: "`limit`"
    case .limitKeys: "`limit … by`"
    case .addressPrefixKeys: "`limit … by` an address prefix"
    case .splits: "weighted splits"
    case .stickySplits: "`sticky by`"
    case .pathRewrites: "`rewrite path`"
    case .hostRewrites: "`rewrite host`"
    case .redirects: "`redirect`"
    case .responses: "`respond`"
    case .headerChanges: "header changes"
    case .cors: "`cors`"
    case .mirrors: "`mirror`"
    case .delays: "`delay`"
    case .aborts: "`abort`"
    case .timeouts: "`timeout`"
    case .idleTimeouts: "`idle` timeouts"
    case .retries: "`retry`"
    case .unsafeRetries: "`even unsafe` retries"
    case .idempotencyHeaders: "`idempotency header`"
    case .webSockets: "`websocket`"
    case .tcp: "TCP services"
    case .http2: "HTTP/2 services"
    case .grpc: "gRPC services"
    case .externalServices: "`external` services"
    case .sidecarEnforcement: "`enforced by sidecar`"
    case .staticEndpoints: "static endpoints"
    case .dnsEndpoints: "`endpoints dns`"
    case .srvEndpoints: "`endpoints srv`"
    case .fileEndpoints: "`endpoints file`"
    case .subsets: "subsets"
    case .roundRobin: "`balance round_robin`"
    case .maglev: "`balance maglev`"
    case .capacity: "`capacity`"
    case .ejection: "`eject`"
    case .healthChecks: "`health`"
    case .connectTimeouts: "connect timeouts"
    case .upstreamTLS: "upstream `tls`"
    }
  }
}

/// A set of features: the 128 bits of a bundle's header.
public struct FeatureSet: Hashable, Sendable, BitwiseCopyable {
  /// Features 0 to 63.
  public var low: UInt64
  /// Features 64 to 127.
  public var high: UInt64

  public init(low: UInt64 = 0, high: UInt64 = 0) {
    self.low = low
    self.high = high
  }

  /// Everything that this version of the format can name.
  public static var all: FeatureSet {
    var set = FeatureSet()
    for feature in Feature.allCases { set.insert(feature) }
    return set
  }

  public mutating func insert(_ feature: Feature) {
    if feature.rawValue < 64 {
      low |= 1 << UInt64(feature.rawValue)
    } else {
      high |= 1 << UInt64(feature.rawValue - 64)
    }
  }

  public mutating func remove(_ feature: Feature) {
    if feature.rawValue < 64 {
      low &= ~(1 << UInt64(feature.rawValue))
    } else {
      high &= ~(1 << UInt64(feature.rawValue - 64))
    }
  }

  public func contains(_ feature: Feature) -> Bool {
    feature.rawValue < 64
      ? low >> UInt64(feature.rawValue) & 1 == 1 : high >> UInt64(feature.rawValue - 64) & 1 == 1
  }

  /// What is here and not there.
  public func subtracting(_ other: FeatureSet) -> FeatureSet {
    FeatureSet(low: low & ~other.low, high: high & ~other.high)
  }

  public var isEmpty: Bool { low == 0 && high == 0 }
}
