import SyntaxTesting
import WeirFormat
import WeirSource
import WeirSyntax

/// Tokens are the source, byte for byte, and only the last is empty.
func checkLexer(_ bytes: [UInt8]) -> String? {
  let tokens = Sources.parsed(bytes).value.tree.tokens
  guard bytes.count <= sourceBytesMax else { return nil }
  guard tokens.first?.start == 0, tokens.last?.start == bytes.count, tokens.last?.kind == .endOfFile else {
    return "the tokens do not cover the source"
  }
  for (token, next) in zip(tokens, tokens.dropFirst()) where token.start >= next.start {
    return "the token at \(token.start) is empty"
  }
  return nil
}

/// The tree keeps every byte, nodes nest, diagnostics lie inside the source, each beginning only one.
func checkParser(_ bytes: [UInt8]) -> String? {
  let parsed = Sources.parsed(bytes)
  let tree = parsed.value.tree
  guard bytes.count <= sourceBytesMax else { return nil }
  guard tree.text == bytes else { return "the tree is not the source" }
  guard tree.isComplete == parsed.diagnostics.isEmpty else { return "mistakes and completeness disagree" }
  for diagnostic in parsed.diagnostics where diagnostic.span.end > bytes.count || diagnostic.labels.count > 2 {
    return "\(diagnostic.kind.code) points outside the source"
  }
  return nil
}

/// Formatting keeps the meaning, and formatting again changes nothing.
func checkFormatter(_ bytes: [UInt8]) -> String? {
  let parsed = Sources.parsed(bytes)
  guard let once = format(parsed.value.tree) else {
    return parsed.diagnostics.isEmpty ? "a source without mistakes was not formatted" : nil
  }
  let again = Sources.parsed(once)
  guard again.diagnostics.isEmpty else { return "the formatted source has mistakes" }
  guard dumpWithoutSpans(again.value.unit) == dumpWithoutSpans(parsed.value.unit) else { return "the meaning changed" }
  return format(again.value.tree) == once ? nil : "formatting again changes something"
}
