/// Proof that a request may be forwarded: only an allow decision makes one.
///
/// It is bound to one exchange, one generation of the policy and one canonical head. Every attempt to forward, retries included,
/// borrows it; whoever forgets the exchange destroys it.
public struct Permit: ~Copyable, Sendable {
  /// As given to `Enforcer.beginRequest`.
  public let exchange: UInt64
  /// Of the bundle that decided.
  public let generation: UInt64
  /// Counts the heads of the enforcer that decided.
  public let head: UInt64

  init(exchange: UInt64, generation: UInt64, head: UInt64) {
    self.exchange = exchange
    self.generation = generation
    self.head = head
  }

  /// Whether this is the permit of that exchange.
  public func covers(_ exchange: UInt64) -> Bool { self.exchange == exchange }
}
