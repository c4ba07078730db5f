import HTTPCanonical
import WeirISA
import WeirPolicy
import WeirRequest
import WeirVM

/// Decides requests under one bundle: the memory of all phases, used again for each request.
///
/// One a thread and bundle. What a decision needs lies in here and in the bundle that is borrowed; nothing is looked up anywhere else,
/// no clock is read.
public struct Enforcer: ~Copyable {
  private let pin = Pin()
  var state = RequestState()
  var response = ResponseState()
  var frame: Frame
  var matches: MatchSet
  var data: DataSets
  /// What `data` was made of.
  var loadedData: [Int: [String]] = [:]
  let pathMode: PathMode
  /// By slot: filled for the present view when it equals `view`.
  var filled: [UInt32]
  /// Counts the views: a new request, another caller or a rewritten head.
  var view: UInt32 = 0
  var raw: [UInt8] = []
  var issuers: [Int] = []
  var found: [Range<Int>] = []
  var members: [SlotValue] = []
  var changeValues: [Range<Int>?] = []
  var charged: [Charge] = []
  /// Of the present request: see `beginRequest`.
  var exchange: UInt64 = 0
  /// Counts the requests.
  var head: UInt64 = 0
  /// The line of the present head as it arrived; empty before `rule`.
  public internal(set) var received = HeadPlaces()
  /// The line of the present head as it is forwarded.
  public internal(set) var forwarded = HeadPlaces()
  /// What changes of the response will need of the request, in `bytes`: to be kept beside the exchange and given to `changeResponse`.
  public internal(set) var kept = Place.empty
  var presented = RequestFacts.Token.none
  /// The scopes that were decided, when the request is told in full; `nil` on the request path.
  var told: [ToldScope]?
  /// Of the present request, when it is asked for.
  var explanations: [ScopeExplanation]?

  /// - Parameter bundle: the one that this enforcer will decide under.
  public init(for bundle: borrowing LoadedBundle) {
    frame = Frame(for: bundle.program)
    matches = MatchSet(for: bundle.program)
    data = DataSets(unloaded: bundle.topology.dataSets.count)
    pathMode = bundle.pathMode
    filled = Array(repeating: 0, count: bundle.plans.slots.count)
  }

  /// Forgets what the slots hold: the caller or the head is another one from now on.
  mutating func beginView() {
    frame.reset()
    if view == .max {
      for slot in filled.indices { filled[slot] = 0 }
      view = 0
    }
    view += 1
  }
}
