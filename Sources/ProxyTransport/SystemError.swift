import CLinux

/// An error of the system: a positive errno.
@frozen
public struct SystemError: Error, BitwiseCopyable, Hashable, Sendable {
  public let code: Int32

  @inlinable
  public init(code: Int32) { self.code = code }

  public static let wouldBlock = SystemError(code: Int32(WEIR_EAGAIN))
  public static let notPermitted = SystemError(code: Int32(WEIR_EPERM))
  public static let noSuchFile = SystemError(code: Int32(WEIR_ENOENT))
  public static let inputOutput = SystemError(code: Int32(WEIR_EIO))
  /// Also a pipe without a reader that is opened for writing (open(2)).
  public static let noSuchDevice = SystemError(code: Int32(WEIR_ENXIO))
  public static let outOfMemory = SystemError(code: Int32(WEIR_ENOMEM))
  public static let invalidArgument = SystemError(code: Int32(WEIR_EINVAL))
  public static let tooManyOpenFiles = SystemError(code: Int32(WEIR_EMFILE))
  public static let tooManyOpenFilesInSystem = SystemError(code: Int32(WEIR_ENFILE))
  public static let fileTooLarge = SystemError(code: Int32(WEIR_EFBIG))
  public static let noSpace = SystemError(code: Int32(WEIR_ENOSPC))
  public static let brokenPipe = SystemError(code: Int32(WEIR_EPIPE))
  public static let notASocket = SystemError(code: Int32(WEIR_ENOTSOCK))
  public static let addressInUse = SystemError(code: Int32(WEIR_EADDRINUSE))
  public static let addressNotAvailable = SystemError(code: Int32(WEIR_EADDRNOTAVAIL))
  public static let networkUnreachable = SystemError(code: Int32(WEIR_ENETUNREACH))
  public static let connectionReset = SystemError(code: Int32(WEIR_ECONNRESET))
  public static let noBufferSpace = SystemError(code: Int32(WEIR_ENOBUFS))
  public static let timedOut = SystemError(code: Int32(WEIR_ETIMEDOUT))
  public static let connectionRefused = SystemError(code: Int32(WEIR_ECONNREFUSED))
  public static let hostUnreachable = SystemError(code: Int32(WEIR_EHOSTUNREACH))

  /// No descriptor or no memory is left: trying again later may succeed.
  @inlinable
  public var isExhaustion: Bool {
    code == Int32(WEIR_EMFILE) || code == Int32(WEIR_ENFILE) || code == Int32(WEIR_ENOBUFS)
      || code == Int32(WEIR_ENOMEM)
  }

  /// The result of a call that gives a negative errno.
  static func check(_ result: Int32) throws(SystemError) -> Int32 {
    guard result >= 0 else { throw SystemError(code: -result) }
    return result
  }
}

extension SystemError: CustomStringConvertible {
  /// `ECONNREFUSED`
  public var name: String {
    // The text is a constant of the C library.
    guard let text = unsafe weir_error_name(code) else { return "errno \(code)" }
    return unsafe String(cString: text)
  }

  /// `Connection refused (ECONNREFUSED)`
  public var description: String {
    guard let text = unsafe weir_error_text(code) else { return name }
    return unsafe "\(String(cString: text)) (\(name))"
  }
}
