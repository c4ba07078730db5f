/// A comparison for a pull request.
extension PolicyDiff {
  public var markdown: String {
    if isEmpty { return "### Policy\n\nNo request is decided otherwise, and no setting differs.\n" }
    var sections = ["### Policy: \(summary)\n" + (weights.map { "\n\(escaped($0.summary))\n" } ?? "")]
    for (effect, title) in zip(DiffClass.Effect.inOrder, ["Wider", "Narrower", "Otherwise"]) {
      let found = classes.filter { $0.effect == effect }
      if !found.isEmpty { sections.append("#### \(title)\n\n" + found.map(\.markdown).joined(separator: "\n")) }
    }
    if !settings.isEmpty {
      let rows = settings.flatMap(\.rows).map { "| \($0.map(cell).joined(separator: " | ")) |\n" }.joined()
      sections.append("#### Settings\n\n| of | setting | was | now | |\n|---|---|---|---|---|\n" + rows)
    }
    if !undecided.isEmpty {
      sections.append(
        "#### Undecided\n\n" + undecided.map { "- \($0.markdown)\n" }.joined())
    }
    if !contradictions.isEmpty {
      sections.append(
        "#### Internal errors\n\nThe analysis and the reference evaluator disagree; these are no findings.\n\n"
          + contradictions.map { "- \(code($0))\n" }.joined())
    }
    return sections.joined(separator: "\n")
  }
}

extension DiffClass {
  fileprivate var markdown: String {
    var lines = ["- **\(escaped(headline))**\(traffic)", "  - now: \(escaped(new.text))"]
    lines += oldTexts.map { "  - was: \(escaped($0))" }
    lines += changes.map { "  - \(escaped($0.text))" }
    let (language, sample) = witness.test.map { ("weir", $0) } ?? ("json", witness.request.text)
    lines += ["", "  ```\(language)"] + sample.split(separator: "\n").map { "  \($0)" } + ["  ```", ""]
    return lines.joined(separator: "\n")
  }
}

extension DiffSetting {
  fileprivate var rows: [[String]] {
    let mark = mayWiden ? "may widen" : ""
    switch (oldPlace, newPlace) {
    case (nil, let place?): return [[code(subject), "", "", "new, \(place)", mark]]
    case (let place?, nil): return [[code(subject), "", "\(place)", "gone", mark]]
    case (_, _):
      return changes.map { change in
        [code(subject), change.name, change.old.map(code) ?? "", change.new.map(code) ?? "", mark]
      }
    }
  }
}

extension DiffUndecided {
  fileprivate var markdown: String {
    let what = possible.map { ": perhaps now \($0.new.text), and was \($0.old.text)" } ?? ""
    return escaped("\(place), because \(reason)\(what)")
  }
}

/// In a table a bar ends a cell, also within code.
private func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }

private func code(_ text: String) -> String { "`\(text.replacing("`", with: "'"))`" }

/// As plain text: what Markdown or HTML would read otherwise is escaped.
private func escaped(_ text: String) -> String {
  var result = ""
  for character in text {
    if "\\`*_[]<>|#&".contains(character) { result.append("\\") }
    result.append(character)
  }
  return result
}
