import PropertyTesting

/// Draws well-typed programs as text, so that the parser, the checker and both evaluators are all exercised.
struct ProgramGenerator {
  private var random: SplitMix64
  private var ruleCount = 0
  /// Whether `caller` may be absent where the next expression stands.
  private var callerIsOptional = false
  private var permissive: Set<String> = []
  /// Inside an odd number of `not`s, where nothing can be captured.
  private var isNegated = false
  private var captureCount = 0

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func program() -> String {
    var lines = [
      "module random.program", "",
      "mesh m { trust_domain \"mesh.example\"" + (random.chance(20) ? ", paths merge_and_decode }" : " }"), "",
      "header \"x-one\": String", "header \"x-two\": String", "header \"x-count\": Int",
      "header \"x-list\": Set<String>", "",
      "data revoked: Set<Identity> max 100 stale 10m", "data blocked: Set<IP> max 100 stale 10m", "",
      """
      jwt people {
        issuer "https://id.example"
        audience "shop"
        keys file "people.json"
        algorithms { ES256 }
        claim scopes: Set<String> from "scope" split " "
        claim level: Int?
        claim mfa: Bool?
        claim tenant: String
      }
      """, "",
      """
      fn nearby(address: IP, extra: Set<CIDR>): Bool = address in "10.0.0.0/8" or address in extra
      let guests: Set<CIDR> = { "192.168.0.0/16", "fd00::/8" }
      """, "",
    ]
    for (index, name) in Vocabulary.services.enumerated() {
      lines.append("service \(name) {")
      lines.append("  identity \"\(Vocabulary.identities[index])\"")
      lines.append("  protocol http")
      lines.append("  endpoints dns \"\(name):80\"")
      lines.append("  subset v1 { version \"v1\" }")
      lines.append("  subset v2 { version \"v2\" }")
      if index > 0, random.chance(50) {
        permissive.insert(name)
        lines.append("  mtls permissive")
      }
      if random.chance(25) { lines.append("  paths case_insensitive") }
      if random.chance(25) { lines.append("  trailing_slash ignored") }
      if index == 2, random.chance(20) { lines.append("  enforced by sidecar") }
      lines += ["}", ""]
    }
    lines += [
      "gateway edge { identity \"spiffe://mesh.example/ns/edge/sa/gateway\", hosts { \"*.wild.example\", \"wild.example\" } }",
      "",
    ]
    for name in Vocabulary.services where random.chance(90) {
      lines += authz(name)
    }
    if random.chance(40) { lines += authz("edge") }
    lines += routes("edge") + routes("\"shop.example\", \"api.shop.example\"")
    if random.chance(50) { lines += routes("beta") }
    for name in Vocabulary.services where random.chance(40) { lines += limit(name) }
    return lines.joined(separator: "\n") + "\n"
  }

  private mutating func authz(_ target: String) -> [String] {
    callerIsOptional = target == "edge" || permissive.contains(target)
    var lines = ["authz \(target) with token people {"]
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      ruleCount += 1
      let effect = random.pick(["allow", "allow", "allow", "deny", "deny", "audit"])
      let shadow = effect != "audit" && random.chance(20) ? "shadow " : ""
      let until = random.chance(10) ? " until 2026-11-22" : ""
      let condition = random.chance(8) ? "always" : "when " + expression(depth: 3)
      lines.append("  \(shadow)\(effect) r\(ruleCount)\(until) \(condition)")
    }
    return lines + ["}", ""]
  }

  private mutating func routes(_ target: String) -> [String] {
    callerIsOptional = target == "edge" || permissive.contains(target)
    var lines = ["routes \(target) with token people {"]
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      ruleCount += 1
      if random.chance(30) {
        // A condition that surely binds what the statements use.
        lines.append(
          "  route t\(ruleCount) when request.path matches \"/v1/{tail...}\" and (\(expression(depth: 1))) {")
        lines.append(
          random.chance(50)
            ? "    redirect 308 to \"https://new.example/{tail...}\""
            : "    rewrite path to \"/{tail...}\"\n" + forward(target))
      } else {
        lines.append("  route t\(ruleCount) when \(expression(depth: 2)) {")
        lines.append(action(target))
      }
      lines.append("  }")
    }
    return lines + ["  otherwise {", action(target), "  }", "}", ""]
  }

  private mutating func action(_ target: String) -> String {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: "    respond 404"
    case 1: "    redirect 302 to \"/x/{path...}\""
    default: forward(target)
    }
  }

  private mutating func forward(_ target: String) -> String {
    let service = target == "beta" ? "beta" : random.pick(Vocabulary.services)
    var text =
      random.chance(50)
      ? "    forward to \(service)" : "    forward to { \(service).v1 70.5%, \(service).v2 29.5% }"
    if random.chance(30) { text += "\n    set request.header[\"x-one\"] to \"\(random.pick(Vocabulary.words))\"" }
    if random.chance(20) { text += "\n    remove request.header[\"x-two\"]" }
    if random.chance(20) { text += "\n    add \"us\" to request.header[\"x-list\"]" }
    if random.chance(15) { text += "\n    rewrite host to \"inner.example\"" }
    return text
  }

  private mutating func limit(_ target: String) -> [String] {
    callerIsOptional = permissive.contains(target)
    ruleCount += 1
    let key = random.pick([
      "", " by caller", " by request.client_ip /24 /56", " by request.header[\"x-two\"]", " by token.tenant",
    ])
    var lines = ["limit l\(ruleCount) for \(target) with token people {", "  rate 10/s burst 20\(key)"]
    if random.chance(60) { lines.append("  when \(expression(depth: 2))") }
    return lines + ["}", ""]
  }

  private mutating func expression(depth: Int) -> String {
    if depth == 0 || random.chance(25) { return leaf() }
    switch Int.random(in: 0..<5, using: &random) {
    case 0:
      isNegated.toggle()
      defer { isNegated.toggle() }
      return "not (\(expression(depth: depth - 1)))"
    case 1, 2: return list("and", depth)
    default: return list("or", depth)
    }
  }

  private mutating func list(_ word: String, _ depth: Int) -> String {
    var parts: [String] = []
    for _ in 0..<Int.random(in: 2...3, using: &random) { parts.append("(\(expression(depth: depth - 1)))") }
    return parts.joined(separator: " \(word) ")
  }

  /// Tests on what may be absent always say `else`: the rules of polarity have tests of their own.
  private mutating func leaf() -> String {
    let not = random.chance(35) ? "not " : ""
    switch Int.random(in: 0..<29, using: &random) {
    case 0: return "request.method is \(not)\(random.pick(Vocabulary.methods))"
    case 1: return "request.method \(not)in { \(random.some(Vocabulary.methods, 1...3).joined(separator: ", ")) }"
    case 2: return "request.path is \(not)\(quoted(random.pick(Vocabulary.paths)))"
    case 3:
      return "request.path \(not)in { \(random.some(Vocabulary.paths, 1...4).map(quoted).joined(separator: ", ")) }"
    case 4: return "request.path \(not)under \(quoted(random.pick(Vocabulary.prefixes)))"
    case 5: return "request.path \(not)matches \(quoted(random.pick(Vocabulary.patterns)))"
    case 6: return "request.path \(not)matches re\(quoted(random.pick(Vocabulary.regexes)))"
    case 7:
      return "source.ip \(not)in { \(random.some(Vocabulary.networks, 1...3).map(quoted).joined(separator: ", ")) }"
    case 8: return "request.client_ip \(not)in \(quoted(random.pick(Vocabulary.networks)))"
    case 9: return "\(not)nearby(source.ip, guests)"
    case 10: return "request.host is \(not)\"shop.example\""
    case 11: return "request.scheme is \(not)\"https\""
    case 12: return "time.weekday \(not)in { Mon, Sat, Sun }"
    case 13: return "time.hour in \"Europe/Berlin\" \(not)in 2..14"
    case 14: return "source.ip \(not)in blocked"
    case 15: return "caller.namespace is \(not)\"prod\"\(otherwise())"
    case 16: return "caller.account \(not)in { \"alpha\", \"beta\" }\(otherwise())"
    case 17: return "request.header[\"x-one\"] is \(not)\(quoted(random.pick(Vocabulary.words)))\(otherwise())"
    case 18: return "request.header[\"x-count\"] \(not)in 2..5\(otherwise())"
    case 19:
      return
        "\(random.pick(["any", "all"])) request.header[\"x-list\"] is \(not)\(quoted(random.pick(Vocabulary.words)))\(otherwise())"
    case 20: return "request.query[\"x\"] is \(not)\"1\"\(otherwise())"
    case 21: return "request.cookie[\"sid\"] is \(not)\(quoted(random.pick(Vocabulary.words)))\(otherwise())"
    case 22: return "token.scopes \(not)has \(quoted(random.pick(Vocabulary.words)))\(otherwise())"
    case 23: return "token.level \(not)in 1..3\(otherwise())"
    case 24 where !isNegated:
      captureCount += 1
      return
        "(request.path matches \"/users/{id\(captureCount)}\" and token.sub is \(not)capture.id\(captureCount)\(otherwise()))"
    case 25: return "caller is \(not)\(random.pick(Vocabulary.services))\(callerElse())"
    case 26:
      return "caller \(not)in { alpha, \"spiffe://other.example/ns/prod/sa/beta\" }\(callerElse())"
    case 27: return "caller \(not)in revoked\(callerElse())"
    default: return "request.header[\"x-two\"] is \(random.pick(["present", "absent"]))"
    }
  }

  private mutating func otherwise() -> String { " else \(random.chance(50))" }

  private mutating func callerElse() -> String { callerIsOptional ? otherwise() : "" }

  private func quoted(_ text: String) -> String { "\"\(text)\"" }
}
