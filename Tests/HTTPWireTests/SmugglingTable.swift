import Foundation
import HTTPWire
import Testing

/// A case of `Tests/Corpus/smuggling`; its README says what the lines mean.
struct SmugglingCase: CustomTestStringConvertible {
  enum Outcome: Equatable, CustomStringConvertible {
    case passed([UInt8])
    case refused(status: UInt16, code: String)
    case waits
    case keeps
    case closes

    var description: String {
      switch self {
      case .passed(let bytes): "= " + escaped(bytes)
      case .refused(let status, let code): "! \(status) \(code)"
      case .waits: "~"
      case .keeps: "+ keep"
      case .closes: "+ close"
      }
    }
  }

  var title = ""
  var answers = ""
  var bytes: [UInt8] = []
  var senderCloses = false
  var outcomes: [Outcome] = []

  var testDescription: String { title }

  static func all(_ name: String) throws -> [SmugglingCase] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Corpus/smuggling/\(name).txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n\n").map(Self.init)
  }

  init(_ block: Substring) throws {
    for line in block.split(separator: "\n") {
      let rest = line.dropFirst(2)
      switch line.first {
      case "#": title = String(rest)
      case "@": answers = String(rest)
      case ">": bytes += try unescaped(rest)
      case "$": senderCloses = true
      case "=": outcomes.append(.passed(try unescaped(rest)))
      case "~": outcomes.append(.waits)
      case "+": outcomes.append(rest == "keep" ? .keeps : .closes)
      case "!":
        let words = rest.split(separator: " ")
        outcomes.append(.refused(status: try #require(UInt16(words[0])), code: String(words[1])))
      default: throw BadLine(line: String(line))
      }
    }
  }
}

struct BadLine: Error {
  var line: String
}

/// The bytes that a text spells.
func unescaped(_ text: Substring) throws -> [UInt8] {
  var result: [UInt8] = []
  var rest = text
  while let character = rest.popFirst() {
    guard character == "\\" else {
      result += Array(String(character).utf8)
      continue
    }
    switch rest.popFirst() {
    case "r": result.append(0x0D)
    case "n": result.append(0x0A)
    case "t": result.append(0x09)
    case "\\": result.append(0x5C)
    case "x":
      result.append(try #require(UInt8(rest.prefix(2), radix: 16)))
      rest = rest.dropFirst(2)
    case "{":
      let end = try #require(rest.firstIndex(of: "}"))
      let star = try #require(rest[..<end].lastIndex(of: "*"))
      let piece = try unescaped(rest[..<star])
      for _ in 0..<(try #require(Int(rest[rest.index(after: star)..<end]))) { result += piece }
      rest = rest[rest.index(after: end)...]
    default: throw BadLine(line: String(text))
    }
  }
  return result
}

func escaped(_ bytes: [UInt8]) -> String {
  bytes.map { byte in
    switch byte {
    case 0x0D: "\\r"
    case 0x0A: "\\n"
    case 0x09: "\\t"
    case 0x5C: "\\\\"
    case 0x20...0x7E: String(UnicodeScalar(byte))
    default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }.joined()
}
