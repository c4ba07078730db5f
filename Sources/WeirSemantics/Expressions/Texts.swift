import HTTPCanonical
import WeirPolicy
import WeirRegex
import WeirSource
import WeirSyntax

/// Hosts, addresses and identities in quotes: checked, and turned into the one spelling that requests are compared with.
extension ExpressionChecker {
  /// `shop.example`, folded; no port, no wildcard.
  mutating func host(_ text: Spanned<String>) -> String? {
    if text.value.hasPrefix("*.") {
      fail(
        .badHost, at: text.span, "`\(text.value)` stands for many hosts, one is expected here",
        notes: ["wildcards belong into `hosts` and `routes`; a test on a host can use `matches re\"…\"`"])
      return nil
    }
    switch Canonical.host(Array(text.value.utf8)) {
    case .failure(let reason):
      fail(.badHost, at: text.span, "`\(text.value)` is no host: \(reason.explanation)")
      return nil
    case .success(let authority):
      let host = String(decoding: authority.host, as: UTF8.self)
      guard authority.port == nil else {
        fail(
          .badHost, at: text.span, "a host has no port here",
          notes: ["the port of a request is `request.port`"], fix: .init(text.span, "\"\(host)\""))
        return nil
      }
      return host
    }
  }

  /// `shop.example` or `*.shop.example`.
  mutating func hostPattern(_ text: Spanned<String>) -> HostPattern? {
    guard text.value.hasPrefix("*.") else {
      return host(text).map { HostPattern(isWildcard: false, name: $0) }
    }
    let rest = Spanned(String(text.value.dropFirst(2)), text.span)
    return host(rest).map { HostPattern(isWildcard: true, name: $0) }
  }

  mutating func address(_ text: Spanned<String>) -> IPAddress? {
    if let address = IPAddress(text.value) { return address }
    if (try? Network.parse(text.value)) != nil {
      fail(
        .badAddress, at: text.span, "`\(text.value)` is a network, one address is expected here",
        help: "to test membership write `in \"\(text.value)\"`")
    } else {
      fail(.badAddress, at: text.span, "`\(text.value)` is no IP address")
    }
    return nil
  }

  /// A CIDR, or one address.
  mutating func network(_ text: Spanned<String>) -> Network? {
    if let address = IPAddress(text.value) { return Network(address) }
    do {
      return try Network.parse(text.value)
    } catch {
      switch error {
      case .malformed:
        fail(
          .badAddress, at: text.span, "`\(text.value)` is no network",
          notes: ["a CIDR reads \"10.0.0.0/8\" or \"fd00::/8\""])
      case .prefixTooLong:
        fail(.badAddress, at: text.span, "`\(text.value)` has a prefix longer than its address")
      case .hostBits(let network):
        fail(
          .badAddress, at: text.span, "`\(text.value)` has bits set beyond its prefix",
          notes: ["either the address or the prefix is not what was meant"], help: "the network is `\(network)`",
          fix: .init(text.span, "\"\(network)\""))
      }
      return nil
    }
  }

  /// A SPIFFE trust domain: lower case letters, digits, `.`, `-` and `_` (SPIFFE ID section 2.1).
  mutating func trustDomain(_ text: Spanned<String>) -> String? {
    if SPIFFE.isTrustDomain(text.value) { return text.value }
    let folded = text.value.lowercased()
    let isCase = SPIFFE.isTrustDomain(folded)
    fail(
      .badIdentity, at: text.span, "`\(text.value)` is no trust domain",
      notes: ["a trust domain has lower case letters, digits, `.`, `-` and `_`"],
      fix: isCase ? .init(text.span, "\"\(folded)\"") : nil)
    return nil
  }

  /// An exact SPIFFE identity.
  mutating func identity(_ text: Spanned<String>) -> String? {
    if SPIFFE.isIdentity(text.value) { return text.value }
    // What is wrong with it is said of it as a pattern.
    guard let pattern = identityPattern(text) else { return nil }
    guard pattern.isExact else {
      fail(
        .badIdentity, at: text.span, "`\(text.value)` is a pattern, one identity is expected here",
        notes: ["a caller is compared with a pattern by `caller matches \"…\"`; a `principal` can hold patterns"])
      return nil
    }
    return text.value
  }

  /// A SPIFFE identity with or without `{x}` segments.
  mutating func identityPattern(_ text: Spanned<String>) -> SegmentPattern? {
    let scheme = "spiffe://"
    guard text.value.utf8.starts(with: scheme.utf8) else {
      fail(
        .badIdentity, at: text.span, "`\(text.value)` is no identity",
        notes: ["an identity reads \"spiffe://trust-domain/ns/NAMESPACE/sa/ACCOUNT\""])
      return nil
    }
    let rest = Substring(text.value.utf8.dropFirst(scheme.utf8.count))
    guard let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")), text.value.utf8.count <= SPIFFE.identityBytesMax
    else {
      fail(
        .badIdentity, at: text.span,
        text.value.utf8.count > SPIFFE.identityBytesMax
          ? "the identity is longer than \(SPIFFE.identityBytesMax) bytes"
          : "`\(text.value)` is a trust domain, not the identity of a workload")
      return nil
    }
    let domain = String(rest[..<slash])
    guard SPIFFE.isTrustDomain(domain) else {
      fail(
        .badIdentity, at: text.span, "`\(domain)` is no trust domain",
        notes: ["a trust domain has lower case letters, digits, `.`, `-` and `_`"],
        fix: SPIFFE.isTrustDomain(domain.lowercased())
          ? .init(text.span, "\"\(scheme)\(domain.lowercased())\(rest[slash...])\"") : nil)
      return nil
    }
    guard let pattern = pattern(Spanned(String(rest[slash...]), text.span), prefix: scheme + domain, text: text.value)
    else { return nil }
    for case .literal(let segment) in pattern.segments where !SPIFFE.isSegment(segment) {
      fail(
        .badIdentity, at: text.span,
        segment.isEmpty ? "the identity has an empty segment" : "`\(segment)` cannot be a segment of an identity",
        notes: ["segments have letters, digits, `.`, `-` and `_`"])
      return nil
    }
    return pattern
  }

  /// A method in quotes.
  mutating func method(_ text: Spanned<String>) -> String? {
    let upper = text.value.uppercased()
    if Methods.names.contains(upper) {
      fail(
        .secondSpelling, at: text.span, "`\(upper)` is written without quotes",
        notes: upper == text.value ? [] : ["methods are case-sensitive, and no client sends `\(text.value)`"],
        fix: .init(text.span, upper))
      return nil
    }
    guard case .success = Canonical.headerName(Array(text.value.utf8)) else {
      fail(
        .valueNeverOccurs, at: text.span, "`\(text.value)` is no method",
        notes: ["a method is a token (RFC 9110 5.6.2)"])
      return nil
    }
    return text.value
  }

  /// A regex literal, compiled once to see that it is one and that it is small enough.
  mutating func regex(_ source: String, at span: SourceSpan) -> String? {
    if let known = regexes[source] { return known ? source : nil }
    do {
      _ = try CompiledRegexes.automaton(of: source)
      regexes[source] = true
      return source
    } catch {
      // `re"` stands before the source.
      let start = span.start + 3 + error.offset
      let place = error.offset == 0 ? span : SourceSpan(file: span.file, start: start, end: start + 1)
      fail(error.isLimit ? .regexTooLarge : .badRegex, at: place, error.message)
      regexes[source] = false
      return nil
    }
  }
}

extension RegexError {
  /// The regex is well formed but larger than the compiler allows.
  var isLimit: Bool {
    switch kind {
    case .repetitionTooLarge, .nestingTooDeep, .sourceTooLong, .tooManyAutomatonStates, .tooManyStates, .tooMuchWork:
      true
    case .empty, .emptyAlternative, .emptyGroup, .unclosedGroup, .unopenedGroup, .nothingToRepeat, .repeatedQuantifier,
      .lazyQuantifier, .possessiveQuantifier, .badRepetition, .repetitionReversed, .repetitionZero, .unclosedClass,
      .emptyClass, .reversedRange, .classAsRangeEnd, .nonASCIIInClass, .bracketInClass, .unescaped, .trailingBackslash,
      .unknownEscape, .backreference, .lookaround, .namedGroup, .unsupportedGroup, .anchor, .anchorEscape:
      false
    }
  }
}
