/// What reading a bundle may take: a multiple of its size and a little more, and never more than a limit, so that a small file
/// cannot ask for much memory. Whoever makes room for what a bundle says takes it from here before.
///
/// Loading bundles of 10 and 10,000 rules allocated 11 and 8 times their size.
public struct MemoryBudget: Sendable {
  public static let bytesPerByte = 64
  public static let bytesMin = 1 << 20
  public static let bytesMax = 1 << 30

  /// Bytes that may still be taken.
  public private(set) var left: Int

  /// - Parameter byteCount: of the file.
  public init(forFileOf byteCount: Int) {
    left = min(Self.bytesMax, Self.bytesMin + Self.bytesPerByte * min(byteCount, Self.bytesMax))
  }

  /// Takes room for so many elements.
  ///
  /// - Returns: `false`, and takes nothing, when there is not as much.
  public mutating func take(_ count: Int, of byteCount: Int = 1) -> Bool {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: byteCount)
    guard !overflow, bytes >= 0, bytes <= left else { return false }
    left -= bytes
    return true
  }
}
