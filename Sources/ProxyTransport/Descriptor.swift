/// An open socket, or another file of the system. A number: whoever holds a slot closes it, once.
@frozen
public struct Descriptor: BitwiseCopyable, Hashable, Sendable {
  public let rawValue: Int32

  @inlinable
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// No descriptor.
  @inlinable
  public static var none: Descriptor { Descriptor(rawValue: -1) }
}
