import WeirPolicy
import WeirSource
import WeirSyntax

/// What can be read of a request, and where.
enum AttributeRoot: String, CaseIterable {
  case request, source, sni, caller, token, capture, time, response

  /// Members, for messages and suggestions; `token` and `capture` have names of the policy.
  var members: [String] {
    switch self {
    case .request: ["method", "scheme", "host", "port", "path", "query", "header", "cookie", "client_ip"]
    case .source: ["ip", "port"]
    case .sni, .token, .capture: []
    case .caller: ["trust_domain", "namespace", "account"]
    case .time: ["weekday", "hour", "minute", "date"]
    case .response: ["status", "header"]
    }
  }
}

extension ExpressionChecker {
  /// The attribute that a reference names, if it exists in this scope.
  mutating func reading(_ reference: Reference, _ root: AttributeRoot, in scope: Scope) -> Reading? {
    let parts = reference.parts.dropFirst()
    guard reference.arguments == nil else {
      fail(.wrongArguments, at: reference.span, "`\(root.rawValue)` is an attribute, not a function")
      return nil
    }
    guard let first = parts.first else { return wholeRoot(root, reference.span, in: scope) }
    guard case .name(let member) = first else {
      fail(.unknownAttribute, at: reference.span, "`\(root.rawValue)` has no entries in brackets", notes: root.note)
      return nil
    }
    var key: Spanned<String>?
    if parts.count == 2, case .key(let text, let span) = parts[parts.startIndex + 1] {
      key = Spanned(text, span)
    } else if parts.count > 1 {
      fail(.unknownAttribute, at: reference.span, "`\(root.rawValue).\(member.text)` has no parts")
      return nil
    }
    let text = "\(root.rawValue).\(member.text)" + (key.map { "[\"\($0.value)\"]" } ?? "")
    let draft = ReadingDraft(text: text, span: reference.span, member: member, key: key)
    switch root {
    case .request: return request(draft, in: scope)
    case .source:
      switch member.text {
      case "ip": return plain(draft, .sourceIP, .ip)
      case "port": return plain(draft, .sourcePort, .int)
      default: return unknown(draft, of: root)
      }
    case .sni: return unknown(draft, of: root)
    case .caller:
      switch member.text {
      case "trust_domain": return plain(draft, .callerTrustDomain, .string, isOptional: scope.context.callerIsOptional)
      case "namespace": return plain(draft, .callerNamespace, .string, isOptional: true)
      case "account": return plain(draft, .callerAccount, .string, isOptional: true)
      default: return unknown(draft, of: root)
      }
    case .token: return claim(draft, in: scope)
    case .capture: return capture(draft, in: scope)
    case .time:
      switch member.text {
      case "weekday": return plain(draft, .time(.weekday, zone: nil), .weekday)
      case "hour": return plain(draft, .time(.hour, zone: nil), .int)
      case "minute": return plain(draft, .time(.minute, zone: nil), .int)
      case "date": return plain(draft, .time(.date, zone: nil), .date)
      default: return unknown(draft, of: root)
      }
    case .response: return response(draft, in: scope)
    }
  }

  /// `caller`, `sni`, `time` and `token` stand alone.
  private mutating func wholeRoot(_ root: AttributeRoot, _ span: SourceSpan, in scope: Scope) -> Reading? {
    let draft = ReadingDraft(text: root.rawValue, span: span, member: Name(root.rawValue, span), key: nil)
    switch root {
    case .caller: return plain(draft, .caller, .identity, isOptional: scope.context.callerIsOptional)
    case .sni: return plain(draft, .sni, .host, isOptional: true)
    case .time: return plain(draft, .time(.instant, zone: nil), .time)
    case .token:
      guard let token = issuer(draft, in: scope) else { return nil }
      var reading = plain(draft, .token(token), .bool, isOptional: true)
      reading?.isOnlyPresent = true
      return reading
    case .request, .source, .capture, .response:
      fail(.unknownAttribute, at: span, "`\(root.rawValue)` alone is no value", notes: root.note)
      return nil
    }
  }

  private mutating func request(_ draft: ReadingDraft, in scope: Scope) -> Reading? {
    guard AttributeRoot.request.members.contains(draft.member.text) else { return unknown(draft, of: .request) }
    guard scope.context.layer != .connection else {
      fail(
        .wrongLayer, at: draft.span, "`\(draft.text)` cannot be read in \(scope.context.scopeName)",
        notes: [
          "it holds at connection level, where there is no HTTP request: `source.*`, `sni`, `caller` and `time` exist there"
        ])
      return nil
    }
    guard scope.context.use != .retry else {
      fail(
        .wrongLayer, at: draft.span, "a retry looks at the response, not at `\(draft.text)`",
        notes: ["which requests are retried is said by the route that names the retry"])
      return nil
    }
    switch draft.member.text {
    case "method": return plain(draft, .method, .method)
    case "scheme": return plain(draft, .scheme, .string)
    case "host": return plain(draft, .host, .host)
    case "port": return plain(draft, .port, .int)
    case "path": return plain(draft, .path, .path)
    case "client_ip": return plain(draft, .clientIP, .ip)
    case "header": return header(draft, in: scope) { .header($0) }
    case "query", "cookie":
      guard let key = requireKey(draft) else { return nil }
      let isQuery = draft.member.text == "query"
      guard isQuery ? !key.value.isEmpty : key.value.isToken else {
        fail(
          .unknownAttribute, at: key.span,
          isQuery ? "a query parameter has a name" : "`\(key.value)` cannot be the name of a cookie")
        return nil
      }
      return Reading(
        attribute: isQuery ? .query(key.value) : .cookie(key.value), type: .string, isOptional: true,
        occurrence: .repeatable, text: draft.text, span: draft.span)
    default: return unknown(draft, of: .request)
    }
  }

  private mutating func response(_ draft: ReadingDraft, in scope: Scope) -> Reading? {
    guard AttributeRoot.response.members.contains(draft.member.text) else { return unknown(draft, of: .response) }
    guard scope.context.layer == .response else {
      fail(
        .wrongLayer, at: draft.span, "`\(draft.text)` is not known yet in \(scope.context.scopeName)",
        notes: ["a response can be read in the conditions of a retry and in changes of response headers"])
      return nil
    }
    if draft.member.text == "status" { return plain(draft, .responseStatus, .status) }
    return header(draft, in: scope) { .responseHeader($0) }
  }

  private mutating func header(
    _ draft: ReadingDraft, in scope: Scope, _ attribute: (String) -> Attribute
  ) -> Reading? {
    guard let key = requireKey(draft), let header = headerType(key, in: scope.module) else { return nil }
    if key.value != header.name {
      fail(
        .secondSpelling, at: key.span, "header names are written in lower case",
        fix: .init(key.span, "\"\(header.name)\""))
      return nil
    }
    let isList = header.type == .stringSet
    return Reading(
      attribute: attribute(header.name), type: header.type == .int ? .int : .string, isOptional: true,
      occurrence: isList ? .list : .repeatable, text: draft.text, span: draft.span)
  }

  private mutating func requireKey(_ draft: ReadingDraft) -> Spanned<String>? {
    if let key = draft.key { return key }
    fail(
      .unknownAttribute, at: draft.span,
      "`\(draft.text)` needs a name in brackets, such as `\(draft.text)[\"x-region\"]`")
    return nil
  }

  private mutating func plain(
    _ draft: ReadingDraft, _ attribute: Attribute, _ type: Type, isOptional: Bool = false
  ) -> Reading? {
    guard draft.key == nil else {
      fail(.unknownAttribute, at: draft.span, "`\(draft.text.prefix { $0 != "[" })` has no entries in brackets")
      return nil
    }
    return Reading(attribute: attribute, type: type, isOptional: isOptional, text: draft.text, span: draft.span)
  }

  private mutating func unknown(_ draft: ReadingDraft, of root: AttributeRoot) -> Reading? {
    let suggestion = Spelling.suggestion(for: draft.member.text, among: root.members)
    fail(
      .unknownAttribute, at: draft.member.span, "`\(root.rawValue)` has no `\(draft.member.text)`", notes: root.note,
      help: suggestion.map { "did you mean `\(root.rawValue).\($0)`?" },
      fix: suggestion.map { .init(draft.member.span, $0) })
    return nil
  }

  // MARK: - Tokens and captures

  /// The issuer whose tokens are read here.
  private mutating func issuer(_ draft: ReadingDraft, in scope: Scope) -> Int? {
    guard scope.context.layer != .connection else {
      fail(
        .wrongLayer, at: draft.span, "`\(draft.text)` cannot be read in \(scope.context.scopeName)",
        notes: ["tokens come with HTTP requests, and it holds at connection level"])
      return nil
    }
    guard scope.context.use != .retry else {
      fail(.wrongLayer, at: draft.span, "a retry looks at the response, not at `\(draft.text)`")
      return nil
    }
    guard let token = scope.context.token else {
      // The name after `with token` was reported: that its claims are unknown follows from it.
      if hasUnresolvedIssuer { return nil }
      let names = program.policy.tokens.map(\.name).sorted()
      let example = names.first ?? "NAME"
      fail(
        .tokenWithoutIssuer, at: draft.span, "\(scope.context.scopeName) does not say whose tokens it reads",
        notes: ["a token counts only when its issuer is chosen by name"],
        help: names.isEmpty
          ? "declare a `jwt` and write `with token NAME` before the brace"
          : "write `with token \(example)` before the brace of \(scope.context.scopeName)")
      return nil
    }
    return token
  }

  private mutating func claim(_ draft: ReadingDraft, in scope: Scope) -> Reading? {
    guard let token = issuer(draft, in: scope) else { return nil }
    let issuer = program.policy.tokens[token]
    let name = draft.member.text
    let type: Type
    if let claim = issuer.claims.first(where: { $0.name == name }) {
      type = Type(claim.type)
    } else if let implied = TokenIssuer.impliedClaims[name] {
      type = Type(implied)
    } else {
      let known = issuer.claims.map(\.name) + TokenIssuer.impliedClaims.keys
      let suggestion = Spelling.suggestion(for: name, among: Set(known).sorted())
      fail(
        .unknownClaim, at: draft.member.span, "jwt `\(issuer.name)` declares no claim `\(name)`",
        notes: ["its claims are \(Set(known).sorted().map { "`\($0)`" }.joined(separator: ", "))"],
        help: suggestion.map { "did you mean `token.\($0)`?" } ?? "add `claim \(name): String` to `jwt \(issuer.name)`",
        fix: suggestion.map { .init(draft.member.span, $0) })
      return nil
    }
    // The token itself may be absent.
    return plain(draft, .claim(token: token, name: name), type, isOptional: true)
  }

  private mutating func capture(_ draft: ReadingDraft, in scope: Scope) -> Reading? {
    let name = draft.member.text
    guard let bindings = scope.captures[name] else {
      let suggestion = Spelling.suggestion(for: name, among: scope.captures.keys.sorted())
      fail(
        .unboundCapture, at: draft.span, "no `matches` beside this test binds `\(draft.text)`",
        notes: ["a capture can be used where a `matches` test that binds it stands in the same list of `and`"],
        help: suggestion.map { "did you mean `capture.\($0)`?" },
        fix: suggestion.map { .init(draft.member.span, $0) })
      return nil
    }
    return plain(draft, .capture(name: name, bindings), .string)
  }

  /// A claim that is there whenever the token is.
  func isRequired(claim name: String, ofToken token: Int) -> Bool {
    if let claim = program.policy.tokens[token].claims.first(where: { $0.name == name }) { return !claim.isOptional }
    return name == "iss"
  }
}

/// The words of a reference before it is known what they read.
struct ReadingDraft {
  var text: String
  var span: SourceSpan
  var member: Name
  var key: Spanned<String>?
}

extension TokenIssuer {
  /// Claims that every issuer has (RFC 7519 section 4.1); `sub` and `aud` may be absent.
  static let impliedClaims: [String: ScalarType] = ["iss": .string, "sub": .string, "aud": .stringSet]
}

extension Type {
  init(_ scalar: ScalarType) {
    self =
      switch scalar {
      case .string: .string
      case .int: .int
      case .bool: .bool
      case .time: .time
      case .stringSet: .set(.string)
      case .identity: .identity
      case .ip: .ip
      case .host: .host
      case .path: .path
      }
  }
}

extension AttributeRoot {
  fileprivate var note: [String] {
    members.isEmpty ? [] : ["`\(rawValue)` has \(members.map { "`\($0)`" }.joined(separator: ", "))"]
  }
}

extension String {
  /// RFC 9110 section 5.6.2.
  var isToken: Bool {
    !isEmpty
      && utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || "!#$%&'*+-.^_`|~".utf8.contains($0)
      }
  }
}
