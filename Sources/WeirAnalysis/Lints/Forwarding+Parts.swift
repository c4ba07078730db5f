import WeirPolicy

/// What a route's changes make of the headers of a request.
struct HeaderFates {
  /// Headers of which every value is known; none for one that is removed.
  private(set) var known: [String: [String]] = [:]
  private var touched: Set<String> = []

  init(_ changes: [HeaderChange]) {
    for change in changes where change.side == .request {
      let isFirst = touched.insert(change.header).inserted
      switch change.operation {
      case .remove: known[change.header] = []
      case .set(.text(let text)): known[change.header] = [text]
      case .set(.attribute), .add(.attribute): known[change.header] = nil
      // What was there before is known after another change alone.
      case .add(.text(let text)): if !isFirst { known[change.header]?.append(text) }
      }
    }
  }

  func isSame(_ name: String) -> Bool { !touched.contains(name) }
}

/// Tests of which nothing is known: each is true or false by itself, and the same wherever it stands.
struct Unknowns {
  private var numbers: [Test: Int] = [:]
  private let name: String

  /// - Parameter name: tells those of one request from those of another.
  init(_ name: String = "") { self.name = name }

  mutating func stands(for test: Test) -> Condition {
    var same = test
    same.position = .nowhere
    let number = numbers[same] ?? numbers.count
    numbers[same] = number
    // No header has this name, so nothing else speaks of it.
    return .isPresent(.header("\(Self.mark)\(name)\(number)"))
  }

  private static let mark = "\u{0}"

  /// Leaves out what stands for tests.
  static func remove(from item: inout TestSuite.Case) {
    item.facts.removeAll { fact in
      if case .attribute(.header(let name)) = fact.subject { name.hasPrefix(mark) } else { false }
    }
  }
}

extension Template {
  /// The path that it is, where it has no pieces of the request; without a query.
  var constant: String? {
    var result = ""
    for part in parts {
      guard case .text(let text) = part else { return nil }
      result += text
    }
    return result.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
  }

  /// The segments before the first piece of the request; `nil` where a piece could change them when the path is made canonical.
  var leadingSegments: [String]? {
    guard case .text(let lead)? = parts.first, lead.hasPrefix("/"), lead.hasSuffix("/"), !lead.contains("?") else {
      return nil
    }
    for part in parts.dropFirst() {
      switch part {
      case .wholePath: continue
      case .text(let text): if text.contains(".") { return nil }
      case .capture(_, let bindings): if bindings.contains(where: { $0.source != .path }) { return nil }
      }
    }
    return lead.split(separator: "/").map(String.init)
  }
}
