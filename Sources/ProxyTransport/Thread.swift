import CLinux

/// Plain threads of the system, detached, with all signals blocked.
public enum Thread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs `body` on a new thread.
  ///
  /// - Parameters:
  ///   - name: at most 15 bytes; shown by `ps` and `top`.
  ///   - processor: the only one that it runs on; nil for any.
  public static func start(
    _ name: StaticString, on processor: Int32? = nil, run body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    // One reference goes with the thread, which gives it back; if there is no thread, it is given back here.
    let context = unsafe Unmanaged.passRetained(Body(body))
    let code = name.withUTF8Buffer { text in
      unsafe text.withMemoryRebound(to: CChar.self) { text in
        unsafe text.baseAddress.map { name in
          unsafe weir_thread(
            name, processor ?? -1, { unsafe Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() },
            context.toOpaque())
        } ?? 0
      }
    }
    if code < 0 {
      unsafe context.release()
      throw SystemError(code: -code)
    }
  }
}
