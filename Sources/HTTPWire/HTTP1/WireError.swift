/// Why a message is refused by its bytes alone. The connection closes after each: where the next message begins is not known.
public enum WireError: UInt8, Error, CaseIterable, Sendable, BitwiseCopyable {
  case requestLine, methodByte, targetByte, targetTooLong, version, versionUnsupported
  case statusLine, statusCode, upgradeUnasked
  case bareCarriageReturn, bareLineFeed, nul, foldedLine, spaceBeforeColon
  case fieldName, fieldNameUnderscore, fieldValue, tooManyFields, headTooLarge
  case hostMissing, hostRepeated
  case contentLength, contentLengthRepeated, contentLengthBesideTransferEncoding
  case transferEncoding, transferEncodingRepeated, transferEncodingInHTTP10, transferCodingUnsupported
  case connectionOptions, expectation
  case chunkSize, chunkExtension, chunkExtensionsTooLarge, chunkEnd
  case trailersTooLarge, bodyCutShort

  /// The stable code in logs, metrics and answers. Never renamed, never reused.
  public var code: StaticString {
    switch self {
    case .requestLine: "request_line"
    case .methodByte: "method_byte"
    case .targetByte: "target_byte"
    case .targetTooLong: "target_too_long"
    case .version: "version"
    case .versionUnsupported: "version_unsupported"
    case .statusLine: "status_line"
    case .statusCode: "status_code"
    case .upgradeUnasked: "upgrade_unasked"
    case .bareCarriageReturn: "bare_cr"
    case .bareLineFeed: "bare_lf"
    case .nul: "nul"
    case .foldedLine: "folded_line"
    case .spaceBeforeColon: "space_before_colon"
    case .fieldName: "field_name"
    case .fieldNameUnderscore: "field_name_underscore"
    case .fieldValue: "field_value"
    case .tooManyFields: "too_many_fields"
    case .headTooLarge: "head_too_large"
    case .hostMissing: "host_missing"
    case .hostRepeated: "host_repeated"
    case .contentLength: "content_length"
    case .contentLengthRepeated: "content_length_repeated"
    case .contentLengthBesideTransferEncoding: "content_length_beside_transfer_encoding"
    case .transferEncoding: "transfer_encoding"
    case .transferEncodingRepeated: "transfer_encoding_repeated"
    case .transferEncodingInHTTP10: "transfer_encoding_http10"
    case .transferCodingUnsupported: "transfer_coding_unsupported"
    case .connectionOptions: "connection_options"
    case .expectation: "expectation"
    case .chunkSize: "chunk_size"
    case .chunkExtension: "chunk_extension"
    case .chunkExtensionsTooLarge: "chunk_extensions_too_large"
    case .chunkEnd: "chunk_end"
    case .trailersTooLarge: "trailers_too_large"
    case .bodyCutShort: "body_cut_short"
    }
  }

  /// The status that answers a request with this mistake (RFC 9110 section 15, RFC 6585 section 5). A mistake in a
  /// response is the upstream's: the client is answered 502.
  public var status: UInt16 {
    switch self {
    case .targetTooLong: 414
    case .expectation: 417
    case .tooManyFields, .headTooLarge, .trailersTooLarge: 431
    case .transferCodingUnsupported: 501
    case .versionUnsupported: 505
    case .statusLine, .statusCode, .upgradeUnasked: 502
    case .requestLine, .methodByte, .targetByte, .version, .bareCarriageReturn, .bareLineFeed, .nul, .foldedLine,
      .spaceBeforeColon, .fieldName, .fieldNameUnderscore, .fieldValue, .hostMissing, .hostRepeated, .contentLength,
      .contentLengthRepeated, .contentLengthBesideTransferEncoding, .transferEncoding, .transferEncodingRepeated,
      .transferEncodingInHTTP10, .connectionOptions, .chunkSize, .chunkExtension, .chunkExtensionsTooLarge, .chunkEnd,
      .bodyCutShort:
      400
    }
  }
}
