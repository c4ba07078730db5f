import HTTPCanonical

/// A table of cases as text: columns separated by blanks, one case a line, `#` at the beginning of a line for
/// comments. `\xNN` is a byte, `\\` a backslash, `""` nothing. Results that begin with `!` are reject codes.
struct GoldenTable {
  let rows: [[String]]

  init(_ text: String) {
    rows = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      line.split(separator: " ").map(String.init)
    }
  }
}

/// The bytes that a cell of a golden table spells.
func bytes(_ cell: String) -> [UInt8] {
  if cell == "\"\"" { return [] }
  var result: [UInt8] = []
  var rest = Array(cell.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
      result.append(byte)
      continue
    }
    if kind == UInt8(ascii: "x"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
      result.append(value)
      rest = rest.dropFirst(2)
    } else {
      result.append(kind)
    }
  }
  return result
}

/// What a cell looks like for these bytes.
func cell(_ bytes: [UInt8]) -> String {
  guard !bytes.isEmpty else { return "\"\"" }
  return bytes.map { byte in
    switch byte {
    case UInt8(ascii: "\\"): "\\\\"
    case 0x21...0x7E: String(UnicodeScalar(byte))
    default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }.joined()
}

/// What a cell looks like for a result.
func cell(_ result: Result<[UInt8], RejectReason>) -> String {
  switch result {
  case .success(let bytes): cell(bytes)
  case .failure(let reason): "!" + reason.code
  }
}
