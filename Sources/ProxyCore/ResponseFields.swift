import HTTPWire
import WeirEnforcement
import WeirRequest

/// Hands the end-to-end fields of a response to the enforcer, for conditions over it and for the changes of its route.
func takeResponse(
  _ bytes: Span<UInt8>, _ head: borrowing ResponseHead, into enforcer: inout Enforcer
) throws(Reject) {
  enforcer.beginResponse(status: head.status)
  for index in 0..<head.fields.count {
    let field = head.fields[index]
    // The framing is this proxy's own; without a body a length is a word about another response (RFC 9110 section 8.6).
    if field.isHopByHop || field.known == .contentLength && head.framing != .none { continue }
    try enforcer.takeResponseField(name: bytes.extracting(field.name), value: bytes.extracting(field.value))
  }
}
