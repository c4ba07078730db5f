import ProxyTransport

/// What an event of `Network` is about: a slot of the connections with its generation, a listener, or the wake-up of the mailbox.
struct EventToken: Equatable {
  let rawValue: UInt64

  static let wakeUp = EventToken(rawValue: UInt64(UInt32.max) << 32 | UInt64(UInt32.max))

  static func connection(_ index: UInt32, generation: UInt32) -> EventToken {
    EventToken(rawValue: UInt64(generation) << 32 | UInt64(index))
  }

  static func listener(_ index: Int) -> EventToken {
    EventToken(rawValue: UInt64(UInt32.max) << 32 | UInt64(index))
  }

  var index: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
  var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
  /// Slabs never reach this generation.
  var isConnection: Bool { generation != .max }
}
