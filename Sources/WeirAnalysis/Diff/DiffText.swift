import WeirRequest

/// A comparison for people: a paragraph for each class of requests, then settings, then what is undecided.
extension PolicyDiff {
  public var text: String {
    if isEmpty {
      return "no request is decided otherwise, and no setting differs\n" + (weights.map { "\($0.summary)\n" } ?? "")
    }
    let paragraphs =
      classes.map(\.text) + settings.map(\.text) + undecided.map(\.text)
      + contradictions.map {
        "internal error, no finding: the analysis and the reference evaluator disagree about\n    \($0)\n"
      }
    return paragraphs.joined(separator: "\n") + "\n" + summary + "\n" + (weights.map { "\($0.summary)\n" } ?? "")
  }

  /// `2 newly allowed, 1 no longer allowed, 3 otherwise, 1 setting`
  public var summary: String {
    func count(_ effect: DiffClass.Effect) -> Int { classes.count { $0.effect == effect } }
    var parts = [
      "\(classes.count) \(classes.count == 1 ? "class" : "classes") of requests: \(count(.widening)) wider",
      "\(count(.narrowing)) narrower", "\(count(.neutral)) otherwise",
      "\(settings.count) \(settings.count == 1 ? "setting" : "settings")",
    ]
    if !undecided.isEmpty { parts.append("\(undecided.count) undecided") }
    return parts.joined(separator: ", ")
  }
}

extension DiffClass {
  var text: String {
    let details = changes.map { "    \($0.text)\n" }.joined()
    let sample = witness.test ?? "\(witness.request.text)\n"
    let before = oldTexts.map { "    was \($0)\n" }.joined()
    return "\(mark) \(headline)\(traffic)\n    now \(new.text)\n" + before + details + sample.indented
  }

  /// What of the recorded traffic it is.
  var traffic: String { recorded.map { ", \($0) recorded" } ?? "" }

  private var mark: String {
    switch effect {
    case .widening: "+"
    case .narrowing: "-"
    case .neutral: "~"
    }
  }

  /// A gateway lets requests in; whether they are allowed is said by where they go.
  private var allowed: String {
    if case .gateway = view { "let in" } else { "allowed" }
  }

  /// What another way of a request means for whether a service takes it.
  private var admission: String {
    guard let old = witness.old, let new = witness.new else { return "" }
    if old.isTaken == new.isTaken { return "" }
    return new.isTaken ? ", newly allowed" : ", no longer allowed"
  }

  /// `payments: newly allowed`
  public var headline: String {
    switch subject {
    case .access:
      switch (old.effect == .allow, new.effect == .allow) {
      case (false, true): "\(place): newly \(allowed)"
      case (true, false): "\(place): no longer \(allowed)"
      case (true, true): "\(place): \(allowed) by another rule"
      case (false, false): "\(place): refused otherwise"
      }
    case .shadow:
      new.effect == .allow
        ? "\(place): newly allowed if shadow rules were enforced"
        : "\(place): no longer allowed if shadow rules were enforced"
    case .audit:
      new.effect == .marked ? "\(place): newly marked by audit" : "\(place): no longer marked by audit"
    case .limit:
      new.effect == .charged
        ? "\(place): newly charged to a limit" : "\(place): no longer charged to a limit"
    case .route: "\(place): another \(old.isSame(as: new) ? "treatment" : "route")\(admission)"
    }
  }
}

extension Verdict {
  /// Whether a service takes the request.
  var isTaken: Bool { outcome == .allow && reason != "local" }
}

extension DiffOutcome {
  /// `allowed by refund, payments.weir:14`
  public var text: String {
    let rule = by.map { " by \($0)" } ?? ""
    let what =
      switch effect {
      case .allow: "allowed\(rule)"
      case .deny: by == nil ? "denied, no rule" : "denied\(rule)"
      case .reject: "refused: \(by ?? "")"
      case .route: "route \(by ?? "")"
      case .charged: "charged to \(by ?? "")"
      case .uncharged: "not charged to \(by ?? "")"
      case .marked: "marked\(rule)"
      case .unmarked: "not marked\(rule)"
      case .missing: "nothing there"
      }
    return what + (place.map { ", \($0)" } ?? "")
  }
}

extension SettingChange {
  /// `timeout: 2s, before 5s`
  public var text: String {
    switch (old, new) {
    case (let old?, let new?): "\(name): \(new), was \(old)"
    case (nil, let new?): "\(name): \(new), was not said"
    case (let old?, nil): "\(name): no longer said, was \(old)"
    case (nil, nil): name
    }
  }
}

extension DiffSetting {
  var text: String {
    let mark = mayWiden ? "+" : "~"
    switch (oldPlace, newPlace) {
    case (nil, let place?): return "\(mark) \(subject): new, \(place)\n"
    case (let place?, nil): return "\(mark) \(subject): gone, was \(place)\n"
    case (_, let place):
      return "\(mark) \(subject): settings differ, \(place ?? "")\n" + changes.map { "    \($0.text)\n" }.joined()
    }
  }
}

extension DiffUndecided {
  var text: String {
    let what = possible.map { "    perhaps now \($0.new.text)\n    and was \($0.old.text)\n" } ?? ""
    return "? \(place): undecided because \(reason)\n" + what
  }
}

extension String {
  /// Every line four columns in.
  var indented: String {
    split(separator: "\n", omittingEmptySubsequences: true).map { "    \($0)\n" }.joined()
  }
}
