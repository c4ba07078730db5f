public import HTTPWire
public import WeirRequest

extension ReasonCode {
  /// The reason of a message that is refused by its bytes. Of a request it has the code and the status of the mistake; what only a
  /// response can have is its upstream's.
  public init(_ error: WireError) {
    self =
      switch error {
      case .requestLine: .requestLine
      case .methodByte: .methodByte
      case .targetByte: .targetByte
      case .targetTooLong: .targetTooLong
      case .version: .versionMalformed
      case .versionUnsupported: .versionUnsupported
      case .bareCarriageReturn: .bareCarriageReturn
      case .bareLineFeed: .bareLineFeed
      case .nul: .nul
      case .foldedLine: .foldedLine
      case .spaceBeforeColon: .spaceBeforeColon
      case .fieldName: .fieldName
      case .fieldNameUnderscore: .fieldNameUnderscore
      case .fieldValue: .fieldValue
      case .tooManyFields: .tooManyFields
      case .headTooLarge: .headTooLarge
      case .hostMissing: .hostMissing
      case .hostRepeated: .hostRepeated
      case .contentLength: .contentLength
      case .contentLengthRepeated: .contentLengthRepeated
      case .contentLengthBesideTransferEncoding: .contentLengthBesideTransferEncoding
      case .transferEncoding: .transferEncoding
      case .transferEncodingRepeated: .transferEncodingRepeated
      case .transferEncodingInHTTP10: .transferEncodingInHTTP10
      case .transferCodingUnsupported: .transferCodingUnsupported
      case .connectionOptions: .connectionOptions
      case .expectation: .expectation
      case .chunkSize: .chunkSize
      case .chunkExtension: .chunkExtension
      case .chunkExtensionsTooLarge: .chunkExtensionsTooLarge
      case .chunkEnd: .chunkEnd
      case .trailersTooLarge: .trailersTooLarge
      case .bodyCutShort: .bodyCutShort
      case .statusLine, .statusCode, .upgradeUnasked: .upstreamProtocol
      }
  }
}
