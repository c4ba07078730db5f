import WeirISA

/// A place in the sources of a policy.
public struct SourcePlace: BitwiseCopyable, Hashable, Sendable {
  /// A string of the program.
  public let file: Int
  public let line: Int
  public let column: Int
}

/// What is known of a program besides its decisions. These may allocate: for loading, explaining and printing.
extension VerifiedProgram {
  public var slotCount: Int { tables.slots.count }
  public var dataSetCount: Int { tables.dataSets.count }
  public var scopeCount: Int { tables.scopes.count }

  public func slot(_ number: Int) -> SlotRecord { tables.slots[number] }
  public func zone(_ number: Int) -> ZoneRecord { tables.zones[number] }
  public func dataSet(_ number: Int) -> DataSetRecord { tables.dataSets[number] }
  public func scopeRecord(_ scope: ScopeID) -> ScopeRecord { tables.scopes[scope.index] }

  /// The slots that a scope reads, ascending: what a host has to fill before it asks for a decision.
  public func slotNumber(_ place: Int, of scope: ScopeID) -> Int {
    Int(tables.scopeSlots[Int(tables.scopes[scope.index].firstSlot) + place])
  }

  /// How many slots a scope reads.
  public func slotCount(of scope: ScopeID) -> Int { Int(tables.scopes[scope.index].slotCount) }

  public func ruleCount(of scope: ScopeID) -> Int { Int(tables.scopes[scope.index].ruleCount) }

  /// A rule by its place in the scope.
  public func rule(_ place: Int, of scope: ScopeID) -> RuleRecord {
    tables.rules[Int(tables.scopes[scope.index].firstRule) + place]
  }

  /// The text of a string; names are verified to be UTF-8.
  public func text(_ string: Int) -> String {
    let record = tables.strings[string]
    return String(decoding: tables.bytes[Int(record.offset)..<Int(record.offset + record.count)], as: UTF8.self)
  }

  /// Whether a string is exactly these bytes.
  public func string(_ string: Int, is bytes: Span<UInt8>) -> Bool {
    let record = tables.strings[string]
    return areEqual(tables.bytes.span.extracting(Int(record.offset)..<Int(record.offset + record.count)), bytes)
  }

  /// Where an instruction word comes from; bisection of the source map.
  func place(ofWord word: Int) -> SourcePlace? {
    var low = 0
    var high = tables.sourceMap.count
    while low < high {
      let middle = (low + high) / 2
      let record = tables.sourceMap[middle]
      if Int(record.word) == word {
        return SourcePlace(file: Int(record.file), line: Int(record.line), column: Int(record.column))
      }
      if Int(record.word) < word { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}
