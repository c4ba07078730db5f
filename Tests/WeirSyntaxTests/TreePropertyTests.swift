import PropertyTesting
import SyntaxTesting
import Testing
import WeirSyntax

/// Whatever the bytes are: no crash, nothing lost, a sound tree.
@Suite struct TreePropertyTests {
  @Test func treesOfBrokenSourcesKeepEveryByte() {
    let files = Sources.files(below: "grammar/examples") + Sources.files(below: "policies")
    #expect(!files.isEmpty)
    for seed in 0..<1_500 {
      var mutation = Mutation(seed: UInt64(seed))
      var random = SplitMix64(seed: UInt64(seed))
      let file = files.randomElement(using: &random)?.text ?? []
      check(seed.isMultiple(of: 3) ? mutation.soup() : mutation.mutated(file), seed: seed)
    }
  }

  private func check(_ text: [UInt8], seed: Int) {
    let parsed = Sources.parsed(text)
    let tree = parsed.value.tree
    #expect(tree.text == text, "seed \(seed)")
    #expect(tree.tokens.first?.start == 0 && tree.tokens.last?.kind == .endOfFile, "seed \(seed)")
    #expect(zip(tree.tokens, tree.tokens.dropFirst()).allSatisfy { $0.start <= $1.start }, "seed \(seed)")
    #expect(tree.isComplete == parsed.diagnostics.isEmpty, "seed \(seed)")
    for node in tree.nodes.indices {
      var next = tree.nodes[node].tokens.lowerBound
      for child in tree.children(of: node) {
        #expect(tree.nodes[child].tokens.lowerBound >= next, "seed \(seed)")
        next = tree.nodes[child].tokens.upperBound
      }
      #expect(next <= tree.nodes[node].tokens.upperBound, "seed \(seed)")
    }
    for diagnostic in parsed.diagnostics {
      #expect(diagnostic.span.start >= 0 && diagnostic.span.end <= text.count, "seed \(seed)")
      #expect(diagnostic.labels.count <= 2, "seed \(seed)")
    }
  }
}
