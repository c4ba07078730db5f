/// Numbers as ASCII digits, eight at a time in a word whose lowest byte is the first digit.
public enum Digits {
  /// Eight decimal digits, with zeros in front.
  ///
  /// Halves the number three times, each time all parts at once: by 10,000, 100 and 10 (Khuong 2017, "How to print integers really
  /// fast").
  ///
  /// - Parameter number: less than 100,000,000.
  @inlinable
  public static func decimal(_ number: UInt64) -> UInt64 {
    let fours = number / 10_000 | (number % 10_000) << 32
    let hundreds = (fours &* 10_486) >> 20 & 0x0000_007F_0000_007F
    let pairs = (fours &- 100 &* hundreds) << 16 &+ hundreds
    let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
    return ((pairs &- 10 &* tens) << 8 &+ tens) | zeros
  }

  /// Eight hexadecimal digits in lower case, with zeros in front.
  @inlinable
  public static func hexadecimal(_ number: UInt32) -> UInt64 {
    var digits = UInt64(number)
    digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
    digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
    digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return (digits &+ zeros &+ letters &* 0x27).byteSwapped
  }

  /// Eight times `0`.
  @usableFromInline static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  /// How many of eight digits stand before the first that is none of these zeros; the last digit always counts.
  @inlinable
  static func leadingZeros(_ digits: UInt64) -> Int { min((digits ^ zeros).trailingZeroBitCount / 8, 7) }
}
