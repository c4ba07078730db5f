import Testing
import WeirJSON
import WeirSource

/// The rules of the SARIF 2.1.0 schema for every object that is written: which members exist, their types, which are required.
/// An object that is not listed here, or a member that its object does not list, fails the test, as the schema's
/// `additionalProperties: false` does.
private enum Schema {
  indirect enum Shape: Sendable {
    case string, uri, boolean, integer(min: Int64)
    case oneOf([String])
    case array(Shape)
    case object([String: Shape], required: [String])
  }

  static let message = Shape.object(["text": .string, "markdown": .string, "id": .string], required: ["text"])
  static let region = Shape.object(
    [
      "startLine": .integer(min: 1), "startColumn": .integer(min: 1), "endLine": .integer(min: 1),
      "endColumn": .integer(min: 1), "byteOffset": .integer(min: -1), "byteLength": .integer(min: 0),
    ], required: [])
  static let artifactLocation = Shape.object(["uri": .uri, "uriBaseId": .string], required: ["uri"])
  static let physicalLocation = Shape.object(
    ["artifactLocation": artifactLocation, "region": region], required: ["artifactLocation"])
  static let location = Shape.object(
    ["id": .integer(min: -1), "physicalLocation": physicalLocation, "message": message], required: ["physicalLocation"])
  static let replacement = Shape.object(
    ["deletedRegion": region, "insertedContent": .object(["text": .string], required: [])], required: ["deletedRegion"])
  static let change = Shape.object(
    ["artifactLocation": artifactLocation, "replacements": .array(replacement)],
    required: ["artifactLocation", "replacements"])
  static let fix = Shape.object(
    ["description": message, "artifactChanges": .array(change)], required: ["artifactChanges"])
  static let level = Shape.oneOf(["none", "note", "warning", "error"])
  static let result = Shape.object(
    [
      "ruleId": .string, "ruleIndex": .integer(min: -1), "level": level, "message": message,
      "locations": .array(location), "relatedLocations": .array(location), "fixes": .array(fix),
    ], required: ["message"])
  static let rule = Shape.object(
    [
      "id": .string, "name": .string, "shortDescription": message, "fullDescription": message, "help": message,
      "defaultConfiguration": .object(["level": level], required: []),
    ], required: ["id"])
  static let driver = Shape.object(["name": .string, "rules": .array(rule)], required: ["name"])
  static let run = Shape.object(
    [
      "tool": .object(["driver": driver], required: ["driver"]),
      "columnKind": .oneOf(["utf16CodeUnits", "unicodeCodePoints"]), "results": .array(result),
    ], required: ["tool"])
  static let log = Shape.object(
    ["$schema": .uri, "version": .oneOf(["2.1.0"]), "runs": .array(run)], required: ["version", "runs"])

  static func violations(_ value: JSONValue, _ shape: Shape, at path: String = "$") -> [String] {
    switch (shape, value) {
    case (.string, .string), (.boolean, .bool): return []
    case (.uri, .string(let text)):
      let isPlain = text.unicodeScalars.allSatisfy { $0.isASCII && !" \"<>\\^`{|}".unicodeScalars.contains($0) }
      return isPlain ? [] : ["\(path): not a URI reference"]
    case (.integer(let min), .int(let number)): return number >= min ? [] : ["\(path): below \(min)"]
    case (.oneOf(let texts), .string(let text)): return texts.contains(text) ? [] : ["\(path): \(text)"]
    case (.array(let element), .array(let values)):
      return values.enumerated().flatMap { violations($1, element, at: "\(path)[\($0)]") }
    case (.object(let members, let required), .object(let values)):
      let missing = required.filter { value[$0] == nil }.map { "\(path): no \($0)" }
      return missing
        + values.flatMap { member -> [String] in
          guard let shape = members[member.name] else { return ["\(path): unknown \(member.name)"] }
          return violations(member.value, shape, at: "\(path).\(member.name)")
        }
    default: return ["\(path): wrong type"]
    }
  }
}

@Suite struct SARIFTests {
  private static let kinds = [
    DiagnosticKind("E0999", "unknown name", why: "why", bad: "bad", good: "good"),
    DiagnosticKind("W1999", "unused let", why: "why", bad: "bad", good: "good"),
  ]

  private func log(_ make: (FileID) -> [Diagnostic]) throws -> JSONValue {
    var sources = SourceSet()
    let file = sources.add(SourceFile(path: "dir/a ü.weir", text: "module é x\nlet y = 1\n"))
    let text = DiagnosticRenderer(sources: sources, format: .sarif).render(make(file))
    return try JSONValue(parsing: Array(text.utf8))
  }

  @Test func keepsToTheSchema() throws {
    let log = try log { file in
      let span = SourceSpan(file: file, start: 10, end: 11)
      return [
        Diagnostic(
          Self.kinds[1], at: SourceSpan(file: file, start: 12, end: 21), "unused",
          labels: [Diagnostic.Label(span, "here")], notes: ["note"], help: "remove it",
          fix: Diagnostic.Fix(SourceSpan(file: file, start: 12, end: 21), "")),
        Diagnostic(Self.kinds[0], at: span, "unknown", fix: Diagnostic.Fix(span, "z")),
        Diagnostic(Self.kinds[0], at: span, "again"),
      ]
    }
    #expect(Schema.violations(log, Schema.log) == [])
  }

  @Test func pointsIntoRulesAndSource() throws {
    let log = try log { file in
      [Diagnostic(Self.kinds[1], at: SourceSpan(file: file, start: 10, end: 11), "unused")]
    }
    guard case .array(let runs)? = log["runs"], case .array(let results)? = runs.first?["results"],
      case .array(let rules)? = runs.first?["tool"]?["driver"]?["rules"],
      case .array(let locations)? = results.first?["locations"]
    else { Issue.record("no result: \(log.text)"); return }
    #expect(rules.map { $0["id"] } == [.string("W1999")])
    #expect(rules[0]["name"] == .string("UnusedLet"))
    #expect(results[0]["ruleIndex"] == .int(0))
    let place = locations[0]["physicalLocation"]
    #expect(place?["artifactLocation"]?["uri"] == .string("dir/a%20%C3%BC.weir"))
    // `é` is two bytes and one column.
    #expect(place?["region"]?["startColumn"] == .int(10))
    #expect(place?["region"]?["byteOffset"] == .int(10))
  }

  @Test func writesALogWithoutFindings() throws {
    let log = try log { _ in [] }
    #expect(Schema.violations(log, Schema.log) == [])
    guard case .array(let runs)? = log["runs"] else { Issue.record("no runs"); return }
    #expect(runs.first?["results"] == .array([]))
  }
}
