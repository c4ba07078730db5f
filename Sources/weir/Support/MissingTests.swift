import WeirAnalysis
import WeirCompiler
import WeirFormat
import WeirPolicy
import WeirSource
import WeirSyntax

/// Missing cases as files of the policy: one for each module in which they can stand.
///
/// A case goes to the first of its modules in which every name of it is known or can be imported, which the compiler says.
struct MissingTests {
  struct File {
    let module: String
    let text: String
  }

  let files: [File]
  /// Cases that no module can hold.
  let homeless: Int

  init(_ cases: [MissingCase], beside sources: [SourceFile], of policy: Policy) {
    var imports = MissingImports(of: policy)
    // The place of each case among its modules.
    var choices = [Int](repeating: 0, count: cases.count)
    var drafts: [Draft] = []
    while true {
      drafts = Self.drafts(cases, choices, imports)
      let checked = check(sources + drafts.map { SourceFile(path: $0.path, text: $0.text) })
      if imports.learn(from: checked, about: drafts.map { MissingImports.Draft(module: $0.module, path: $0.path) }) {
        continue
      }
      let failed = Self.misfits(drafts, checked)
      if failed.isEmpty { break }
      // Every round moves a case on, so this ends.
      for item in failed { choices[item] += 1 }
    }
    homeless = cases.indices.count { choices[$0] >= cases[$0].modules.count }
    files = drafts.map { draft in
      let parsed = WeirSyntax.parse(SourceFile(path: draft.path, text: draft.text), id: FileID(0))
      return File(module: draft.module, text: format(parsed.value.tree) ?? draft.text)
    }
  }

  /// Where the file of a module is written: the path itself for the only one, else with the module before the ending.
  static func path(_ path: String, module: String, isOnly: Bool) -> String {
    guard !isOnly else { return path }
    let ending = ".weir"
    return (path.hasSuffix(ending) ? String(path.dropLast(ending.count)) : path) + ".\(module)" + ending
  }

  fileprivate struct Draft {
    let module: String
    let text: String
    /// The case on each line, from 1.
    let caseOfLine: [Int: Int]

    /// A name that no file of a policy has.
    var path: String { "\u{0}missing/\(module).weir" }
  }

  private static func drafts(_ cases: [MissingCase], _ choices: [Int], _ imports: MissingImports) -> [Draft] {
    var modules: [String] = []
    var items: [String: [Int]] = [:]
    for (index, item) in cases.enumerated() where choices[index] < item.modules.count {
      let module = item.modules[choices[index]]
      if items[module] == nil { modules.append(module) }
      items[module, default: []].append(index)
    }
    return modules.map { module in
      let text = (items[module] ?? []).map { "\(cases[$0].place) \(cases[$0].line)" }.joined(separator: "\n")
      var lines = imports.head(of: module, for: text)
      var caseOfLine: [Int: Int] = [:]
      var places: [String] = []
      for item in items[module] ?? [] where !places.contains(cases[item].place) { places.append(cases[item].place) }
      for place in places {
        lines += ["", "test \"coverage of \(place)\" for \(place) {"]
        for item in items[module] ?? [] where cases[item].place == place {
          lines.append("  \(cases[item].line)")
          caseOfLine[lines.count] = item
        }
        lines.append("}")
      }
      return Draft(module: module, text: lines.map { $0 + "\n" }.joined(), caseOfLine: caseOfLine)
    }
  }

  /// Cases of which the compiler finds a mistake where they stand.
  private static func misfits(_ drafts: [Draft], _ checked: CheckedProgram) -> Set<Int> {
    var found: Set<Int> = []
    for finding in checked.diagnostics where finding.isError {
      let file = checked.sources[finding.span.file]
      guard let draft = drafts.first(where: { $0.path == file.path }) else { continue }
      let line = file.lineColumn(at: finding.span.start).line
      // What is wrong with a whole test is wrong with each of its cases.
      let meant = draft.caseOfLine[line].map { [$0] } ?? draft.cases(ofTestAt: line)
      found.formUnion(meant)
    }
    return found
  }
}

extension MissingTests.Draft {
  /// Cases of the test that begins on this line.
  fileprivate func cases(ofTestAt line: Int) -> [Int] {
    var found: [Int] = []
    var next = line + 1
    while let item = caseOfLine[next] {
      found.append(item)
      next += 1
    }
    return found.isEmpty ? Array(caseOfLine.values) : found
  }
}
