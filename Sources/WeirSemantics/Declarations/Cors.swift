import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  mutating func checkCors(_ items: [Item<CorsField>], module: String, at span: SourceSpan) -> Cors? {
    var origins: Spanned<[Spanned<String>]>?
    var methods: Spanned<[Name]>?
    var headers: Spanned<[Spanned<String>]>?
    var exposed: Spanned<[Spanned<String>]>?
    var credentials: Spanned<Void>?
    var maxAge: Spanned<Int64>?
    for item in items {
      switch item.kind {
      case .origins(let texts): once(&origins, texts, at: item.span, "origins")
      case .methods(let names): once(&methods, names, at: item.span, "methods")
      case .headers(let texts): once(&headers, texts, at: item.span, "headers")
      case .expose(let texts): once(&exposed, texts, at: item.span, "expose")
      case .credentials: once(&credentials, (), at: item.span, "credentials")
      case .maxAge(let value): once(&maxAge, value.value, at: value.span, "max_age")
      }
    }
    guard let origins, !origins.value.isEmpty else {
      missing("origins", in: "`cors`", at: span, help: "add `origins { \"https://shop.example\" }`")
      return nil
    }
    guard let methods, !methods.value.isEmpty else {
      missing("methods", in: "`cors`", at: span, help: "add `methods { GET, POST }`")
      return nil
    }
    unique(origins.value, "origin")
    unique(methods.value.map { Spanned($0.text, $0.span) }, "method")
    for origin in origins.value where origin.value != "*" && !isOrigin(origin.value) {
      report(
        .malformedCors, at: origin.span, "\"\(origin.value)\" is not an origin",
        notes: ["an origin is a scheme, a host and perhaps a port, in lower case, with nothing after"],
        help: "as in \"https://shop.example\"")
    }
    if let all = origins.value.first(where: { $0.value == "*" }) {
      if let credentials {
        report(
          .malformedCors, at: all.span, "every origin would be let in with the user's credentials",
          labels: [.init(credentials.span, "credentials")], help: "name the origins")
      } else if origins.value.count > 1 {
        report(.malformedCors, at: all.span, "`*` makes the other origins mean nothing")
      }
    }
    let names = ((headers?.value ?? []) + (exposed?.value ?? [])).map { expressions.headerType($0, in: module)?.name }
    guard names.allSatisfy({ $0 != nil }) else { return nil }
    unique(headers?.value ?? [], "header")
    unique(exposed?.value ?? [], "header")
    return Cors(
      origins: origins.value.map(\.value), methods: methods.value.compactMap { method($0) },
      headers: (headers?.value ?? []).map { $0.value.lowercased() },
      exposedHeaders: (exposed?.value ?? []).map { $0.value.lowercased() }, allowsCredentials: credentials != nil,
      maxAgeNanoseconds: maxAge.flatMap { duration($0, "`max_age`") })
  }

  /// A method that HTTP knows (RFC 9110 9, RFC 5789).
  mutating func method(_ name: Name) -> String? {
    if Methods.names.contains(name.text) { return name.text }
    expressions.reportUnknown(
      name, "`\(name.text)` is not a method of HTTP", among: Methods.names, as: .unknownMethodName)
    return nil
  }
}

/// RFC 6454 6.2: what browsers send.
private func isOrigin(_ text: String) -> Bool {
  for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
    guard let (host, _) = splitPort(String(text.dropFirst(scheme.count))) else { return false }
    return isDNSName(host) || IPAddress(host) != nil
  }
  return false
}
