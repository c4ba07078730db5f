import CLinux

/// The two clocks of the system. Whoever needs the time on the request path is given it (`Network.now()`, once a turn).
public enum Clock {
  /// CLOCK_MONOTONIC.
  public static func now() -> Instant { Instant(nanoseconds: weir_monotonic()) }

  /// Nanoseconds since 1970.
  public static func wall() -> Int64 { weir_wall() }
}
