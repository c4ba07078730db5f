import SyntaxTesting
import Testing
import WeirSyntax

/// One mistake, one message: whichever token of a good file is wrong.
@Suite struct OneMessageTests {
  @Test(arguments: ["authz", "tests", "facts"], ["", "xyz", "}", "\""])
  func oneWrongTokenGivesOneMessage(example: String, replacement: String) throws {
    let text = Array(try Sources.text("grammar/examples/\(example).weir").utf8)
    let tree = Sources.parsed(text).value.tree
    for token in tree.tokens.indices where !tree.tokens[token].kind.isTrivia {
      var wrong = text
      wrong.replaceSubrange(tree.range(ofToken: token), with: Array(replacement.utf8))
      let messages = Sources.messages(wrong)
      #expect(messages.count <= 1, "`\(tree.text(ofToken: token))` replaced by `\(replacement)`: \(messages)")
    }
  }

  @Test func aStringBrokenByANewlineGivesOneMessage() {
    let messages = Sources.messages(Array("module a\n\nlet b = \"one\ntwo\"\nlet c = 3\n".utf8))
    #expect(messages.count == 1, "\(messages)")
  }
}
