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

  /// One line for people: what was found.
  public var explanation: StaticString {
    switch self {
    case .requestLine: "the request line is not METHOD, one space, TARGET, one space, HTTP/1.1"
    case .methodByte: "the method contains a byte that is not allowed in a token"
    case .targetByte: "the request target contains a byte that is not visible ASCII"
    case .targetTooLong: "the request line is longer than 16384 bytes"
    case .version: "the version is not HTTP/ and two digits"
    case .versionUnsupported: "the version is neither HTTP/1.0 nor HTTP/1.1"
    case .statusLine: "the status line is not HTTP/1.1, one space, three digits, one space, words"
    case .statusCode: "the status is not a number from 100 to 599"
    case .upgradeUnasked: "the upstream switched protocols although nobody asked"
    case .bareCarriageReturn: "a carriage return without a line feed"
    case .bareLineFeed: "a line feed without a carriage return"
    case .nul: "a NUL byte in the head"
    case .foldedLine: "a field line begins with whitespace"
    case .spaceBeforeColon: "whitespace between the name of a field and its colon"
    case .fieldName: "the name of a field is empty or contains a byte that is not allowed in a token"
    case .fieldNameUnderscore: "the name of a field differs from a framing or forwarding field by an underscore alone"
    case .fieldValue: "the value of a field contains a control byte"
    case .tooManyFields: "more than 100 field lines"
    case .headTooLarge: "the head is larger than 16384 bytes"
    case .hostMissing: "an HTTP/1.1 request without Host"
    case .hostRepeated: "more than one Host field"
    case .contentLength: "Content-Length is not one plain number"
    case .contentLengthRepeated: "more than one Content-Length field"
    case .contentLengthBesideTransferEncoding: "both Content-Length and Transfer-Encoding"
    case .transferEncoding: "Transfer-Encoding does not end in chunked, or names it twice"
    case .transferEncodingRepeated: "more than one Transfer-Encoding field"
    case .transferEncodingInHTTP10: "Transfer-Encoding in an HTTP/1.0 message"
    case .transferCodingUnsupported: "a transfer coding beside chunked"
    case .connectionOptions: "Connection is not a list of names, or has more than 32"
    case .expectation: "an expectation other than 100-continue"
    case .chunkSize: "a chunk size is not one to sixteen hexadecimal digits"
    case .chunkExtension: "a byte in a chunk extension that is not allowed there"
    case .chunkExtensionsTooLarge: "chunk extensions of more than 4096 bytes"
    case .chunkEnd: "a chunk is not followed by CR LF"
    case .trailersTooLarge: "a trailer section of more than 4096 bytes"
    case .bodyCutShort: "the connection ended inside the body"
    }
  }
}
