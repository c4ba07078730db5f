import WeirPolicy
import WeirSource
import WeirSyntax

/// Facts about requests that come from outside: tokens and data sets.
extension DeclarationChecker {
  mutating func checkTokens() {
    for token in tokens { checkToken(token) }
  }

  private mutating func checkToken(_ placed: Placed<JWTDeclaration>) {
    let name = placed.syntax.name
    var issuer: Spanned<String>?
    var audiences: Spanned<[Spanned<String>]>?
    var keys: Spanned<TokenIssuer.Keys>?
    var algorithms: Spanned<[TokenIssuer.Algorithm]>?
    var claims: [TokenIssuer.Claim] = []
    var claimNames: [Spanned<String>] = []
    for item in placed.syntax.items {
      switch item.kind {
      case .issuer(let text): once(&issuer, text.value, at: text.span, "issuer")
      case .audience(let texts): once(&audiences, texts, at: item.span, "audience")
      case .keysURL(let text):
        if !text.value.hasPrefix("https://") {
          report(.malformedToken, at: text.span, "keys are fetched over https only")
        }
        once(&keys, .url(text.value), at: item.span, "keys")
      case .keysFile(let text):
        if text.value.isEmpty { report(.malformedToken, at: text.span, "the file has no name") }
        once(&keys, .file(text.value), at: item.span, "keys")
      case .algorithms(let names): once(&algorithms, checkAlgorithms(names), at: item.span, "algorithms")
      case .claim(let claimName, let type, let path, let separator):
        claimNames.append(Spanned(claimName.text, claimName.span))
        if let claim = checkClaim(claimName, type, path, separator) { claims.append(claim) }
      }
    }
    unique(claimNames, "claim")
    for (field, isMissing) in [
      ("issuer", issuer == nil), ("audience", audiences?.value.isEmpty ?? true), ("keys", keys == nil),
      ("algorithms", algorithms == nil),
    ] where isMissing {
      missing(field, in: "jwt `\(name.text)`", at: name.span)
    }
    unique(audiences?.value ?? [], "audience")
    if let issuer {
      if issuer.value.isEmpty { report(.malformedToken, at: issuer.span, "the issuer is empty") }
      if let first = issuers[issuer.value] {
        report(
          .malformedToken, at: issuer.span, "issuer \"\(issuer.value)\" has a `jwt` already",
          labels: [.init(first, "declared here")], notes: ["a token is known by its issuer"])
      } else {
        issuers[issuer.value] = issuer.span
      }
    }
    program.policy.tokens.append(
      TokenIssuer(
        name: name.text, module: placed.module, issuer: issuer?.value ?? "",
        audiences: (audiences?.value ?? []).map(\.value), keys: keys?.value ?? .file(""),
        algorithms: algorithms?.value ?? [], claims: claims.sorted { $0.name < $1.name },
        position: position(placed.span)))
  }

  private mutating func checkAlgorithms(_ names: [Name]) -> [TokenIssuer.Algorithm] {
    let known = TokenIssuer.Algorithm.allCases.map(\.rawValue)
    unique(names.map { Spanned($0.text, $0.span) }, "algorithm")
    return names.compactMap { name in
      if let algorithm = TokenIssuer.Algorithm(rawValue: name.text) { return algorithm }
      expressions.reportUnknown(
        name, "`\(name.text)` is no algorithm for tokens; there are \(known.map { "`\($0)`" }.joined(separator: ", "))",
        among: known, as: .malformedToken)
      return nil
    }
  }

  private mutating func checkClaim(
    _ name: Name, _ typeName: TypeName, _ path: [Spanned<String>], _ separator: Spanned<String>?
  ) -> TokenIssuer.Claim? {
    if ["iss", "sub", "aud"].contains(name.text) {
      report(
        .malformedClaim, at: name.span, "`\(name.text)` is there without a declaration",
        notes: ["`iss` and `sub` are strings, `aud` is a set of strings"])
      return nil
    }
    guard let type = expressions.type(typeName) else { return nil }
    guard let scalar = type.type.scalar, [.string, .int, .bool, .time, .stringSet].contains(scalar) else {
      report(
        .malformedClaim, at: typeName.span, "a claim cannot be \(type.type.name)",
        notes: ["claims are String, Int, Bool, Time or Set<String>"])
      return nil
    }
    if let separator, scalar != .stringSet || separator.value.isEmpty {
      report(
        .malformedClaim, at: separator.span,
        separator.value.isEmpty ? "a claim is split at some text" : "`split` makes a Set<String>",
        notes: ["`claim scopes: Set<String> from \"scope\" split \" \"`"])
      return nil
    }
    if let empty = path.first(where: \.value.isEmpty) {
      report(.malformedClaim, at: empty.span, "a member of a claim has a name")
      return nil
    }
    return TokenIssuer.Claim(
      name: name.text, type: scalar, isOptional: type.isOptional,
      path: path.isEmpty ? [name.text] : path.map(\.value), separator: separator?.value)
  }

  mutating func checkDataSets() {
    for (index, data) in dataSets.enumerated() {
      var member = ScalarType.string
      let declared = expressions.type(data.syntax.type)
      if declared == nil { program.brokenDataSets.insert(index) }
      if let type = declared {
        if case .set(let inner) = type.type, !type.isOptional, let scalar = inner.scalar,
          [.string, .int, .identity, .ip, .host, .path].contains(scalar)
        {
          member = scalar
        } else {
          member = type.type.scalar ?? .string
          program.brokenDataSets.insert(index)
          report(
            .malformedData, at: data.syntax.type.span,
            "a data set cannot be \(type.type.name)\(type.isOptional ? "?" : "")",
            notes: ["data is a Set of String, Int, Identity, IP, Host or Path"])
        }
      }
      let members = inRange(data.syntax.max, 1...10_000_000, "`max`") ?? 1
      let stale = duration(data.syntax.stale, "`stale`") ?? 1
      program.policy.dataSets.append(
        DataSet(
          name: data.syntax.name.text, module: data.module, member: member, membersMax: Int(members),
          staleNanoseconds: stale, position: position(data.span)))
    }
  }
}
