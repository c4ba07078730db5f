import ArgumentParser
import WeirBundle
import WeirVM

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check that a bundle is whole, signed by a trusted key, and safe to run.",
    discussion: """
      Does what a host does before it activates a bundle: hashes, signatures, features, then every word of the program. Exit
      status 1 and the reason when the bundle is refused.

      Example:
        weir verify policy.weirb --trust release.pub
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @Option(help: ArgumentHelp("A public key that is trusted; may be given several times.", valueName: "PUB"))
  var trust: [String]

  mutating func run() throws {
    guard !trust.isEmpty else { throw ValidationError("Give a key with --trust.") }
    let keys = try trust.map(BundleFile.publicKey)
    try BundleFile.inspecting(bundle) {
      let bundle = try BundleFile.open(self.bundle)
      try bundle.verify(.keys(keys))
      _ = try bundle.topology()
      _ = try bundle.policy()
      _ = try WeirVM.verify(UnverifiedProgram(try bundle.program()))
      Output.write("\(self.bundle): valid, generation \(bundle.header.generation), sha256 \(bundle.identity)\n")
    }
  }
}
