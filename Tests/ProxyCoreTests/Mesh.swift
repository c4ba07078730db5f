import PropertyTesting
import ProxyCore
import ProxyTelemetry
import ProxyTransport
import ProxyUpstream
import Synchronization
import Testing
import WeirBundle
import WeirCompiler
import WeirEnforcement
import WeirSource

/// A policy, compiled once, from which every simulation makes a generation of its own.
struct Mesh {
  private let bundle: [UInt8]
  /// What was compiled before, by its text: for tests that name their policy at every seed.
  private static let compiled = Mutex([String: [UInt8]]())

  init(_ text: String) throws {
    if let known = Self.compiled.withLock({ $0[text] }) {
      bundle = known
      return
    }
    let program = check([SourceFile(path: "mesh.weir", text: text)])
    #expect(program.diagnostics.filter(\.isError).map(\.message) == [])
    let bytes = try build(try made(program.policy), generation: 1)
    Self.compiled.withLock { $0[text] = bytes }
    bundle = bytes
  }

  /// A service that the gateway may call.
  struct Service {
    fileprivate let text: String

    /// - Parameters:
    ///   - endpoints: addresses with ports.
    ///   - items: what else is declared of it.
    ///   - rules: beside the one that lets the gateway in.
    init(
      _ name: String, _ protocol: String = "http", at endpoints: [String], with items: String = "", rules: String = ""
    ) {
      let endpoints = endpoints.map { "\"\($0)\"" }
      self.init(name, `protocol`, endpoints.joined(separator: ", "), items, rules)
    }

    /// - Parameter versions: addresses with ports, by labels; for each there is a subset.
    init(
      _ name: String, _ protocol: String = "http", versions: KeyValuePairs<String, String>, with items: String = "",
      rules: String = ""
    ) {
      let endpoints = versions.map { "\"\($1)\" { version \"\($0)\" }" }
      let subsets = versions.map { "subset \($0.key) { version \"\($0.key)\" }" }
      self.init(
        name, `protocol`, endpoints.joined(separator: ", "), (subsets + [items]).joined(separator: "\n"), rules)
    }

    private init(_ name: String, _ protocol: String, _ endpoints: String, _ items: String, _ rules: String) {
      text = """
        service \(name) {
          identity "spiffe://shop.example/ns/shop/sa/\(name)"
          protocol \(`protocol`)
          endpoints static { \(endpoints) }
          \(items)
        }
        authz \(name) {
          allow edge when caller is edge
          \(rules)
        }
        """
    }
  }

  /// The gateway `edge` of `shop.example`, in front of services.
  ///
  /// - Parameters:
  ///   - rules: of the gateway; without any it has no scope of its own.
  ///   - routes: all of the gateway's.
  init(_ services: Service..., rules: String = "", routes: String) throws {
    try self.init(
      """
      module shop
      mesh shop { trust_domain "shop.example" }
      gateway edge { identity "spiffe://shop.example/ns/edge/sa/edge", hosts { "shop.example" } }
      \(services.map(\.text).joined(separator: "\n"))
      \(rules.isEmpty ? "" : "authz edge {\n\(rules)\n}")
      routes edge {
      \(routes)
      }
      """)
  }

  /// - Parameters:
  ///   - entries: by listener; the names of gateways.
  ///   - registry: what the workers of one simulation share.
  func generation(listeners: [Entry], registry: UpstreamRegistry, number: UInt64 = 1) throws -> Generation {
    let loaded = try LoadedBundle.load(bundle, trust: .anybody)
    let lists = loaded.topology.services.map { service -> [DiscoveredEndpoint] in
      guard case .static(let declared) = service.endpoints else { return [] }
      return declared.map {
        DiscoveredEndpoint(SocketAddress($0.address, port: UInt16($0.port)), labels: $0.labels)
      }
    }
    let upstreams = try Upstreams(loaded.topology, number: number, endpoints: lists, in: registry)
    var names = MetricRegistry()
    let telemetry = GenerationTelemetry(loaded.topology, identity: "", generation: number, in: &names)
    return Generation(bundle: loaded, entries: listeners, upstreams: upstreams, telemetry: telemetry)
  }

  static let shop = Result {
    try Mesh(
      """
      module shop

      mesh shop { trust_domain "shop.example" }

      header "x-served-by": String

      gateway edge {
        identity "spiffe://shop.example/ns/edge/sa/edge"
        hosts { "shop.example" }
      }

      service web {
        identity "spiffe://shop.example/ns/shop/sa/web"
        protocol http
        endpoints static { "10.0.1.1:80", "10.0.1.2:80", "10.0.1.3:80" }
      }

      service cart {
        identity "spiffe://shop.example/ns/shop/sa/cart"
        protocol http
        endpoints static { "10.0.2.1:80" { version "v1" }, "10.0.2.2:80" { version "v2" } }
        subset v1 { version "v1" }
        subset v2 { version "v2" }
      }

      authz web {
        allow pages when caller is edge
        deny admin when request.path under "/admin"
      }

      authz cart {
        allow readers when caller is edge and request.method in { GET, PUT, POST }
      }

      routes edge {
        route cart when request.path under "/cart" {
          forward to { cart.v1 50%, cart.v2 50% }
          rewrite path to "/v1/{path...}"
          timeout 20s
          retry { tries 3, on { connect_failure, reset, status 503 }, backoff 10ms to 100ms, budget 50%, per_try_timeout 5s }
        }
        route old when request.path under "/old" { redirect 308 to "/new/{rest...}" }
        route ping when request.path is "/ping" { respond 200 "pong" }
        otherwise { forward to web, set response.header["x-served-by"] to "edge" }
      }
      """)
  }
}
