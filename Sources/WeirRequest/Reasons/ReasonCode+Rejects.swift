import HTTPCanonical
import WeirPolicy

extension ReasonCode {
  public init(_ reject: DecisionReject) {
    self =
      switch reject {
      case .repeatedHeader: .repeatedHeader
      case .repeatedQuery: .repeatedQuery
      case .repeatedCookie: .repeatedCookie
      case .mtlsRequired: .mtlsRequired
      case .methodInvalid: .methodInvalid
      case .noRoute: .noRoute
      case .routeIndeterminate: .routeIndeterminate
      case .rewriteNotCanonical: .rewriteNotCanonical
      }
  }

  public init(_ reason: RejectReason) {
    self =
      switch reason {
      case .targetEmpty: .targetEmpty
      case .targetConnect: .targetConnect
      case .targetAsterisk: .targetAsterisk
      case .targetScheme: .targetScheme
      case .pathNotAbsolute: .pathNotAbsolute
      case .pathTooLong: .pathTooLong
      case .pathEncodedSlash: .pathEncodedSlash
      case .pathBackslash: .pathBackslash
      case .pathEncodedBackslash: .pathEncodedBackslash
      case .pathSemicolon: .pathSemicolon
      case .pathNul: .pathNul
      case .pathControl: .pathControl
      case .pathFragment: .pathFragment
      case .pathBadPercent: .pathBadPercent
      case .pathDoubleEncoding: .pathDoubleEncoding
      case .pathInvalidUTF8: .pathInvalidUTF8
      case .pathForbiddenByte: .pathForbiddenByte
      case .pathAboveRoot: .pathAboveRoot
      case .pathDotsAfterEmptySegment: .pathDotsAfterEmptySegment
      case .queryTooLong: .queryTooLong
      case .queryNul: .queryNul
      case .queryControl: .queryControl
      case .queryFragment: .queryFragment
      case .queryBadPercent: .queryBadPercent
      case .queryForbiddenByte: .queryForbiddenByte
      case .hostEmpty: .hostEmpty
      case .hostTooLong: .hostTooLong
      case .hostUserinfo: .hostUserinfo
      case .hostPercent: .hostPercent
      case .hostNonASCII: .hostNonASCII
      case .hostForbiddenByte: .hostForbiddenByte
      case .hostBadLabel: .hostBadLabel
      case .hostBadPort: .hostBadPort
      case .hostBadIPv4: .hostBadIPv4
      case .hostBadIPv6: .hostBadIPv6
      case .hostMismatch: .hostMismatch
      case .headerNameEmpty: .headerNameEmpty
      case .headerNameTooLong: .headerNameTooLong
      case .headerNameForbiddenByte: .headerNameForbiddenByte
      case .headerValueTooLong: .headerValueTooLong
      case .headerValueNul: .headerValueNul
      case .headerValueLineBreak: .headerValueLineBreak
      case .headerValueControl: .headerValueControl
      case .headerTooManyFields: .headerTooManyFields
      case .headerSectionTooLarge: .headerSectionTooLarge
      case .cookieMalformed: .cookieMalformed
      }
  }

  public init(_ error: TokenError) {
    self =
      switch error {
      case .malformed: .tokenMalformed
      case .repeated: .tokenRepeated
      case .unknownIssuer: .tokenUnknownIssuer
      case .algorithm: .tokenAlgorithm
      case .key: .tokenKey
      case .signature: .tokenSignature
      case .audience: .tokenAudience
      case .expired: .tokenExpired
      case .notYet: .tokenNotYet
      case .claim: .tokenClaim
      }
  }
}
