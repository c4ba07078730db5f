import WeirPolicy
import WeirSource
import WeirSyntax

/// Names that HTTP itself owns: of one connection (RFC 9110 7.6.1), of the framing of messages (RFC 9112 6), or given by
/// `request.host`. No rule reads them and no route changes them.
let connectionHeaders: Set<String> = [
  "connection", "content-length", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
  "upgrade",
]

/// Whether the proxy writes this header itself, from facts that a policy must not be able to forge.
func isSetByProxy(_ header: String) -> Bool {
  header.hasPrefix("x-forwarded-")
    || ["forwarded", "via", "proxy-authenticate", "proxy-authorization"].contains(header)
}

/// A token of RFC 9110 5.6.2.
func isToken(_ text: String) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
    }
}

extension DeclarationChecker {
  /// `header "x-region": String`
  mutating func collectHeader(_ syntax: HeaderDeclaration, in module: String, isStandard: Bool) {
    let name = syntax.header.value
    guard isToken(name), name == name.lowercased() else {
      let folded = name.lowercased()
      program.modules[module]?.brokenHeaders.insert(folded)
      report(
        .headerDeclaration, at: syntax.header.span, "\"\(name)\" is not a header name in lower case",
        help: "letters, digits and `-`",
        fix: isToken(folded) ? Diagnostic.Fix(syntax.header.span, "\"\(folded)\"") : nil)
      return
    }
    if !isStandard, connectionHeaders.contains(name) {
      program.modules[module]?.brokenHeaders.insert(name)
      report(
        .headerDeclaration, at: syntax.header.span, "rules cannot use the header \"\(name)\"",
        notes: [
          name == "host"
            ? "the host is `request.host`" : "it belongs to the connection or the framing, not to the request"
        ])
      return
    }
    guard let type = headerType(syntax.type) else {
      program.modules[module]?.brokenHeaders.insert(name)
      return
    }
    let declared = HeaderType(name: name, type: type)
    let key = "header " + name
    if let first = moduleNames[module]?[key] {
      report(
        .duplicateName, at: syntax.header.span, "header \"\(name)\" is declared twice",
        labels: [.init(first, "first declared here")])
      return
    }
    moduleNames[module, default: [:]][key] = syntax.header.span
    if isStandard {
      program.standardHeaders[name] = declared
    } else {
      program.modules[module]?.headers[name] = declared
      declaredHeaders.append((declared, syntax.header.span))
    }
  }

  private mutating func headerType(_ type: TypeName) -> ScalarType? {
    let scalar: ScalarType? =
      switch (type.name.text, type.arguments.first?.name.text) {
      case ("String", nil): .string
      case ("Int", nil): .int
      case ("Set", "String"): .stringSet
      default: nil
      }
    guard let scalar, !type.isOptional else {
      report(
        .headerDeclaration, at: type.span, "a header is a String, an Int or a Set<String>",
        notes: type.isOptional ? ["every header may be absent; `?` is understood"] : [])
      return nil
    }
    return scalar
  }

  /// Modules that declare one header agree on its type, with each other and with the standard library.
  mutating func checkHeaderAgreement() {
    var first: [String: (type: HeaderType, span: SourceSpan)] = [:]
    for (header, span) in declaredHeaders {
      if let standard = program.standardHeaders[header.name], standard.type != header.type {
        report(
          .headerDeclaration, at: span,
          "the standard library declares \"\(header.name)\" as \(standard.type.spelling)",
          help: "leave the declaration out")
      } else if let other = first[header.name], other.type.type != header.type {
        report(
          .headerDeclaration, at: span,
          "header \"\(header.name)\" is \(header.type.spelling) here and \(other.type.type.spelling) in another module",
          labels: [.init(other.span, "declared here")])
      } else {
        first[header.name] = first[header.name] ?? (header, span)
      }
    }
  }

  /// The headers that something reads or changes, for the policy.
  func headersInUse() -> [HeaderType] {
    let types = declaredHeaders.map { ($0.type.name, $0.type) }
    let declared = Dictionary(types, uniquingKeysWith: { first, _ in first })
    return expressions.usedHeaders.sorted().compactMap { declared[$0] ?? program.standardHeaders[$0] }
  }
}
