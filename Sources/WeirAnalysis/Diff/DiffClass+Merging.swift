/// What a neutral class is told by.
private struct Change: Hashable {
  let place: String
  /// Says, too, whether its requests are allowed: they were before.
  let new: DiffOutcome
}

extension [DiffClass] {
  /// The same with one class for all requests of a place that are allowed as before, or refused as before, and now by one
  /// rule: with a class for each pair of rules, a change of many would be told in the square of them.
  var merged: [DiffClass] {
    var result: [DiffClass] = []
    var known: [Change: Int] = [:]
    for found in self {
      guard found.subject == .access, found.effect == .neutral, found.refusal == nil else {
        result.append(found)
        continue
      }
      let key = Change(place: found.place, new: found.new)
      if let index = known[key] {
        result[index].alsoOld.append(found.old)
      } else {
        known[key] = result.count
        result.append(found)
      }
    }
    return result
  }
}

extension DiffClass {
  /// Every way in which the old policy decided its requests.
  var allOld: [DiffOutcome] { [old] + alsoOld }

  /// In words, the first few of them.
  var oldTexts: [String] {
    let shown = allOld.prefix(3).map(\.text)
    let rest = allOld.count - shown.count
    return rest == 0 ? shown : shown + ["otherwise in \(rest) more \(rest == 1 ? "way" : "ways")"]
  }
}
