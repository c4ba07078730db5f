import Foundation
import WeirJSON
import WeirPolicy
import WeirRequest
import WeirVM

/// The requests of a problem, in one piece of memory: what a host has of each before it is decided.
///
/// `requests.tsv` has a line each: method, path, caller, address, `x-env` or `-`, the expected outcome, and the numbers of
/// all rules that match.
struct Requests {
  struct Entry {
    var method: Range<Int>
    var path: Range<Int>
    var caller: Range<Int>
    var environment: Range<Int>?
    var source: Address
    var isAllowed: Bool
    /// Ascending.
    var matched: [Int]
  }

  private(set) var bytes: [UInt8] = []
  private(set) var entries: [Entry] = []

  init(_ path: String) throws {
    let text = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      guard fields.count == 7 else { throw Mistake("\(path): a line has \(fields.count) fields") }
      let words = fields.map { String(decoding: $0, as: UTF8.self) }
      guard let source = Self.address(words[3]) else { throw Mistake("\(path): \(words[3]) is no address") }
      entries.append(
        Entry(
          method: store(fields[0]), path: store(fields[1]), caller: store(fields[2]),
          environment: words[4] == "-" ? nil : store(fields[4]), source: source, isAllowed: words[5] == "allow",
          matched: words[6].split(separator: ",").compactMap { Int($0) }))
    }
  }

  private mutating func store(_ field: ArraySlice<UInt8>) -> Range<Int> {
    bytes += field
    return (bytes.count - field.count)..<bytes.count
  }

  private static func address(_ text: String) -> Address? {
    let parts = text.split(separator: ".").compactMap { UInt64($0) }
    guard parts.count == 4 else { return nil }
    return Address(high: 0, low: parts.reduce(0xFFFF) { $0 << 8 | $1 })
  }

  /// The same as the evaluator of `weir eval` takes it.
  func facts(_ number: Int) -> RequestFacts {
    let entry = entries[number]
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    var facts = RequestFacts()
    facts.service = "target"
    facts.caller = .known(text(entry.caller))
    facts.sourceIP = .known(IPAddress(high: entry.source.high, low: entry.source.low))
    facts.http = .init(
      method: text(entry.method), scheme: "https", host: "target.mesh.local", target: text(entry.path),
      headers: entry.environment.map { [.init("x-env", text($0))] } ?? [])
    if let range = entry.environment {
      facts.token = .verified(
        .object([
          .init("iss", .string("https://id.mesh.local")), .init("aud", .string("bench")),
          .init("env", .string(text(range))),
        ]))
    }
    return facts
  }
}
