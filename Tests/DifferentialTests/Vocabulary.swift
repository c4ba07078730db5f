/// The few words that random programs and random requests share, so that they meet often.
enum Vocabulary {
  static let services = ["alpha", "beta", "gamma"]
  static let identities =
    services.map { "spiffe://mesh.example/ns/prod/sa/\($0)" } + [
      "spiffe://mesh.example/ns/dev/sa/alpha", "spiffe://other.example/ns/prod/sa/beta",
      "spiffe://mesh.example/jobs/nightly",
    ]
  static let paths = [
    "/", "/v1", "/v1/", "/v1/items", "/v1/items/7", "/v1/Items/7", "/v1/items/7/parts", "/debug", "/debugger",
    "/debug/vars", "/users/ana", "/users/li", "/users/ana/orders/3", "/a%25b",
  ]
  /// As a careless or hostile client would write them.
  static let wildTargets = [
    "//v1/%69tems", "/v1/./items/../items/7", "/debug%2fvars", "/v1;x=1", "/%2e%2e/v1", "/v1/items?x=1&x=2", "/v1?x=1",
    "/users/ana?y=2", "/v1/%zz", "/v1/%252e", "/%c0%af", "/debug/", "/v1/items?x", "/../v1", "/v1\\items",
  ]
  static let patterns = [
    "/v1/{rest...}", "/v1/items/{id}", "/users/{id}", "/users/{id}/{...}", "/{a}/{b}", "/debug/{...}", "/{...}",
  ]
  static let regexes = ["/v1/.*", "/(debug|users)/[a-z]+", "/.*[0-9]", "/v1/items/[0-9]{1,3}"]
  static let prefixes = ["/v1", "/debug", "/users/ana", "/v1/items"]
  static let methods = ["GET", "POST", "PUT", "DELETE"]
  static let words = ["eu", "us", "ana", "li", "7", "3", "1"]
  static let addresses = ["10.1.2.3", "10.9.0.1", "192.168.0.7", "203.0.113.9", "2001:db8::1", "fd00::5"]
  static let networks = ["10.0.0.0/8", "10.9.0.0/16", "192.168.0.0/16", "fd00::/8", "2001:db8::/32", "203.0.113.9/32"]
  static let hosts = [
    "shop.example", "api.shop.example", "Shop.Example:443", "other.example", "a.b.wild.example", "wild.example",
  ]
  /// Mondays, weekends, both sides of a change to summer time in Berlin.
  static let times: [Int64] = [
    1_795_255_200, 1_795_500_000, 1_774_746_000, 1_774_749_599, 1_774_749_600, 1_792_886_400,
  ]
}
