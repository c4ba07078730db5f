import WeirPolicy
import WeirReference
import WeirRequest

/// Two policies that are compared, with one numbering of issuers, data sets and headers.
struct PolicyPair {
  struct Side {
    /// As it was given: the reference evaluator decides by this one.
    let original: Policy
    /// With the numbering that both share.
    let shared: Policy
    let reference: ReferenceEvaluator
    /// Where gateways admit everybody and services allow everything, so that a verdict is about routes alone.
    let routing: ReferenceEvaluator
    /// Where every request of a gateway takes the last route and services allow everything, so that a verdict is about
    /// the gateway alone.
    let admitting: ReferenceEvaluator
    /// The index of a shared data set in `original`.
    private let ownSet: [Int: Int]
    /// The index of a shared issuer in `original`.
    let ownToken: [Int: Int]
    private let decoder: RequestDecoder

    fileprivate init(_ original: Policy, shared: Policy, _ numbering: Renumbering) {
      self.original = original
      self.shared = shared
      func inverted(_ numbers: [Int]) -> [Int: Int] {
        Dictionary(numbers.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      }
      ownSet = inverted(numbering.dataSets)
      ownToken = inverted(numbering.tokens)
      reference = ReferenceEvaluator(policy: original)
      routing = ReferenceEvaluator(policy: original.withoutDecisions(routes: false))
      admitting = ReferenceEvaluator(policy: original.withoutDecisions(routes: true))
      decoder = RequestDecoder(data: DataNames(original.dataSets))
    }

    /// A request as this side's hosts are given it: as a line of `eval`, and what was read from that line.
    ///
    /// - Returns: `nil` when it cannot be written as such a line.
    func request(_ shared: RequestFacts) -> (line: JSONValue, facts: RequestFacts)? {
      var own = shared
      own.data = [:]
      for (set, members) in shared.data { if let index = ownSet[set] { own.data[index] = members } }
      guard let line = own.json(dataSets: original.dataSets) else { return nil }
      do throws(RequestError) { return (line, try decoder.decode(Array(line.text.utf8))) } catch { return nil }
    }

    func place(_ position: Position) -> String { "\(original.files[position.file]):\(position.line)" }
  }

  let old: Side
  let new: Side
  /// Declared with other types on the two sides.
  private let unlikeHeaders: Set<String>
  /// In the shared numbering.
  private let unlikeClaims: Set<Attribute>

  init(old: Policy, new: Policy) {
    var tokens = old.tokens
    var unlikeClaims: Set<Attribute> = []
    var newTokens: [Int] = []
    for issuer in new.tokens {
      // Tokens say who made them; what a policy calls that is its own affair.
      if let known = old.tokens.firstIndex(where: { $0.issuer == issuer.issuer }) {
        for name in tokens[known].add(issuer) { unlikeClaims.insert(.claim(token: known, name: name)) }
        newTokens.append(known)
      } else {
        newTokens.append(tokens.count)
        tokens.append(issuer)
      }
    }
    var sets = old.dataSets
    var newSets: [Int] = []
    for set in new.dataSets {
      let known = old.dataSets.firstIndex { $0.module == set.module && $0.name == set.name && $0.member == set.member }
      newSets.append(known ?? sets.count)
      if known == nil { sets.append(set) }
    }
    var headers = old.headers
    var unlikeHeaders: Set<String> = []
    for header in new.headers {
      guard let known = old.headers.first(where: { $0.name == header.name }) else {
        headers.append(header)
        continue
      }
      if known.type != header.type { unlikeHeaders.insert(header.name) }
    }
    headers.sort { $0.name < $1.name }
    self.unlikeHeaders = unlikeHeaders
    self.unlikeClaims = unlikeClaims
    func side(_ policy: Policy, _ tokenNumbers: [Int], _ setNumbers: [Int]) -> Side {
      let renumbering = Renumbering(tokens: tokenNumbers, dataSets: setNumbers)
      let shared = renumbering.policy(policy, tokens: tokens, dataSets: sets, headers: headers)
      return Side(policy, shared: shared, renumbering)
    }
    self.old = side(old, Array(old.tokens.indices), Array(old.dataSets.indices))
    self.new = side(new, newTokens, newSets)
  }

  /// Why conditions of the two sides cannot be compared: they read what has another type; `nil` when they can.
  func conflict(_ conditions: [Condition]) -> String? {
    for attribute in conditions.flatMap(\.attributes) {
      switch attribute {
      case .header(let name) where unlikeHeaders.contains(name): return "header `\(name)` has another type"
      case .claim(_, let name) where unlikeClaims.contains(attribute): return "claim `\(name)` has another form"
      default: continue
      }
    }
    return nil
  }
}

extension TokenIssuer {
  /// Adds what a token needs to be valid under the other declaration, too.
  ///
  /// - Returns: the names of claims that are read in another way there.
  fileprivate mutating func add(_ other: TokenIssuer) -> [String] {
    var unlike: [String] = []
    let common = audiences.filter(other.audiences.contains)
    if !common.isEmpty { audiences = common }
    for claim in other.claims {
      guard let known = claims.firstIndex(where: { $0.name == claim.name }) else {
        claims.append(claim)
        continue
      }
      if !claim.isOptional { claims[known].isOptional = false }
      let isAlike =
        claims[known].type == claim.type && claims[known].path == claim.path
        && claims[known].separator == claim.separator
      if !isAlike { unlike.append(claim.name) }
    }
    claims.sort { $0.name < $1.name }
    return unlike
  }
}

extension Condition {
  /// Everything that is read, second operands included.
  var attributes: [Attribute] { tests.flatMap(\.reads) }
}

extension Policy {
  /// - Parameter routes: whether routes are taken without being chosen; else gateways admit everybody.
  fileprivate func withoutDecisions(routes: Bool) -> Policy {
    var result = self
    for index in services.indices { result.services[index].isEnforcedBySidecar = true }
    if routes {
      for table in routeTables.indices {
        result.routeTables[table].singleReads = []
        for route in routeTables[table].routes.indices {
          let isLast = route == routeTables[table].routes.count - 1
          result.routeTables[table].routes[route].condition = .constant(isLast)
        }
      }
    } else {
      for scope in gateways.compactMap(\.authz) {
        result.authz[scope].singleReads = []
        result.authz[scope].rules = [
          Rule(
            name: "", effect: .allow, isShadow: false, condition: .constant(true), until: nil, module: "",
            annotations: Annotations(), documentation: "", position: authz[scope].position)
        ]
      }
    }
    return result
  }
}
