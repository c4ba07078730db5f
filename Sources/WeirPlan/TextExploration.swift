/// Finds what patterns and regexes of one slot can say together of a text that can occur, with a shortest such text each.
struct TextExploration {
  let kind: Slot.Kind
  let tokens: TokenAutomaton
  let regexes: RegexProduct
  let limits: PlanLimits
  /// What the two say at the end of a text, in the order found: the state of the tokens and that of the regexes, and the text.
  private(set) var ends: [(tokens: Int32, regexes: Int32, text: String)] = []
  private var ended: Set<UInt64> = []
  private var words: [WordsKey: [(state: Int32, word: String)]] = [:]
  private var steps = 0

  private struct WordsKey: Hashable {
    var state: Int32
    var domain: PieceDomain
  }

  private struct Place {
    var tokens: Int32
    var regexes: Int32
    var text: String
    var isFirst: Bool
  }

  /// - Returns: `nil` when there is too much to look at.
  init?(kind: Slot.Kind, tokens: TokenAutomaton, regexes: RegexProduct, limits: PlanLimits) {
    self.kind = kind
    self.tokens = tokens
    self.regexes = regexes
    self.limits = limits
    let lead = kind.lead ?? ""
    var places = [Place(tokens: 0, regexes: regexes.run(lead, from: regexes.start), text: lead, isFirst: true)]
    var seen: Set<UInt64> = []
    var current = 0
    while current < places.count {
      let place = places[current]
      current += 1
      for (tokenState, regexState, piece) in pieces(at: place) {
        let text = place.text + piece
        if ended.insert(pair(tokenState, regexState)).inserted { ends.append((tokenState, regexState, text)) }
        // Nothing follows an empty piece, nor anything in a text that is not split.
        guard kind.lead != nil, !piece.isEmpty else { continue }
        let next = Place(
          tokens: tokenState, regexes: regexes.run("/", from: regexState), text: text + "/", isFirst: false)
        if seen.insert(pair(next.tokens, next.regexes)).inserted { places.append(next) }
      }
      steps += 1
      guard seen.count <= limits.jointStatesMax, steps <= limits.graphStepsMax else { return nil }
    }
  }

  private func domain(isFirst: Bool) -> PieceDomain {
    switch kind {
    case .path(let view): .pathSegment(isFolded: view.ignoresCase)
    case .identity: isFirst ? .trustDomain : .identitySegment
    case .text(let domain): .text(domain)
    case .finite, .integer, .address, .presence: .text(.any)
    }
  }

  private func canBeEmpty(isFirst: Bool) -> Bool {
    if case .path(let view) = kind { isFirst || !view.ignoresTrailingSlash } else { false }
  }

  /// Every way to go on by one piece, one piece for each way.
  private mutating func pieces(at place: Place) -> [(tokens: Int32, regexes: Int32, piece: String)] {
    let domain = domain(isFirst: place.isFirst)
    var result: [(tokens: Int32, regexes: Int32, piece: String)] = []
    for symbol in tokens.known[Int(place.tokens)] {
      let text = tokens.symbols[Int(symbol)]
      guard text.isEmpty && kind.lead != nil ? canBeEmpty(isFirst: place.isFirst) : domain.accepts(text) else {
        continue
      }
      result.append((tokens.step(place.tokens, symbol: symbol), regexes.run(text, from: place.regexes), text))
    }
    if kind.lead != nil, !tokens.knows("", in: place.tokens), canBeEmpty(isFirst: place.isFirst) {
      result.append((tokens.empty[Int(place.tokens)], place.regexes, ""))
    }
    let other = tokens.other[Int(place.tokens)]
    for (state, word) in otherWords(at: place, domain) { result.append((other, state, word)) }
    return result
  }

  /// For each state that the regexes can reach with a piece that the tokens do not know, such a piece.
  private mutating func otherWords(at place: Place, _ domain: PieceDomain) -> [(state: Int32, word: String)] {
    let state = place.regexes
    if regexes.isTrivial {
      var number = 0
      while tokens.knows(domain.word(number), in: place.tokens) { number += 1 }
      return [(state, domain.word(number))]
    }
    let key = WordsKey(state: state, domain: domain)
    let shortest: [(state: Int32, word: String)]
    if let cached = words[key] {
      shortest = cached
    } else {
      shortest = reach(from: state, domain, avoiding: [])
      words[key] = shortest
    }
    if shortest.allSatisfy({ !tokens.knows($0.word, in: place.tokens) }) { return shortest }
    let known = Set(tokens.known[Int(place.tokens)].map { tokens.symbols[Int($0)] })
    return reach(from: state, domain, avoiding: known)
  }

  /// Breadth first over the regexes, the domain and the words to avoid at once.
  private mutating func reach(
    from state: Int32, _ domain: PieceDomain, avoiding known: Set<String>
  ) -> [(state: Int32, word: String)] {
    struct Node: Hashable {
      var regex: Int32
      var domain: Int
      /// The beginning of an avoided word; −1 when no avoided word begins like this.
      var prefix: Int
    }
    var prefixes: [[UInt8]: Int] = [:]
    var isWord: [Bool] = []
    for word in known.sorted() {
      let bytes = Array(word.utf8)
      for length in 0...bytes.count where prefixes[Array(bytes.prefix(length))] == nil {
        prefixes[Array(bytes.prefix(length))] = isWord.count
        isWord.append(false)
      }
      if let index = prefixes[bytes] { isWord[index] = true }
    }
    var queue = [(Node(regex: state, domain: PieceDomain.start, prefix: prefixes[[]] ?? -1), [UInt8]())]
    var seen: Set<Node> = [queue[0].0]
    var found: Set<Int32> = []
    var result: [(state: Int32, word: String)] = []
    var current = 0
    while current < queue.count, steps <= limits.graphStepsMax {
      let (node, word) = queue[current]
      current += 1
      steps += 256
      if domain.isAccepting(node.domain), node.prefix < 0 || !isWord[node.prefix], found.insert(node.regex).inserted {
        result.append((node.regex, String(decoding: word, as: UTF8.self)))
      }
      // Bytes that lead to the same state need not be looked up again.
      var latest = [Int](repeating: -1, count: regexes.columnCount)
      for byte in Self.byteOrder {
        guard let inside = domain.step(node.domain, byte) else { continue }
        if node.prefix < 0 {
          let column = Int(regexes.columnOf[Int(byte)])
          if latest[column] == inside { continue }
          latest[column] = inside
        }
        let prefix = node.prefix < 0 ? -1 : prefixes[word + [byte]] ?? -1
        let next = Node(regex: regexes.step(node.regex, byte), domain: inside, prefix: prefix)
        if seen.insert(next).inserted { queue.append((next, word + [byte])) }
      }
    }
    return result
  }

  /// Letters first: witnesses are for people.
  private static let byteOrder: [UInt8] = {
    let letters = Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
    let first = letters + Array(UInt8(ascii: "0")...UInt8(ascii: "9")) + Array(UInt8(ascii: "A")...UInt8(ascii: "Z"))
    return first + (UInt8(0x20)...0x7E).filter { !first.contains($0) } + Array(0..<0x20) + Array(0x7F...0xFF)
  }()
}
