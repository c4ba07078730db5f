import HTTPCanonical
import Testing
import WeirPolicy
import WeirRequest

@Suite struct ReasonCodeTests {
  @Test func codesAreWords() {
    let texts = ReasonCode.allCases.map(\.text)
    #expect(Set(texts).count == texts.count)
    for text in texts { #expect(text.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(text)") }
    for reason in ReasonCode.allCases {
      #expect(!reason.explanation.isEmpty)
      #expect((200...599).contains(reason.status) || reason == .clientGone && reason.status == 0)
    }
  }

  /// The codes of `weir explain --list reject` are the same ones.
  @Test func rejectsKeepTheirCodes() {
    for reason in RejectReason.allCases { #expect(ReasonCode(reason).text == reason.code) }
    for reject in DecisionReject.allCases { #expect(ReasonCode(reject).text == reject.rawValue) }
    for error in TokenError.allCases { #expect(ReasonCode(error).text == error.rawValue) }
  }

  @Test(
    arguments: [
      (.rule, 403, 7), (.noRule, 403, 7), (.tokenExpired, 401, 16), (.overload, 503, 14), (.circuitOpen, 503, 14),
      (.upstreamTimeout, 504, 4), (.pathEncodedSlash, 400, 3), (.headTooLarge, 431, 8), (.misdirected, 421, 14),
    ] as [(ReasonCode, UInt16, UInt8)])
  func repliesHaveAStatus(reason: ReasonCode, status: UInt16, grpcStatus: UInt8) {
    #expect(reason.status == status)
    #expect(reason.grpcStatus == grpcStatus)
  }
}
