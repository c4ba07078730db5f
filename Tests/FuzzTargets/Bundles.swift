import WeirBundle
import WeirCompiler
import WeirEnforcement
import WeirPolicy
import WeirRequest
import WeirSource

/// Hands the bytes to every reader of a bundle, and patches a good one as they say.
///
/// The first byte chooses: the bytes as a file, a policy or a topology; patches of the file, which have to be refused; patches of the
/// program or the topology under right digests, which have to be refused or harmless. A patch is four bytes: section, place (two bytes), value.
func checkBundle(_ bytes: [UInt8]) -> String? {
  guard let choice = bytes.first, let good = goodBundle else { return goodBundle == nil ? "no bundle" : nil }
  let rest = Array(bytes.dropFirst())
  switch choice % 5 {
  case 0: _ = try? Bundle(rest, supported: .all)
  case 1: _ = try? Policy(wireBytes: rest)
  case 2: _ = try? Topology(wireBytes: rest)
  case 3:
    var file = good
    for patch in patches(rest) { file[patch.place % file.count] = patch.value }
    if file != good, (try? Bundle(file, supported: .all)) != nil { return "a changed file was taken" }
  default: return checkContents(good, patches(rest))
  }
  return nil
}

private func checkContents(_ good: [UInt8], _ patches: [Patch]) -> String? {
  guard let bundle = try? Bundle(good, supported: .all), let policy = try? bundle.policy(),
    let program = try? bundle.program()
  else {
    return "the good bundle was refused"
  }
  var contents = BundleContents(
    program: program, policy: policy, manifest: bundle.manifest, generation: 1, embedsPolicy: false)
  var topology = contents.topology.wireBytes
  for patch in patches {
    let section = patch.section % (contents.program.sections.count + 1)
    if section == contents.program.sections.count {
      topology[patch.place % topology.count] = patch.value
    } else if !contents.program.sections[section].bytes.isEmpty {
      let count = contents.program.sections[section].bytes.count
      contents.program.sections[section].bytes[patch.place % count] = patch.value
    }
  }
  if let changed = try? Topology(wireBytes: topology) { contents.topology = changed }
  guard let file = try? contents.bytes(), let loaded = try? LoadedBundle.load(file, trust: .anybody) else { return nil }
  var enforcer = Enforcer(for: loaded)
  for request in requests { _ = try? enforcer.explain(request, under: loaded) }
  return nil
}

private struct Patch {
  var section: Int
  var place: Int
  var value: UInt8
}

private func patches(_ bytes: [UInt8]) -> [Patch] {
  stride(from: 0, to: bytes.count - 3, by: 4).map { start in
    Patch(
      section: Int(bytes[start]), place: Int(bytes[start + 1]) << 8 | Int(bytes[start + 2]), value: bytes[start + 3])
  }
}

/// A little of everything that enforcement reads.
private let goodBundle: [UInt8]? = {
  let source = """
    module fuzz

    mesh m { trust_domain "m.example" }

    gateway edge { identity "spiffe://m.example/ns/e/sa/edge", hosts { "*.m.example" } }

    service api {
      identity "spiffe://m.example/ns/p/sa/api"
      protocol http
      endpoints static { "10.0.0.1:80" { version "v1" }, "10.0.0.2:80" { version "v2" } }
      subset v1 { version "v1" }
      subset v2 { version "v2" }
      mtls permissive
      paths case_insensitive
    }

    service db { identity "spiffe://m.example/ns/p/sa/db", protocol tcp, endpoints dns "db:5432" }

    jwt people {
      issuer "https://id.m.example"
      audience "api"
      keys file "keys.json"
      algorithms { ES256 }
      claim roles: Set<String>? from "realm" / "roles"
    }

    header "x-region": String

    data revoked: Set<Identity> max 100 stale 10m

    authz edge { allow all-clients always }

    authz api with token people {
      allow own when request.path matches "/users/{id}/{...}" and token.sub is capture.id
      allow staff when token.roles has "staff" and source.ip in "10.0.0.0/8" and time.hour in "Europe/Berlin" in 6..20
      deny frozen when request.header["x-region"] is "frozen" else false
      shadow deny gone when caller in revoked else false
    }

    authz db { allow api when caller is api and caller not in revoked }

    routes edge {
      route old when request.path under "/old" { redirect 308 to "/users/{rest...}" }
      route users when request.path matches re"/[Uu]sers/.*" {
        rewrite path to "/{path...}"
        forward to { api.v1 90%, api.v2 10% } sticky by cookie "sid"
        set request.header["x-region"] to "eu"
      }
      otherwise { respond 404 }
    }

    limit clients for api { rate 10/s by request.client_ip /24 /56 }
    """
  guard let policy = check([SourceFile(path: "fuzz.weir", text: source)]).policy else { return nil }
  return try? build(policy, generation: 1)
}()

private let requests: [RequestFacts] = {
  let lines = [
    #"{"host":"a.m.example","method":"GET","path":"/users/ana/x?user=u","headers":[["cookie","sid=1"]],"source_ip":"10.1.2.3"}"#,
    #"{"host":"a.m.example","method":"GET","path":"/old/x","headers":[["x-region","frozen"]]}"#,
    #"{"service":"api","caller":null,"method":"GET","path":"/USERS/ana/1","token":{"iss":"https://id.m.example","sub":"ana"},"time":"2026-11-21T10:00:00Z"}"#,
    #"{"service":"db","caller":"spiffe://m.example/ns/p/sa/api","data":{"revoked":[]}}"#,
  ]
  let revoked = DataSet(
    name: "revoked", module: "fuzz", member: .identity, membersMax: 100, staleNanoseconds: 1,
    position: Position(file: 0, line: 1, column: 1))
  let decoder = RequestDecoder(data: DataNames([revoked]))
  return lines.compactMap { try? decoder.decode(Array($0.utf8)) }
}()
