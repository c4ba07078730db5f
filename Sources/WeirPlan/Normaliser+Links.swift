import WeirPolicy

extension Normaliser {
  /// What always holds between slots, each as an `or` of `and`s of presences: at most one token, claims exactly with their
  /// token, several lines of a header exactly when there is one, cookies only in a cookie header.
  mutating func links() -> [[[Formula]]] {
    var result: [[[Formula]]] = []
    if let tokens = tokenLink() { result.append(tokens) }
    if let cookies = cookieLink() { result.append(cookies) }
    for slot in slots where !slot.isRepeated {
      let repeated = Slot(slot.attribute, isRepeated: true, context: context)
      guard let repeated, repeated.isRepeated, repeated != slot, slots.contains(repeated) else { continue }
      let pair = [self.slot(slot), self.slot(repeated)]
      result.append([pair.compactMap { present($0) }, pair.compactMap { present($0)?.negated }])
    }
    return result
  }

  private mutating func present(_ slot: Int) -> Formula? { atom(slot, .isPresent) }

  private mutating func cookieLink() -> [[Formula]]? {
    let header = slots.indices.first { slots[$0].attribute == .cookieHeader }
    let cookies = slots.indices.filter { slots[$0].attribute.isCookie }
    guard let header, !cookies.isEmpty else { return nil }
    return [[present(header)].compactMap(\.self), cookies.compactMap { present($0)?.negated }]
  }

  private mutating func tokenLink() -> [[Formula]]? {
    struct Claims {
      var required: [Int] = []
      var all: [Int] = []
    }
    var claims: [Int: Claims] = [:]
    for (index, slot) in slots.enumerated() {
      switch slot.attribute {
      case .token(let token): claims[token, default: Claims()].all += []
      case .claim(let token, let name):
        let isOptional =
          context.policy.tokens.indices.contains(token)
          ? context.policy.tokens[token].claims.first { $0.name == name }?.isOptional ?? (name != "iss") : true
        claims[token, default: Claims()].all.append(index)
        if !isOptional { claims[token, default: Claims()].required.append(index) }
      default: continue
      }
    }
    let tokens = claims.keys.sorted()
    guard tokens.count > 1 || claims.values.contains(where: { !$0.all.isEmpty }) else { return nil }
    var present: [Int: [Formula]] = [:]
    var absent: [Int: [Formula]] = [:]
    for token in tokens {
      guard let claims = claims[token], let slot = Slot(.token(token), isRepeated: false, context: context) else {
        continue
      }
      let place = self.slot(slot)
      present[token] = ([place] + claims.required).compactMap { self.present($0) }
      absent[token] = ([place] + claims.all).compactMap { self.present($0)?.negated }
    }
    // None, or just one of them.
    return ([nil] + tokens.map(Optional.some)).map { chosen in
      tokens.flatMap { ($0 == chosen ? present[$0] : absent[$0]) ?? [] }
    }
  }
}
