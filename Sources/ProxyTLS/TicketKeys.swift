import CTLS

/// The keys that session tickets are sealed with, the newest first: shared by all workers, three of them alive.
///
/// A ticket made with the newest but one or two is still taken, and replaced. Rotated each 12 hours, a ticket lives 24 to 36 hours at most;
/// what is older cannot be opened by anyone.
public struct TicketKeys: Hashable, Sendable {
  /// Seconds between two rotations.
  public static let rotationSeconds = 12 * 60 * 60

  /// Each: a name of 16 bytes, a key for AES-256-CBC, a key for HMAC-SHA256.
  let bytes: [UInt8]

  private static let keyBytes = Int(WEIR_TLS_TICKET_KEY_BYTES)
  private static let keyCount = Int(WEIR_TLS_TICKET_KEYS)

  /// Fresh keys; nil when the system has no random bytes.
  public init?() {
    guard let random = Random.bytes(Self.keyBytes * Self.keyCount) else { return nil }
    bytes = random
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// A new key before these, without the oldest; nil when the system has no random bytes.
  public func rotated() -> TicketKeys? {
    Random.bytes(Self.keyBytes).map { TicketKeys(bytes: $0 + bytes.dropLast(Self.keyBytes)) }
  }
}

extension TicketKeys: CustomStringConvertible {
  /// Keys are not printed.
  public var description: String { "TicketKeys" }
}

enum Random {
  static func bytes(_ count: Int) -> [UInt8]? {
    var isRandom = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      // Writes `count` bytes or says that it did not.
      isRandom = unsafe weir_tls_random(start, count)
      initialized = isRandom ? count : 0
    }
    return isRandom ? bytes : nil
  }
}
