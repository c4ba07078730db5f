import CTLS

extension Array where Element == UInt8 {
  /// Lends the bytes to C for the time of the call.
  @unsafe func lend<Result>(_ body: (weir_tls_bytes) -> Result) -> Result {
    unsafe withUnsafeBufferPointer { unsafe body(weir_tls_bytes(start: $0.baseAddress, count: $0.count)) }
  }
}

extension String {
  @unsafe func lend<Result>(_ body: (weir_tls_bytes) -> Result) -> Result { unsafe Array(utf8).lend(body) }
}

extension TLSConfigurationError.Problem {
  /// What a function of the shim says below zero.
  init(refusal: Int32) {
    self =
      switch refusal {
      case WEIR_TLS_NOT_A_CERTIFICATE.rawValue: .notACertificate
      case WEIR_TLS_NOT_A_KEY.rawValue: .notAKey
      case WEIR_TLS_KEY_DOES_NOT_FIT.rawValue: .keyDoesNotFit
      case WEIR_TLS_LONG_CHAIN.rawValue: .chainTooLong
      case WEIR_TLS_NAME_TAKEN.rawValue: .nameTaken
      case WEIR_TLS_WEAK_KEY.rawValue: .tooWeak
      default: .outOfMemory
      }
  }
}
