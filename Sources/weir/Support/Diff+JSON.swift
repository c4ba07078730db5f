import WeirAnalysis
import WeirJSON
import WeirRequest

/// One object a line: classes, settings, what is undecided or contradicted, then a summary.
extension PolicyDiff {
  func jsonLines(old: PolicySource, new: PolicySource) -> [JSONValue] {
    var lines = classes.map(\.json)
    lines += settings.map(\.json)
    lines += undecided.map(\.json)
    for request in contradictions {
      lines.append(.object([.init("kind", .string("internal_error")), .init("request", .string(request))]))
    }
    let summary: [JSONValue.Member] = [
      .init("kind", .string("summary")), .init("old", old.json), .init("new", new.json),
      .init("classes", .int(Int64(classes.count))), .init("settings", .int(Int64(settings.count))),
      .init("may_widen", .bool(mayWiden)), .init("is_certain", .bool(isCertain)), .init("log", weights?.json ?? .null),
    ]
    return lines + [.object(summary)]
  }
}

extension PolicySource {
  /// Which policy was looked at.
  var json: JSONValue {
    .object([
      .init("name", .string(name)), .init("bundle", .string("\(identity)")),
      .init("generation", .int(Int64(clamping: generation))),
    ])
  }
}

extension DiffClass {
  fileprivate var json: JSONValue {
    .object([
      .init("kind", .string("class")), .init("subject", .string(subject.rawValue)),
      .init("effect", .string(effect.rawValue)), .init("place", .string(place)),
      .init("name", .string(orNull: name)), .init("change", .string(headline)), .init("old", old.json),
      .init("also_old", .array(alsoOld.map(\.json))), .init("new", new.json),
      .init("changes", .array(changes.map(\.json))),
      .init("recorded", recorded.map { .int(Int64($0)) } ?? .null),
      .init(
        "witness",
        .object([
          .init("request", witness.request), .init("test", .string(orNull: witness.test)),
          .init("old", witness.old?.json ?? .null), .init("new", witness.new?.json ?? .null),
        ])),
    ])
  }
}

extension DiffOutcome {
  fileprivate var json: JSONValue {
    .object([
      .init("outcome", .string(effect.rawValue)), .init("by", .string(orNull: by)),
      .init("place", .string(orNull: place)),
    ])
  }
}

extension SettingChange {
  fileprivate var json: JSONValue {
    .object([.init("name", .string(name)), .init("old", .string(orNull: old)), .init("new", .string(orNull: new))])
  }
}

extension DiffSetting {
  fileprivate var json: JSONValue {
    .object([
      .init("kind", .string("setting")), .init("of", .string(subject)), .init("old_place", .string(orNull: oldPlace)),
      .init("new_place", .string(orNull: newPlace)), .init("may_widen", .bool(mayWiden)),
      .init("changes", .array(changes.map(\.json))),
    ])
  }
}

extension DiffUndecided {
  fileprivate var json: JSONValue {
    .object([
      .init("kind", .string("undecided")), .init("place", .string(place)), .init("because", .string(reason)),
      .init("old", possible?.old.json ?? .null), .init("new", possible?.new.json ?? .null),
    ])
  }
}

extension DiffWeights {
  fileprivate var json: JSONValue {
    .object([
      .init("requests", .int(Int64(requests))), .init("changed", .int(Int64(changed))),
      .init("in_doubt", .int(Int64(inDoubt))),
      .init("skipped", .object(skipped.keys.sorted().map { .init($0, .int(Int64(skipped[$0] ?? 0))) })),
    ])
  }
}
