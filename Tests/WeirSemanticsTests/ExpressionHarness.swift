import WeirPolicy
import WeirSemantics
import WeirSource
import WeirSyntax

/// A small mesh around one rule.
struct Mesh {
  var effect = "allow"
  /// The scope of the rule: `authz web with token customers` unless said otherwise.
  var scope = "authz web with token customers"
  var declarations = ""
  var web = ""

  func source(_ condition: String) -> String {
    """
    module shop.web

    mesh shop { trust_domain "shop.example" }

    header "x-region": String
    header "x-count": Int
    header "x-tags": Set<String>

    service web {
      identity "spiffe://shop.example/ns/web/sa/web"
      protocol http
      endpoints dns "web:8080"
      \(web)
    }
    service twin {
      identity { "spiffe://shop.example/ns/twin/sa/a", "spiffe://shop.example/ns/twin/sa/b" }
      protocol http
      endpoints dns "twin:8080"
    }
    service open {
      identity "spiffe://shop.example/ns/open/sa/open"
      protocol http
      endpoints dns "open:8080"
      mtls permissive
    }
    service db {
      identity "spiffe://shop.example/ns/data/sa/db"
      protocol tcp
      endpoints dns "db:5432"
    }
    principal jobs { identity "spiffe://shop.example/ns/jobs/sa/{job}" }

    jwt customers {
      issuer "https://id.shop.example"
      audience "shop"
      keys url "https://id.shop.example/jwks.json"
      algorithms { ES256 }
      claim tenant: String
      claim groups: Set<String>
      claim level: Int?
      claim mfa: Bool?
      claim since: Time?
    }

    data revoked: Set<Identity> max 1000 stale 10m
    data blocked: Set<IP> max 1000 stale 10m

    \(declarations)

    \(scope) { \(effect) rule when \(condition) }
    """
  }

  func check(_ condition: String) -> Diagnosed<Policy?> { checked(source(condition)) }

  /// The condition of the rule in one line; the codes of what is wrong with it otherwise.
  func typed(_ condition: String) -> String {
    let program = check(condition)
    guard let rule = program.value?.authz.flatMap(\.rules).first(where: { $0.name == "rule" }) else {
      return program.codes
    }
    return rule.condition.line
  }

  func codes(_ condition: String) -> String { check(condition).codes }
}

/// The source as a whole program, without the standard library.
func checked(_ text: String) -> Diagnosed<Policy?> {
  var sources = SourceSet()
  let file = SourceFile(path: "a.weir", text: text)
  let parsed = parse(file, id: sources.add(file))
  guard parsed.diagnostics.isEmpty else { return Diagnosed(nil, parsed.diagnostics) }
  return check([parsed.value.unit], sources: sources, standardLibrary: [])
}

extension Diagnosed {
  var codes: String { diagnostics.map(\.kind.code).joined(separator: " ") }

  /// The source after the fix of the only finding.
  func fixed(_ source: String) -> String? {
    guard diagnostics.count == 1, let fix = diagnostics[0].fix else { return nil }
    var bytes = Array(source.utf8)
    bytes.replaceSubrange(fix.span.start..<fix.span.end, with: Array(fix.replacement.utf8))
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Condition {
  /// A compact spelling for tables.
  var line: String {
    switch self {
    case .constant(let value): "\(value)"
    case .and(let operands): "(" + operands.map(\.line).joined(separator: " & ") + ")"
    case .or(let operands): "(" + operands.map(\.line).joined(separator: " | ") + ")"
    case .not(let operand): "!" + operand.line
    case .test(let test): test.line
    }
  }
}

extension WeirPolicy.Test {
  fileprivate var line: String {
    let subject = (quantifier.map { "\($0) " } ?? "") + attribute.line
    let own = quantifier == nil ? isNegated : false
    let otherwise = predicate != .isPresent && whenAbsent != own ? " else \(whenAbsent)" : ""
    return "\(subject) \(isNegated ? "not " : "")\(predicate.line)\(otherwise)"
  }
}

extension Attribute {
  fileprivate var line: String {
    switch self {
    case .method: "method"
    case .scheme: "scheme"
    case .host: "host"
    case .port: "port"
    case .path: "path"
    case .clientIP: "client"
    case .query(let name): "query.\(name)"
    case .header(let name): "header.\(name)"
    case .cookie(let name): "cookie.\(name)"
    case .sourceIP: "source"
    case .sourcePort: "sourceport"
    case .sni: "sni"
    case .caller: "caller"
    case .callerTrustDomain: "domain"
    case .callerNamespace: "namespace"
    case .callerAccount: "account"
    case .claim(let token, let name): "claim\(token).\(name)"
    case .token(let token): "token\(token)"
    case .capture(let name, let bindings):
      "capture.\(name)" + bindings.map { "@\($0.source)\($0.pattern.line)\($0.piece)" }.joined()
    case .time(let part, let zone): "\(part.rawValue)\(zone.map { "@\($0.name)" } ?? "")"
    case .responseStatus: "status"
    case .responseHeader(let name): "response.\(name)"
    }
  }
}

extension Predicate {
  fileprivate var line: String {
    switch self {
    case .isPresent: "present"
    case .equals(let value): "= \(value.line)"
    case .isIn(let values): "in {\(values.map(\.line).joined(separator: " "))}"
    case .isInRanges(let ranges): "in {\(ranges.map { "\($0.lowerBound)..\($0.upperBound)" }.joined(separator: " "))}"
    case .isInNetworks(let networks): "in {\(networks.map(\.description).joined(separator: " "))}"
    case .isUnder(let path): "under \(path)"
    case .matches(let pattern): "~ \(pattern.line)"
    case .matchesAny(let patterns, let values):
      "~ {\((patterns.map(\.line) + values.map(\.line)).joined(separator: " "))}"
    case .matchesRegex(let source): "~ re\(source)"
    case .equalsAttribute(let attribute): "= \(attribute.line)"
    case .isInAttribute(let attribute): "in \(attribute.line)"
    case .isInData(let index): "in data\(index)"
    case .has(let value): "has \(value.line)"
    case .hasAttribute(let attribute): "has \(attribute.line)"
    }
  }
}

extension SegmentPattern {
  fileprivate var line: String {
    let pieces = segments.map { segment in
      switch segment {
      case .literal(let text): text
      case .capture(let name): "{\(name)}"
      }
    }
    var end: [String] = []
    if case .any(let name) = rest { end = ["{\(name ?? "")...}"] }
    return prefix + "/" + (pieces + end).joined(separator: "/")
  }
}

extension Value {
  fileprivate var line: String {
    switch self {
    case .string(let text): "'\(text)'"
    case .int(let number): "\(number)"
    case .ip(let address): "\(address)"
    }
  }
}
