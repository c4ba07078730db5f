import WeirISA

/// Why a program is not run. A closed set: whatever the bytes say, one of these or a program that is safe.
public enum Rejection: Error, Equatable, Sendable {
  case missingSection(SectionKind)
  case repeatedSection(SectionKind)
  /// Not within the bytes, or no whole number of elements.
  case malformedSection(SectionKind)
  case unsupportedVersion(UInt32)
  /// A record has a word outside its closed set, an index out of range, or is not in order.
  case malformedRecord(SectionKind, index: Int)
  /// Bytes that have to be text are not UTF-8.
  case notText(string: Int)
  /// Too many slots, temporaries, scopes.
  case tooMany(SectionKind)

  case unknownOpcode(word: Int)
  /// A field that the instruction does not use is not zero.
  case strayBits(word: Int)
  case badRegister(word: Int)
  /// A temporary is read on a path that has not written it.
  case unwrittenRegister(word: Int)
  case wrongType(word: Int)
  case badOperand(word: Int)
  /// Out of the condition.
  case badJump(word: Int)
  /// A condition whose last word is no terminal.
  case unterminated(condition: Int)

  /// A rule reads a slot that its scope does not list.
  case unlistedSlot(scope: Int)
  case costMismatch(scope: Int)
  case overBudget(scope: Int)
  /// Checking it takes more than any sensible program does.
  case tooMuchWork
  /// Making it runnable takes more memory than a program of its size may ask for: see `MemoryBudget`.
  case tooMuchMemory
  /// The program uses a construct without saying so.
  case undeclaredFeature(Feature)
  /// The host cannot honour it; where the sources first use it.
  case unsupportedFeature(Feature, file: [UInt8], line: Int)
}
