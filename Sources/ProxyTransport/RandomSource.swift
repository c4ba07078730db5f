import CLinux

/// The random numbers of a worker: SplitMix64 (Steele, Lea and Flood 2014). Fast and repeatable from a seed; not for secrets.
public struct RandomSource: BitwiseCopyable, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// A seed from the system.
  public static func systemSeed() -> UInt64 { weir_seed() }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number in 0..<bound, each equally likely (Lemire 2019); 0 for a bound of 0.
  public mutating func next(below bound: UInt64) -> UInt64 {
    guard bound > 1 else { return 0 }
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }
}
