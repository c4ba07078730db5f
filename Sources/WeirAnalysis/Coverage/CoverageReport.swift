import WeirPolicy

/// What was seen and what was not.
public struct CoverageReport: Sendable {
  public struct Count: Hashable, Sendable {
    public fileprivate(set) var seen = 0
    /// What some request could show. What is proved to be impossible is not counted.
    public fileprivate(set) var possible = 0

    /// Hundredths of a percent, rounded down, so that only all of it is 10,000; 10,000 of nothing.
    public var hundredths: Int { possible == 0 ? 10_000 : seen * 10_000 / possible }
  }

  public struct Uncovered: Hashable, Sendable {
    public let kind: CoverageKind
    /// A display path.
    public let file: String
    /// From 1.
    public let line: Int
    public let column: Int
    /// `deny debug-pages`
    public let subject: String
    /// What was not seen, in words.
    public let what: String
    public let gap: CoverageGap
  }

  public private(set) var counts: [CoverageKind: Count] = [:]
  public private(set) var total = Count()
  /// In the order of the sources; what is impossible included.
  public private(set) var uncovered: [Uncovered] = []
  /// Cases that see what is not seen yet, in the order in which they were found to be missing.
  public let cases: [MissingCase]

  /// Complexity: that of looking for a request for everything that was not seen.
  public init(_ coverage: Coverage) {
    let (cases, gaps) = coverage.missing()
    self.cases = cases
    for kind in CoverageKind.allCases { counts[kind] = Count() }
    for goal in coverage.goals {
      let kind = coverage.subjects[goal.subject].kind(of: goal.aim)
      let gap = gaps[goal]
      if gap != .impossible {
        counts[kind]?.possible += 1
        total.possible += 1
      }
      if let gap {
        uncovered.append(coverage.uncovered(goal, gap))
      } else {
        counts[kind]?.seen += 1
        total.seen += 1
      }
    }
  }
}

extension Coverage {
  fileprivate func uncovered(_ goal: CoverageGoal, _ gap: CoverageGap) -> CoverageReport.Uncovered {
    let subject = subjects[goal.subject]
    let policy = prover.policy
    var position = subject.position
    let what: String
    func words(_ test: Int) -> String {
      // A test that stands elsewhere, in a `fn` or a ceiling, is shown where it is used.
      if subject.tests[test].position.file == position.file { position = subject.tests[test].position }
      return "`\(ConditionText(policy: policy).text(.test(subject.tests[test])))`"
    }
    switch goal.aim {
    case .acts:
      switch subject.kind {
      case .rule(.audit, _), .rule(_, isShadow: true): what = "matches in no case"
      case .rule(_, isShadow: false): what = "decides no case"
      case .limit: what = "is charged in no case"
      case .route: what = "is taken in no case"
      }
    case .branch(let branch):
      guard case .route(let split) = subject.kind else {
        what = ""
        break
      }
      what = "no case is sent to \(policy.name(of: split[branch].destination))"
    case .value(let test, let value): what = "\(words(test)) is never \(value)"
    case .boundary(let test, let boundary):
      let attribute = subject.tests[test].attribute.text
      _ = words(test)
      what = "`\(attribute)` is never \(boundary.text)"
    }
    return CoverageReport.Uncovered(
      kind: subject.kind(of: goal.aim), file: policy.files[position.file], line: position.line,
      column: position.column, subject: subject.title, what: what, gap: gap)
  }
}
