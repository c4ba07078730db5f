import FuzzTargets

/// What libFuzzer calls with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer lends `count` bytes at `start` for the time of the call; they are copied.
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let broken = FuzzTarget.http2Server.check(bytes) { fatalError(broken) }
  return 0
}
