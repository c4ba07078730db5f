/// A place between braces (or the file itself) and the words that may begin an item there.
///
/// The parser takes "did you mean" from this table; a test checks that every word listed is understood.
public enum Block: String, CaseIterable, Hashable, Sendable {
  case file, mesh, gateway, service, staticEndpoints, labels, capacity, eject, health, tls, principal
  case authz, routes, statements, cors, retry, retryCauses, headers, limit, jwt, test, facts, prove
  /// Several values: strings, names, methods, weighted destinations.
  case list

  /// Empty where items begin with a value or a name.
  public var words: [Word] {
    switch self {
    case .file: Self.declarationWords + [.module, .import, .public]
    case .mesh: [.trustDomain, .paths]
    case .gateway: [.identity, .hosts]
    case .service:
      [
        .identity, .protocol, .port, .endpoints, .subset, .balance, .capacity, .eject, .health, .connectTimeout,
        .idleTimeout, .tls, .external, .mtls, .enforced, .paths, .trailingSlash,
      ]
    case .capacity: [.connections, .pending, .requests, .retries]
    case .eject: [.after, .every, .for, .atMost]
    case .health: [.http, .grpc, .connect, .every, .timeout, .upAfter, .downAfter, .status]
    case .tls: [.serverName, .roots]
    case .principal: [.identity]
    case .authz: [.allow, .deny, .audit, .shadow]
    case .routes: [.route, .mount, .otherwise]
    case .statements:
      [
        .forward, .rewrite, .redirect, .respond, .set, .add, .remove, .headers, .cors, .mirror, .delay, .abort,
        .timeout, .idleTimeout, .upgrade, .retry,
      ]
    case .cors: [.origins, .methods, .headers, .expose, .credentials, .maxAge]
    case .retry: [.tries, .on, .when, .perTryTimeout, .backoff, .budget, .even, .idempotency]
    case .retryCauses: [.connectFailure, .reset, .timeout, .status, .grpc]
    case .headers: [.set, .add, .remove]
    case .limit: [.rate, .when, .keys]
    case .jwt: [.issuer, .audience, .keys, .algorithms, .claim]
    case .test: [.connect]
    case .prove: [.never, .always, .equivalent]
    case .staticEndpoints, .labels, .facts, .list: []
    }
  }

  /// The words that begin a declaration.
  public static let declarationWords: [Word] = [
    .mesh, .gateway, .service, .principal, .authz, .ceiling, .routes, .retry, .headers, .limit, .jwt, .header, .let,
    .fn, .data, .test, .prove,
  ]

  /// As a message names it: "… does not belong in a service".
  var description: String {
    switch self {
    case .file: "a file"
    case .mesh: "a mesh"
    case .gateway: "a gateway"
    case .service: "a service"
    case .staticEndpoints: "a list of endpoints"
    case .labels: "a list of labels"
    case .capacity: "`capacity`"
    case .eject: "`eject`"
    case .health: "`health`"
    case .tls: "`tls`"
    case .principal: "a principal"
    case .authz: "an authz block"
    case .routes: "a routes block"
    case .statements: "a route"
    case .cors: "`cors`"
    case .retry: "a retry"
    case .retryCauses: "the causes of a retry"
    case .headers: "a headers block"
    case .limit: "a limit"
    case .jwt: "a jwt"
    case .test: "a test"
    case .facts: "the facts of a test"
    case .prove: "a proof"
    case .list: "a list"
    }
  }
}
