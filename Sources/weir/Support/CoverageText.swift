import WeirAnalysis
import WeirJSON
import WeirTesting

/// Coverage for people and for programs.
struct CoverageText {
  let report: CoverageReport

  /// A line for each kind of thing, then what was not seen.
  var human: String {
    let rows = CoverageKind.allCases.map { row($0.rawValue, report.counts[$0]) } + [row("all", report.total)]
    let counts = Table([["coverage", "seen", "of", "%"]] + rows).text
    let open = report.uncovered.filter { $0.gap != .impossible }
    let impossible = report.uncovered.count - open.count
    var text = counts
    if !open.isEmpty { text += "\nnot seen:\n" + open.map(line).joined() }
    if impossible > 0 { text += "\n\(impossible) more that no request can show are not counted.\n" }
    return text
  }

  private func row(_ name: String, _ count: CoverageReport.Count?) -> [String] {
    guard let count else { return [name] }
    return [name, "\(count.seen)", "\(count.possible)", Self.percent(count.hundredths)]
  }

  private func line(_ item: CoverageReport.Uncovered) -> String {
    var reason = ""
    if case .open(let why) = item.gap { reason = " (no case was written: \(why))" }
    return "\(item.file):\(item.line): \(item.subject): \(item.what)\(reason)\n"
  }

  /// `97.5`
  static func percent(_ hundredths: Int) -> String {
    let fraction = hundredths % 100
    return "\(hundredths / 100)." + (fraction < 10 ? "0\(fraction)" : "\(fraction)")
  }

  /// One object. Percentages are numbers with two digits after the point.
  func json(_ results: [CaseResult]) -> JSONValue {
    let counts = CoverageKind.allCases.map { JSONValue.Member($0.rawValue, json(report.counts[$0])) }
    return .object([
      .init("cases", .int(Int64(results.count))), .init("failed", .int(Int64(results.count { !$0.passed }))),
      .init(
        "failures",
        .array(
          results.filter { !$0.passed }.map { result in
            .object([
              .init("file", .string(result.file)), .init("line", .int(Int64(result.line))),
              .init("test", .string(result.suite)), .init("case", .string(result.title)),
              .init("failures", .array(result.failures.map(JSONValue.string))),
            ])
          })),
      .init("coverage", .object(counts + [.init("all", json(report.total))])),
      .init("uncovered", .array(report.uncovered.map(json))),
    ])
  }

  private func json(_ count: CoverageReport.Count?) -> JSONValue {
    guard let count else { return .null }
    return .object([
      .init("seen", .int(Int64(count.seen))), .init("of", .int(Int64(count.possible))),
      .init("percent", .double(Double(count.hundredths) / 100)),
    ])
  }

  private func json(_ item: CoverageReport.Uncovered) -> JSONValue {
    let (gap, reason): (String, String?) =
      switch item.gap {
      case .writable: ("writable", nil)
      case .impossible: ("impossible", nil)
      case .open(let why): ("open", why)
      }
    return .object([
      .init("kind", .string(item.kind.rawValue)), .init("file", .string(item.file)),
      .init("line", .int(Int64(item.line))), .init("column", .int(Int64(item.column))),
      .init("subject", .string(item.subject)), .init("what", .string(item.what)), .init("gap", .string(gap)),
      .init("because", .string(orNull: reason)),
    ])
  }
}
