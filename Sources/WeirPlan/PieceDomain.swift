/// Which pieces can occur between the slashes of a text, or which texts in a slot that is not split: a small automaton.
enum PieceDomain: Hashable {
  /// A segment of a canonical path that is not empty: no dot segment, only allowed bytes, every escape in its one spelling.
  case pathSegment(isFolded: Bool)
  /// SPIFFE-ID section 2.1.
  case trustDomain
  /// SPIFFE-ID section 2.2.
  case identitySegment
  case text(TextDomain)

  static let start = 0

  /// A word that is no other one, for `number` from 0 on; at least as many are different as are asked for.
  func word(_ number: Int) -> String {
    let stem =
      switch self {
      case .pathSegment, .identitySegment: "other"
      case .trustDomain: "other.example"
      case .text(.method): "OTHER"
      case .text(.host): "other.example"
      case .text: "other"
      }
    if number == 0 { return stem }
    // In front of a host, at the end of everything else: both stay what they are.
    switch self {
    case .text(.host), .trustDomain: return "x\(number).\(stem)"
    case .pathSegment, .identitySegment, .text: return "\(stem)\(number)"
    }
  }

  /// - Returns: `nil` when no piece begins like this.
  func step(_ state: Int, _ byte: UInt8) -> Int? {
    switch self {
    case .pathSegment(let isFolded): return PathSegmentDomain.step(state, byte, isFolded: isFolded)
    case .trustDomain:
      switch byte {
      case 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F: return 1
      default: return nil
      }
    case .identitySegment:
      switch byte {
      case 0x2E: return state == 0 ? 2 : state == 2 ? 3 : 1
      case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x2D, 0x5F: return 1
      default: return nil
      }
    case .text(let domain): return domain.step(state, byte)
    }
  }

  func isAccepting(_ state: Int) -> Bool {
    switch self {
    case .pathSegment: PathSegmentDomain.isAccepting(state)
    case .trustDomain, .identitySegment: state == 1
    case .text(let domain): domain.isAccepting(state)
    }
  }

  func accepts(_ text: some StringProtocol) -> Bool {
    var state = PieceDomain.start
    for byte in text.utf8 {
      guard let next = step(state, byte) else { return false }
      state = next
    }
    return isAccepting(state)
  }
}

extension TextDomain {
  fileprivate func step(_ state: Int, _ byte: UInt8) -> Int? {
    switch self {
    case .any: return 1
    case .method:
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C,
        0x7E:
        return 1
      default: return nil
      }
    case .headerValue:
      // Blanks stand inside only: 2 is after one of them.
      if byte == 0x20 || byte == 0x09 { return state == 0 ? nil : 2 }
      return byte < 0x20 || byte == 0x7F ? nil : 1
    case .cookieValue:
      switch byte {
      case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: return 1
      default: return nil
      }
    case .host: return HostDomain.step(state, byte)
    }
  }

  fileprivate func isAccepting(_ state: Int) -> Bool {
    switch self {
    case .any, .cookieValue: true
    case .headerValue: state != 2
    case .method: state == 1
    case .host: HostDomain.isAccepting(state)
    }
  }
}
