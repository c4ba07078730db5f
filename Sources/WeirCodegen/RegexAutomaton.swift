import WeirPlan
import WeirRegex

/// A regex as the machine has it: bytes that a text must begin with, and an automaton for what follows, which other regexes may
/// have as well.
struct RegexAutomaton {
  let prefix: [UInt8]
  let remainder: DFA

  init(_ whole: DFA) {
    let start = ByteMachine(whole).sharedStart
    prefix = start.map(\.byte)
    remainder = start.last.map { whole.remainder(from: UInt16($0.state)) } ?? whole
  }
}
