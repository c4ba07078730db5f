/// Why a request is refused before any rule sees it.
///
/// The raw value is the stable code that logs, `eval` and `weir explain --list reject` show. A code is never
/// renamed and never reused; the list is closed so that every reader lists every reason.
public enum RejectReason: String, Error, CaseIterable, Sendable {
  case targetEmpty = "target_empty"
  case targetConnect = "target_connect"
  case targetAsterisk = "target_asterisk"
  case targetScheme = "target_scheme"

  case pathNotAbsolute = "path_not_absolute"
  case pathTooLong = "path_too_long"
  case pathEncodedSlash = "path_encoded_slash"
  case pathBackslash = "path_backslash"
  case pathEncodedBackslash = "path_encoded_backslash"
  case pathSemicolon = "path_semicolon"
  case pathNul = "path_nul"
  case pathControl = "path_control"
  case pathFragment = "path_fragment"
  case pathBadPercent = "path_bad_percent"
  case pathDoubleEncoding = "path_double_encoding"
  case pathInvalidUTF8 = "path_invalid_utf8"
  case pathForbiddenByte = "path_forbidden_byte"
  case pathAboveRoot = "path_above_root"
  case pathDotsAfterEmptySegment = "path_dots_after_empty_segment"

  case queryTooLong = "query_too_long"
  case queryNul = "query_nul"
  case queryControl = "query_control"
  case queryFragment = "query_fragment"
  case queryBadPercent = "query_bad_percent"
  case queryForbiddenByte = "query_forbidden_byte"

  case hostEmpty = "host_empty"
  case hostTooLong = "host_too_long"
  case hostUserinfo = "host_userinfo"
  case hostPercent = "host_percent"
  case hostNonASCII = "host_non_ascii"
  case hostForbiddenByte = "host_forbidden_byte"
  case hostBadLabel = "host_bad_label"
  case hostBadPort = "host_bad_port"
  case hostBadIPv4 = "host_bad_ipv4"
  case hostBadIPv6 = "host_bad_ipv6"
  case hostMismatch = "host_mismatch"

  case headerNameEmpty = "header_name_empty"
  case headerNameTooLong = "header_name_too_long"
  case headerNameForbiddenByte = "header_name_forbidden_byte"
  case headerValueTooLong = "header_value_too_long"
  case headerValueNul = "header_value_nul"
  case headerValueLineBreak = "header_value_line_break"
  case headerValueControl = "header_value_control"
  case headerTooManyFields = "header_too_many_fields"
  case headerSectionTooLarge = "header_section_too_large"
  case cookieMalformed = "cookie_malformed"
}

extension RejectReason {
  /// The stable code, for example `path_encoded_slash`.
  public var code: String { rawValue }

  /// The HTTP status that answers the request (RFC 9110 section 15, RFC 6585 section 5).
  public var status: UInt16 {
    switch self {
    case .targetConnect: 501
    case .pathTooLong, .queryTooLong: 414
    case .headerNameTooLong, .headerValueTooLong, .headerTooManyFields, .headerSectionTooLarge: 431
    case .targetEmpty, .targetAsterisk, .targetScheme,
      .pathNotAbsolute, .pathEncodedSlash, .pathBackslash, .pathEncodedBackslash, .pathSemicolon, .pathNul,
      .pathControl, .pathFragment, .pathBadPercent, .pathDoubleEncoding, .pathInvalidUTF8, .pathForbiddenByte,
      .pathAboveRoot, .pathDotsAfterEmptySegment,
      .queryNul, .queryControl, .queryFragment, .queryBadPercent, .queryForbiddenByte,
      .hostEmpty, .hostTooLong, .hostUserinfo, .hostPercent, .hostNonASCII, .hostForbiddenByte, .hostBadLabel,
      .hostBadPort, .hostBadIPv4, .hostBadIPv6, .hostMismatch,
      .headerNameEmpty, .headerNameForbiddenByte, .headerValueNul, .headerValueLineBreak, .headerValueControl,
      .cookieMalformed:
      400
    }
  }

  /// One line for people: what was found, in the words of the request.
  public var explanation: String {
    switch self {
    case .targetEmpty: "the request target is empty"
    case .targetConnect: "CONNECT asks for a tunnel, which is never opened"
    case .targetAsterisk: "the target * belongs to OPTIONS alone"
    case .targetScheme: "the scheme of an absolute target is neither http nor https"
    case .pathNotAbsolute: "the path does not begin with /"
    case .pathTooLong: "the path is longer than 8192 bytes"
    case .pathEncodedSlash: "the path contains %2F, which upstreams read as a slash or as data"
    case .pathBackslash: "the path contains a backslash, which some upstreams read as a slash"
    case .pathEncodedBackslash: "the path contains %5C, an escaped backslash"
    case .pathSemicolon: "a path segment contains ; and upstreams disagree about what follows it"
    case .pathNul: "the path contains a NUL byte, raw or escaped"
    case .pathControl: "the path contains a control byte, raw or escaped"
    case .pathFragment: "the path contains #, and a fragment is never sent to a server"
    case .pathBadPercent: "a % in the path is not followed by two hexadecimal digits"
    case .pathDoubleEncoding: "the path is escaped twice: %25 stands before two hexadecimal digits"
    case .pathInvalidUTF8: "the escapes of the path are not valid UTF-8 (RFC 3629)"
    case .pathForbiddenByte: "the path contains a byte outside the path set of RFC 3986"
    case .pathAboveRoot: "a .. segment leaves the root of the path"
    case .pathDotsAfterEmptySegment: "a .. segment removes an empty segment, and upstreams disagree about the result"
    case .queryTooLong: "the query is longer than 8192 bytes"
    case .queryNul: "the query contains a NUL byte, raw or escaped"
    case .queryControl: "the query contains a raw control byte"
    case .queryFragment: "the query contains #, and a fragment is never sent to a server"
    case .queryBadPercent: "a % in the query is not followed by two hexadecimal digits"
    case .queryForbiddenByte: "the query contains a byte that must be escaped in a query"
    case .hostEmpty: "the host is empty"
    case .hostTooLong: "the host is longer than 253 bytes"
    case .hostUserinfo: "the host carries user information before @"
    case .hostPercent: "the host contains a percent escape or a zone"
    case .hostNonASCII: "the host contains a byte outside ASCII"
    case .hostForbiddenByte: "the host contains a byte other than letters, digits, - _ and ."
    case .hostBadLabel: "a label of the host is empty, longer than 63 bytes, or begins or ends with -"
    case .hostBadPort: "the port is not a number from 1 to 65535 without leading zeros"
    case .hostBadIPv4: "the host ends in a number and is not an IPv4 address of four decimal numbers"
    case .hostBadIPv6: "the host in brackets is not an IPv6 address"
    case .hostMismatch: "the authority of the target and the Host header differ"
    case .headerNameEmpty: "a header name is empty"
    case .headerNameTooLong: "a header name is longer than 256 bytes"
    case .headerNameForbiddenByte: "a header name contains a byte that is not allowed in a token"
    case .headerValueTooLong: "a header value is longer than 8192 bytes"
    case .headerValueNul: "a header value contains a NUL byte"
    case .headerValueLineBreak: "a header value contains a carriage return or a line feed"
    case .headerValueControl: "a header value contains a control byte other than the tab"
    case .headerTooManyFields: "the request has more than 100 header fields"
    case .headerSectionTooLarge: "the header fields are larger than 16384 bytes together"
    case .cookieMalformed: "a Cookie header is not a list of name=value pairs separated by ;"
    }
  }
}
