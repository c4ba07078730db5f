/// Why a request ended as it did: one of a closed list, the same for logs, metrics, local replies and their documentation.
///
/// The raw value is a place in tables of counters and may change from one version to the next; `text` never does.
public enum ReasonCode: UInt8, CaseIterable, Hashable, BitwiseCopyable, Sendable {
  // The request went where it should, or the policy answered it itself.
  case forwarded, local
  // The rules' decision.
  case rule, noRule, indeterminate
  // Refused before, or instead of, a decision: `DecisionReject`.
  case repeatedHeader, repeatedQuery, repeatedCookie, mtlsRequired, methodInvalid, noRoute, routeIndeterminate
  case rewriteNotCanonical
  // No canonical form: `RejectReason`.
  case targetEmpty, targetConnect, targetAsterisk, targetScheme, pathNotAbsolute, pathTooLong, pathEncodedSlash
  case pathBackslash, pathEncodedBackslash, pathSemicolon, pathNul, pathControl, pathFragment, pathBadPercent
  case pathDoubleEncoding, pathInvalidUTF8, pathForbiddenByte, pathAboveRoot, pathDotsAfterEmptySegment, queryTooLong
  case queryNul, queryControl, queryFragment, queryBadPercent, queryForbiddenByte, hostEmpty, hostTooLong
  case hostUserinfo, hostPercent, hostNonASCII, hostForbiddenByte, hostBadLabel, hostBadPort, hostBadIPv4
  case hostBadIPv6, hostMismatch, headerNameEmpty, headerNameTooLong, headerNameForbiddenByte, headerValueTooLong
  case headerValueNul, headerValueLineBreak, headerValueControl, headerTooManyFields, headerSectionTooLarge
  case cookieMalformed
  // A token that is there and not good: `TokenError`.
  case tokenMalformed, tokenRepeated, tokenUnknownIssuer, tokenAlgorithm, tokenKey, tokenSignature, tokenAudience
  case tokenExpired, tokenNotYet, tokenClaim
  // The client and its connection.
  case badRequest, headTooLarge, forwardedForMalformed, misdirected
  case requestTimeout, slowBody, traceRefused, maxForwards, clientGone
  // No HTTP/1, byte for byte.
  case requestLine, methodByte, targetByte, targetTooLong, versionMalformed, versionUnsupported
  case bareCarriageReturn, bareLineFeed, nul, foldedLine, spaceBeforeColon
  case fieldName, fieldNameUnderscore, fieldValue, tooManyFields, hostMissing, hostRepeated
  case contentLength, contentLengthRepeated, contentLengthBesideTransferEncoding
  case transferEncoding, transferEncodingRepeated, transferEncodingInHTTP10, transferCodingUnsupported
  case connectionOptions, expectation
  case chunkSize, chunkExtension, chunkExtensionsTooLarge, chunkEnd, trailersTooLarge, bodyCutShort
  // What lies behind us.
  case noEndpoint, circuitOpen, upstreamConnect, upstreamTLS, upstreamReset, upstreamProtocol, upstreamTimeout
  // We ourselves.
  case overload, internalError

  /// Whether the policy says so of the request, and not the proxy of what happened to it. The groups above stand in this order.
  public var isOfPolicy: Bool { rawValue < ReasonCode.badRequest.rawValue }
}
