import WeirPolicy
import WeirRegex

/// A predicate on one slot that needs nothing else to be decided. False where the slot is absent.
public struct Atom: Hashable, Sendable {
  public enum Test: Hashable, Sendable {
    case isPresent
    case text(TextAtom)
    /// Ascending, not touching.
    case intervals([ClosedRange<UInt128>])
  }

  /// An index into the slots of the space.
  public let slot: Int
  public let test: Test
}

/// A set of texts: those listed, those that a pattern covers, those that a machine accepts.
public struct TextAtom: Hashable, Sendable {
  /// Strings.
  public var values: [Value] = []
  public var patterns: [TokenPattern] = []
  public var machines: [ByteMachine] = []

  public init() {}
}

/// A pattern over the pieces of a text between slashes: of a path after its first slash, of an identity after `spiffe://`.
public struct TokenPattern: Hashable, Sendable {
  public enum Token: Hashable, Sendable {
    case literal(String)
    /// One piece that is not empty.
    case wildcard
  }

  public var tokens: [Token]
  /// Any pieces may follow, none included.
  public var hasRest: Bool

  public init(_ tokens: [Token], hasRest: Bool) {
    self.tokens = tokens
    self.hasRest = hasRest
  }

  /// The single text that the pattern covers, if it is a single one.
  var onlyPieces: [String]? {
    guard !hasRest else { return nil }
    var pieces: [String] = []
    for token in tokens {
      guard case .literal(let text) = token else { return nil }
      pieces.append(text)
    }
    return pieces
  }
}

extension Slot.Kind {
  /// What stands before the first piece of a text of this kind; `nil` when texts are not split.
  var lead: String? {
    switch self {
    case .path: "/"
    case .identity: "spiffe://"
    case .text, .finite, .integer, .address, .presence: nil
    }
  }

  /// The pieces of a text; `nil` when it does not have the form of this kind.
  func pieces(of text: String) -> Pieces? {
    guard let lead else { return Pieces(rest: text[...], isSplit: false) }
    guard text.utf8.starts(with: lead.utf8) else { return nil }
    return Pieces(rest: Substring(text.utf8.dropFirst(lead.utf8.count)), isSplit: true)
  }

  func text(of pieces: [String]) -> String { (lead ?? "") + pieces.joined(separator: "/") }
}

/// What stands between the slashes of a text, one piece at least.
struct Pieces: Sequence, IteratorProtocol {
  /// `nil` after the last piece.
  private(set) var rest: Substring?
  let isSplit: Bool

  mutating func next() -> Substring? {
    guard let text = rest else { return nil }
    // Bytes, not characters: what a slash is followed by does not make it another one.
    guard isSplit, let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else {
      rest = nil
      return text
    }
    rest = text[text.utf8.index(after: slash)...]
    return text[..<slash]
  }
}

extension TokenPattern {
  /// `nil` when the pattern's prefix does not fit the slot.
  init?(_ pattern: SegmentPattern, kind: Slot.Kind) {
    var tokens: [Token] = []
    switch kind {
    case .path:
      guard pattern.prefix.isEmpty else { return nil }
    case .identity:
      guard let pieces = kind.pieces(of: pattern.prefix) else { return nil }
      tokens = pieces.map { .literal(String($0)) }
    case .text, .finite, .integer, .address, .presence: return nil
    }
    for segment in pattern.segments {
      switch segment {
      case .literal(let text): tokens.append(.literal(text))
      case .capture: tokens.append(.wildcard)
      }
    }
    switch pattern.rest {
    case .none: self.init(tokens, hasRest: false)
    case .any: self.init(tokens, hasRest: true)
    }
  }
}
