/// What `weir new` writes: small, complete, and shaped as larger policies are.
struct ProjectTemplate {
  let module: String

  /// Names and texts, in the order in which they are best read.
  var files: [(name: String, text: String)] {
    [("services.weir", services), ("web.weir", rules), ("web-tests.weir", tests), ("README.md", readme)]
  }

  private var services: String {
    """
    module \(module).services

    mesh \(module)-mesh { trust_domain "\(module).example" }

    /// Where requests from outside come in.
    gateway edge {
      identity "spiffe://\(module).example/ns/edge/sa/gateway"
      hosts    { "\(module).example" }
    }

    routes edge {
      route old-pages when request.path under "/old" { redirect 308 to "/{rest...}" }
      otherwise {
        forward to web
        timeout 2s
      }
    }

    /// What people see.
    service web owned by \(module).web {
      identity  "spiffe://\(module).example/ns/prod/sa/web"
      protocol  http
      endpoints dns "web:8080"
    }

    /// What `web` asks.
    service api owned by \(module).web {
      identity  "spiffe://\(module).example/ns/prod/sa/api"
      protocol  http
      endpoints dns "api:8080"
    }

    """
  }

  private var rules: String {
    """
    module \(module).web

    import std.http
    import \(module).services.{api, edge, web}

    authz web {
      /// Pages are read through the gateway.
      allow readers when caller is edge and request.method in http.safe_methods
    }

    authz api {
      allow from-web when caller is web and request.path under "/v1"

      /// Nobody needs these over the network.
      deny debug-pages when request.path under "/debug"
    }

    """
  }

  private var tests: String {
    """
    module \(module).web

    test "the gateway reads pages" for web {
      GET "/"  from edge => allow by readers
      POST "/" from edge => deny no_rule
      GET "/"  from api  => deny no_rule
    }

    test "only web asks the api, whatever the path looks like" for api {
      GET "/v1/items"         from web  => allow by from-web
      GET "//v1/./items"      from web  => allow by from-web
      GET "/v1/items"         from edge => deny no_rule
      GET "/v1/../debug/vars" from web  => deny by debug-pages
    }

    prove "debug pages are closed to everybody" { never allow api when request.path under "/debug" }

    """
  }

  private var readme: String {
    """
    # \(module)

    | file | what is in it |
    |---|---|
    | `services.weir` | the mesh, its gateway, where requests go, and the services |
    | `web.weir` | who may do what |
    | `web-tests.weir` | what must hold |

    ```
    weir check .
    weir test .
    weir build . -o \(module).weirb
    ```

    """
  }
}
