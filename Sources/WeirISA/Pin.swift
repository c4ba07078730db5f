/// A member without bytes that keeps what holds it at one address.
///
/// Swift hands a large value that is borrowed to a function as a copy on the stack, unless its type can only be used where it lies. A
/// type that holds a pin can: borrowing it costs an address, however large it is.
@_rawLayout(size: 0, alignment: 1)
public struct Pin: ~Copyable, @unchecked Sendable {
  @inlinable
  public init() {}
}
