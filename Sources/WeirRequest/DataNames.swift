import WeirPolicy

/// The data sets of a policy by the names that a request may use: `module.name`, and `name` where it is unique.
public struct DataNames: Sendable {
  let sets: [DataSet]
  private var indices: [String: [Int]] = [:]

  public init(_ sets: [DataSet]) {
    self.sets = sets
    for (index, set) in sets.enumerated() {
      indices["\(set.module).\(set.name)", default: []].append(index)
      indices[set.name, default: []].append(index)
    }
  }

  func isKnown(_ name: String) -> Bool { indices[name] != nil }

  /// An index into `Policy.dataSets`.
  func index(of name: String) throws(RequestError) -> Int {
    guard let found = indices[name], let first = found.first else {
      throw RequestError(.unknownData, "no data set is named \(name)")
    }
    guard found.count == 1 else {
      let names = found.map { "\(sets[$0].module).\(sets[$0].name)" }.joined(separator: ", ")
      throw RequestError(.ambiguousData, "several data sets are named \(name): \(names)")
    }
    return first
  }
}
