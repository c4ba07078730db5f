import WeirPolicy

/// Makes the classes of a slot of texts.
struct TextClassesBuilder {
  typealias Entry = (index: Int32, atom: TextAtom)

  let slot: Slot
  let purpose: Space.Purpose
  let limits: PlanLimits
  private let entries: [Entry]
  private var pool = ListPool()

  /// - Parameter atoms: with their index in the space.
  init(slot: Slot, atoms: [Entry], purpose: Space.Purpose, limits: PlanLimits) {
    self.slot = slot
    self.purpose = purpose
    self.limits = limits
    // The simple ones first: what does not fit is at the end.
    // Those with wildcards at the same places together: they multiply least.
    entries = atoms.map { ($0.atom.complexity, $0.atom.wildcards, $0) }
      .sorted { ($0.0, $0.1, $0.2.index) < ($1.0, $1.1, $1.2.index) }.map(\.2)
  }

  /// - Returns: the classes, or the atoms that there is no room for.
  mutating func build() -> SlotOutcome {
    let patternFit = largestFit(entries.count) { [limits] count -> (TokenAutomaton, ListPool)? in
      var pool = ListPool()
      return TokenAutomaton(Self.patterns(entries.prefix(count)), marked: [], pool: &pool, limits: limits)
        .map { ($0, pool) }
    }
    let withMachines = entries.filter { !$0.atom.machines.isEmpty }
    let withPatterns = entries.filter { !$0.atom.patterns.isEmpty }
    guard patternFit.count == entries.count, let (automaton, tokenPool) = patternFit.result else {
      return .refused(Set(entries.dropFirst(patternFit.count).map { Int($0.index) }))
    }
    pool = tokenPool
    var tokens = automaton
    let machineFit = largestFit(withMachines.count) { [limits, pool] count -> (RegexProduct, ListPool)? in
      var pool = pool
      let machines = withMachines.prefix(count).flatMap { entry in entry.atom.machines.map { (entry.index, $0) } }
      return RegexProduct(machines, pool: &pool, limits: limits).map { ($0, pool) }
    }
    guard machineFit.count == withMachines.count, let (regexes, regexPool) = machineFit.result else {
      return .refused(Set(withMachines.dropFirst(machineFit.count).map { Int($0.index) }))
    }
    pool = regexPool
    let exact = namedTexts()
    if case .finite(let texts) = slot.kind {
      let classifier = TextClassifier(kind: slot.kind, exact: exact, tokens: tokens, regexes: regexes, pool: pool)
      return outcome(texts, classifier)
    }
    // The marks have done their work once there are enough: the classes are those of the automaton without them.
    let classifier = TextClassifier(kind: slot.kind, exact: exact, tokens: automaton, regexes: regexes, pool: pool)

    // An open class needs a text that no atom names. Where the first one found is named, the named texts of its kind get
    // states of their own, and the next one found is another.
    var marked: Set<String> = []
    while true {
      guard let found = TextExploration(kind: slot.kind, tokens: tokens, regexes: regexes, limits: limits) else {
        return half(of: withMachines, withPatterns)
      }
      let open = found.ends.filter { !tokens.isMarked[Int($0.tokens)] }
      var collided: Set<UInt64> = []
      for end in open where exact[.string(end.text)] != nil {
        collided.insert(pair(tokens.accepted[Int(end.tokens)], regexes.accepted[Int(end.regexes)]))
      }
      if collided.isEmpty {
        return outcome(open.map(\.text), classifier)
      }
      for (text, signature) in classifier.named {
        if collided.contains(pair(signature.patterns, signature.regexes)) { marked.insert(text) }
      }
      let pieces = marked.sorted().compactMap { slot.kind.pieces(of: $0)?.map(String.init) }
      guard
        let separated = TokenAutomaton(Self.patterns(entries[...]), marked: pieces, pool: &pool, limits: limits)
      else { return half(of: withPatterns) }
      tokens = separated
    }
  }

  /// The one path that is none.
  private var asterisk: [String] {
    if case .path = slot.kind, purpose == .deciding { ["*"] } else { [] }
  }

  private static func patterns(_ entries: ArraySlice<Entry>) -> [(atom: Int32, pattern: TokenPattern)] {
    entries.flatMap { entry in entry.atom.patterns.map { (entry.index, $0) } }
  }

  private mutating func namedTexts() -> [Value: Int32] {
    var namedBy: [Value: [Int32]] = [:]
    for (index, atom) in entries { for value in atom.values { namedBy[value, default: []].append(index) } }
    return namedBy.mapValues { pool.id($0.asSet) }
  }

  private func outcome(_ texts: [String], _ classifier: TextClassifier) -> SlotOutcome {
    if let found = classes(texts, classifier) { return .classes(found) }
    return half(of: entries.filter { !$0.atom.patterns.isEmpty || !$0.atom.machines.isEmpty })
  }

  /// Where all together are too much: half of the first of these that are any, else half of all.
  private func half(of kinds: [Entry]...) -> SlotOutcome {
    let refused = kinds.first { !$0.isEmpty } ?? entries
    return .refused(Set(refused.dropFirst(refused.count / 2).map { Int($0.index) }))
  }

  /// A class for each thing that the three parts of the classifier say of these texts and then of those that are named; `nil`
  /// when their lists grow too long.
  private func classes(_ texts: [String], _ classifier: TextClassifier) -> SlotClasses? {
    // What is listed text by text is there anyhow.
    var room = limits.memberships(ofAtoms: entries.count) + entries.reduce(0) { $0 + $1.atom.values.count }
    var classifier = classifier
    var witnesses: [SlotValue] = slot.canBeAbsent ? [.absent] : []
    // By atom.
    var found = [[Int32]](repeating: [], count: entries.map { Int($0.index) + 1 }.max() ?? 0)
    let first = texts.map { ($0, classifier.signature(of: $0)) }
    let named = classifier.named.filter { slot.kind.canHold($0.text) }
    let last = asterisk.map { ($0, classifier.signature(of: $0)) }
    for (text, signature) in first + named + last {
      guard classifier.classOf[signature] == nil else { continue }
      let id = Int32(witnesses.count)
      classifier.setClass(id, of: signature)
      witnesses.append(.value(.string(text)))
      let atoms = classifier.atoms(of: signature)
      room -= atoms.count
      guard room >= 0 else { return nil }
      for atom in atoms { found[Int(atom)].append(id) }
    }
    var holding: [Int: [Int32]] = [:]
    holding.reserveCapacity(entries.count)
    for entry in entries { holding[Int(entry.index)] = found[Int(entry.index)] }
    return SlotClasses(witnesses: witnesses, holding: holding, classifier: .text(classifier))
  }
}

enum SlotOutcome {
  case classes(SlotClasses)
  /// Indices of atoms; none only where there is no room for a slot without any.
  case refused(Set<Int>)
}

extension TextAtom {
  /// How likely it is that this atom does not fit beside others.
  fileprivate var complexity: Int {
    let machineCost = machines.map { machine in
      let hasEnd = machine.accepting.indices.contains { machine.isDead(Int32($0)) }
      return machine.accepting.count + (hasEnd ? 0 : 1_000_000)
    }
    let patternCost = patterns.map { pattern in
      let lastLiteral = pattern.tokens.lastIndex { $0 != .wildcard } ?? 0
      return pattern.tokens.prefix(lastLiteral).count { $0 == .wildcard }
    }
    return machineCost.reduce(0, +) + (patternCost.max() ?? 0)
  }
}

extension TextAtom {
  /// Where the pattern with the most wildcards has them, one bit a piece.
  fileprivate var wildcards: UInt64 {
    patterns.map { pattern in
      pattern.tokens.prefix(64).enumerated().reduce(0) { $0 | ($1.element == .wildcard ? 1 << UInt64($1.offset) : 0) }
    }.max() ?? 0
  }
}

extension Slot.Kind {
  /// Whether a request can have this text in such a slot.
  func canHold(_ text: String) -> Bool {
    switch self {
    case .path(let view):
      guard var pieces = pieces(of: text) else { return false }
      let domain = PieceDomain.pathSegment(isFolded: view.ignoresCase)
      var isFirst = true
      while let piece = pieces.next() {
        guard piece.isEmpty ? pieces.rest == nil && (isFirst || !view.ignoresTrailingSlash) : domain.accepts(piece)
        else { return false }
        isFirst = false
      }
      return true
    case .identity:
      guard let pieces = pieces(of: text) else { return false }
      return pieces.enumerated().allSatisfy { index, piece in
        (index == 0 ? PieceDomain.trustDomain : .identitySegment).accepts(piece)
      }
    case .text(let domain): return PieceDomain.text(domain).accepts(text)
    case .finite(let texts): return texts.contains(text)
    case .integer, .address, .presence: return false
    }
  }
}

extension [String] {
  /// In the order of their bytes, which is the same on every machine and tells canonically equivalent strings apart.
  func sortedByBytes() -> [String] { sorted { $0.precedesByBytes($1) } }
}
