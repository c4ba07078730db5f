import WeirRequest

/// What is to be done with a request.
public enum Ruling: ~Copyable {
  case forward(Permit, Forwarding)
  case answer(Answer)
}

/// What of the policy decided a request, as places in the tables of `LoadedBundle.topology`; -1 is none.
public struct Origin: BitwiseCopyable, Sendable {
  /// The table whose route was taken; none for a service that was addressed itself.
  public internal(set) var table: Int32 = -1
  public internal(set) var route: Int32 = -1
  /// What allowed or denied it: none for a service that decides itself.
  public internal(set) var scope: Int32 = -1
  public internal(set) var rule: Int32 = -1
  /// Had the shadow rules been enforced, the outcome would have been another one.
  public internal(set) var shadowDiffers = false
  public internal(set) var isAudited = false
}

/// Where an allowed request goes. Places as in `Origin`.
public struct Forwarding: BitwiseCopyable, Sendable {
  public internal(set) var origin = Origin()
  /// Among the destinations of a split.
  public internal(set) var branch: Int32 = -1
  public internal(set) var service: Int32 = -1
  public internal(set) var port: Int32 = -1
  /// Among the service's subsets.
  public internal(set) var subset: Int32 = -1
  /// Among `Topology.retries`.
  public internal(set) var retry: Int32 = -1
  /// 0 where the route says none.
  public internal(set) var timeoutNanoseconds: Int64 = 0
  /// 0 where the route says none.
  public internal(set) var idleTimeoutNanoseconds: Int64 = 0
  public internal(set) var allowsWebSocket = false
  /// The response has to go through `Enforcer.changeResponse`.
  public internal(set) var changesResponse = false
}

/// A request that is not forwarded: what the client is told instead. Places as in `Origin`.
public struct Answer: BitwiseCopyable, Sendable {
  public enum Kind: BitwiseCopyable, Sendable { case respond, redirect, deny, reject }

  public internal(set) var kind: Kind
  /// The HTTP status (RFC 9110 section 15).
  public internal(set) var status: UInt16
  public internal(set) var reason: ReasonCode
  /// Of a redirect: a place in `Enforcer.bytes`.
  public internal(set) var location = Place.empty
  /// Of a `respond`: a place in `LoadedBundle.text`.
  public internal(set) var body = Place.empty
  public internal(set) var origin = Origin()
  /// Of a denial: where the request would have gone; -1 where its route says no service.
  public internal(set) var service: Int32 = -1
  /// Among the service's subsets.
  public internal(set) var subset: Int32 = -1
  public internal(set) var changesResponse = false

  /// What an allowed request gets from a route that answers itself.
  public var isOfRoute: Bool { kind == .respond || kind == .redirect }

  init(kind: Kind, status: UInt16, reason: ReasonCode) {
    self.kind = kind
    self.status = status
    self.reason = reason
  }

  /// The answer to a request that has no canonical form.
  public init(rejecting reject: Reject) {
    let reason = reject.reason
    self.init(kind: .reject, status: reason.status, reason: reason)
  }
}
