/// Results as the XML that CI systems read (the format of Ant's JUnit task): one suite a `test` block.
public enum JUnitReport {
  public static func xml(_ results: [CaseResult]) -> String {
    var suites: [(name: String, cases: [CaseResult])] = []
    for result in results {
      let name = "\(result.module): \(result.suite)"
      if suites.last?.name == name {
        suites[suites.count - 1].cases.append(result)
      } else {
        suites.append((name, [result]))
      }
    }
    let failed = results.count { !$0.passed }
    var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
    lines.append(#"<testsuites name="weir" tests="\#(results.count)" failures="\#(failed)">"#)
    for suite in suites {
      let failed = suite.cases.count { !$0.passed }
      lines.append(
        #"  <testsuite name="\#(escaped(suite.name))" tests="\#(suite.cases.count)" failures="\#(failed)">"#)
      for result in suite.cases { lines += xml(result) }
      lines.append("  </testsuite>")
    }
    lines.append("</testsuites>")
    return lines.map { $0 + "\n" }.joined()
  }

  private static func xml(_ result: CaseResult) -> [String] {
    let attributes =
      #"name="\#(escaped(result.title))" classname="\#(escaped(result.module))" "#
      + #"file="\#(escaped(result.file))" line="\#(result.line)""#
    guard !result.passed else { return ["    <testcase \(attributes)/>"] }
    return ["    <testcase \(attributes)>"]
      + result.failures.map { #"      <failure message="\#(escaped($0))"/>"# } + ["    </testcase>"]
  }

  /// For attributes. Characters that XML 1.0 cannot hold at all (section 2.2) become U+FFFD.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += "&#\(scalar.value);"
      case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
