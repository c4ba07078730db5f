import WeirISA

/// What this data plane carries out. A bundle that uses anything else is refused before it is activated, by the name of the
/// construct with file and line; nothing is skipped.
public enum GatewayFeatures {
  public static let supported: FeatureSet = {
    var set = FeatureSet()
    for feature in Feature.allCases where isSupported(feature) { set.insert(feature) }
    return set
  }()

  /// Closed on purpose: a new feature is somebody's decision.
  private static func isSupported(_ feature: Feature) -> Bool {
    switch feature {
    case .stringSets, .integerRanges, .networks, .segmentPatterns, .regexes, .captures, .attributeComparisons,
      .setMembership, .repeatedValues, .clock, .timeZones, .pathViews, .responseConditions, .decisionGraphs,
      .decisionClauses:
      true
    case .authz, .shadowRules, .auditRules, .expiringRules, .routes, .gateways, .gatewayAuthz, .mergeAndDecodePaths,
      .permissiveCallers:
      true
    case .splits, .stickySplits, .pathRewrites, .hostRewrites, .redirects, .responses, .headerChanges, .timeouts,
      .idleTimeouts, .retries, .unsafeRetries, .idempotencyHeaders:
      true
    case .externalServices, .sidecarEnforcement, .staticEndpoints, .subsets, .roundRobin, .capacity, .ejection,
      .connectTimeouts, .dnsEndpoints, .srvEndpoints, .fileEndpoints, .healthChecks, .http2, .grpc, .upstreamTLS:
      true
    case .tcp, .tokens, .tokenKeysByURL, .dataSets, .limits, .limitKeys, .addressPrefixKeys, .mirrors, .delays,
      .aborts, .cors, .webSockets, .maglev:
      false
    }
  }
}
