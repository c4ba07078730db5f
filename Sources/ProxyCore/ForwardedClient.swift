import ProxyTransport
import WeirPolicy

/// For whom trusted proxies speak: `x-forwarded-for` is read from the right, and the first address that is none of ours is the client.
///
/// Where every address is ours, the first of them is: a request of our own. What stands left of the client was written by the client
/// and is not looked at; a hop that no address can be read from is nobody's word.
///
/// - Parameters:
///   - hops: all lines, joined by commas.
///   - peer: a trusted one.
/// - Returns: `nil` for a hop that is no address.
func forwardedClient(_ hops: Span<UInt8>, behind peer: IPAddress, _ listener: borrowing Listener) -> IPAddress? {
  var client = peer
  var end = hops.count
  while end >= 0 {
    var start = end
    while start > 0, hops[start - 1] != UInt8(ascii: ",") { start -= 1 }
    let hop = trimmed(hops, start..<end)
    end = start - 1
    // Empty members of a list say nothing (RFC 9110 section 5.6.1).
    if hop.isEmpty { continue }
    guard let address = hopAddress(hops.extracting(hop)) else { return nil }
    client = address
    if !listener.trusts(address) { break }
  }
  return client
}

private func trimmed(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
  var range = range
  while let first = range.first, line[first] == 0x20 || line[first] == 0x09 { range = range.dropFirst() }
  while let last = range.last, line[last] == 0x20 || line[last] == 0x09 { range = range.dropLast() }
  return range
}

/// An address, perhaps with a port, as proxies write it: `10.1.2.3`, `10.1.2.3:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
private func hopAddress(_ text: Span<UInt8>) -> IPAddress? {
  let colon = UInt8(ascii: ":")
  if text[0] == UInt8(ascii: "[") {
    var close = 1
    while close < text.count, text[close] != UInt8(ascii: "]") { close += 1 }
    guard close < text.count, isPort(text, from: close + 1) else { return nil }
    guard let address = IPAddress(text.extracting(1..<close)), !address.isIPv4 || contains(colon, text, 1..<close)
    else { return nil }
    return address
  }
  var first = 0
  while first < text.count, text[first] != colon { first += 1 }
  guard first < text.count, !contains(colon, text, first + 1..<text.count) else { return IPAddress(text) }
  return isPort(text, from: first) ? IPAddress(text.extracting(0..<first)) : nil
}

private func contains(_ byte: UInt8, _ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
  for index in range where text[index] == byte { return true }
  return false
}

/// Nothing, or a colon and one to five digits.
private func isPort(_ text: Span<UInt8>, from start: Int) -> Bool {
  guard start < text.count else { return true }
  guard text[start] == UInt8(ascii: ":"), (1...5).contains(text.count - start - 1) else { return false }
  for index in start + 1..<text.count where !(0x30...0x39).contains(text[index]) { return false }
  return true
}
