/// Why a regex was not compiled, and where in its source.
public struct RegexError: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case empty
    case emptyAlternative
    case emptyGroup
    case unclosedGroup
    case unopenedGroup
    case nothingToRepeat
    case repeatedQuantifier
    case lazyQuantifier
    case possessiveQuantifier
    case badRepetition
    case repetitionTooLarge(Int)
    case repetitionReversed
    case repetitionZero
    case unclosedClass
    case emptyClass
    case reversedRange
    case classAsRangeEnd
    case nonASCIIInClass
    case bracketInClass
    case unescaped(UInt8)
    case trailingBackslash
    case unknownEscape(UInt8)
    case backreference
    case lookaround
    case namedGroup
    case unsupportedGroup
    case anchor(UInt8)
    case anchorEscape(UInt8)
    case nestingTooDeep
    case sourceTooLong
    case tooManyAutomatonStates
    case tooManyStates
    case tooMuchWork
  }

  public let kind: Kind
  /// Byte offset into the source of the regex.
  public let offset: Int

  /// One line for people.
  public var message: String {
    switch kind {
    case .empty: "the regex is empty; to compare with the empty string write is \"\""
    case .emptyAlternative: "an alternative is empty; to make a group optional write ( … )?"
    case .emptyGroup: "the group is empty"
    case .unclosedGroup: "the group is not closed"
    case .unopenedGroup: "this ) closes no group; for the character write \\)"
    case .nothingToRepeat: "there is nothing to repeat; for the character put \\ before it"
    case .repeatedQuantifier: "a quantifier cannot follow a quantifier; put the inner one in a group"
    case .lazyQuantifier: "lazy quantifiers do not exist: the whole value is matched, so lazy and greedy are the same"
    case .possessiveQuantifier: "possessive quantifiers do not exist: matching never backtracks"
    case .badRepetition: "a repetition is {m}, {m,} or {m,n}; for the character write \\{"
    case .repetitionTooLarge(let count): "\(count) repetitions are more than \(RegexLimits.repetitionMax)"
    case .repetitionReversed: "the first number of {m,n} is larger than the second"
    case .repetitionZero: "zero repetitions match nothing; leave the piece out"
    case .unclosedClass: "the class is not closed"
    case .emptyClass: "the class is empty"
    case .reversedRange: "the range runs backwards"
    case .classAsRangeEnd: "\\d, \\w, \\s and their negations cannot end a range; for the character write \\-"
    case .nonASCIIInClass: "a class holds single bytes, so ASCII alone; write an alternative ( … | … ) instead"
    case .bracketInClass: "inside a class write \\[ for the character"
    case .unescaped(let byte): "for the character write \\\(text(byte))"
    case .trailingBackslash: "the regex ends in a backslash; for the character write \\\\"
    case .unknownEscape(let byte): "\\\(text(byte)) means nothing here; \\ stands before punctuation and d w s D W S"
    case .backreference: "backreferences do not exist: they cannot be matched in linear time"
    case .lookaround: "lookaround does not exist; combine two conditions with and or not"
    case .namedGroup: "named groups do not exist: a regex captures nothing; write ( … )"
    case .unsupportedGroup: "groups are ( … ) and (?: … ); flags and other forms do not exist"
    case .anchor(let byte):
      "\(text(byte)) is implied: a regex always matches the whole value; for the character write \\\(text(byte))"
    case .anchorEscape(let byte): "\\\(text(byte)) does not exist: a regex always matches the whole value"
    case .nestingTooDeep: "groups are nested deeper than \(RegexLimits.nestingMax)"
    case .sourceTooLong: "the regex is longer than \(RegexLimits.sourceBytesMax) bytes"
    case .tooManyAutomatonStates:
      "written out, the regex has more than \(RegexLimits.automatonStatesMax) states; make its repetitions smaller"
    case .tooManyStates:
      "the regex needs more than \(RegexLimits.statesMax) states; make its repetitions smaller or split it"
    case .tooMuchWork:
      "the regex takes more than \(RegexLimits.stepsMax) steps to compile; make its repetitions smaller or split it"
    }
  }

  private func text(_ byte: UInt8) -> String { String(UnicodeScalar(byte)) }
}
