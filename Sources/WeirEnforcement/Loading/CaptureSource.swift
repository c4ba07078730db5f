import WeirPolicy

/// A captured piece of the path or of the caller: the first pattern that matches gives it.
struct CaptureSource: Sendable {
  struct Binding: Sendable {
    var source: CaptureBinding.Source
    var pattern: BytePattern
    var piece: CaptureBinding.Piece
  }

  var bindings: [Binding]
  /// How the scope sees paths: patterns match that view, pieces keep the letters of the request.
  var pathView: PathView

  init(_ bindings: [CaptureBinding], _ pathView: PathView) {
    self.bindings = bindings.map {
      Binding(source: $0.source, pattern: BytePattern($0.pattern), piece: $0.piece)
    }
    self.pathView = pathView
  }
}

/// A `SegmentPattern` over bytes.
struct BytePattern: Sendable {
  private let prefix: [UInt8]
  /// `nil` for a segment that is free.
  private let literals: [[UInt8]?]
  private let hasRest: Bool

  init(_ pattern: SegmentPattern) {
    prefix = Array(pattern.prefix.utf8)
    literals = pattern.segments.map {
      switch $0 {
      case .literal(let text): Array(text.utf8)
      case .capture: nil
      }
    }
    switch pattern.rest {
    case .none: hasRest = false
    case .any: hasRest = true
    }
  }

  /// Where the piece lies in `text`; `nil` when the pattern does not match.
  ///
  /// Complexity: linear in `text`, no allocation.
  func match(_ text: Span<UInt8>, taking piece: CaptureBinding.Piece) -> Range<Int>? {
    let slash = UInt8(ascii: "/")
    guard text.hasBytes(prefix, at: 0) else { return nil }
    var place = prefix.count
    var taken = place..<place
    for (index, literal) in literals.enumerated() {
      guard place < text.count, text[place] == slash else { return nil }
      let start = place + 1
      place = start
      while place < text.count, text[place] != slash { place += 1 }
      if let literal {
        guard literal.count == place - start, text.hasBytes(literal, at: start) else { return nil }
      } else if place == start {
        return nil
      }
      if piece == .segment(index) { taken = start..<place }
    }
    guard hasRest else { return place == text.count ? taken : nil }
    guard place < text.count ? text[place] == slash : !literals.isEmpty else { return nil }
    if piece == .rest { taken = min(place + 1, text.count)..<text.count }
    return taken
  }
}

extension Span<UInt8> {
  /// Whether `bytes` stand at `offset`.
  func hasBytes(_ bytes: [UInt8], at offset: Int) -> Bool {
    guard bytes.count <= count - offset else { return false }
    for index in bytes.indices where self[offset + index] != bytes[index] { return false }
    return true
  }

  func isExactly(_ bytes: [UInt8]) -> Bool { count == bytes.count && hasBytes(bytes, at: 0) }

  /// Whether these are the bytes of an ASCII constant of up to 15 bytes, which the `String` itself holds.
  func isExactly(_ constant: String) -> Bool {
    guard count == constant.utf8.count else { return false }
    var index = 0
    for byte in constant.utf8 {
      guard self[index] == byte else { return false }
      index += 1
    }
    return true
  }
}
