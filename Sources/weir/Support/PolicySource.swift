import ArgumentParser
import WeirBundle
import WeirCompiler
import WeirPolicy
import WeirSource

/// A policy that a command line names: a bundle, sources, or either of them at a revision of git (`rev:path`).
struct PolicySource {
  /// As it was given.
  let name: String
  let policy: Policy
  /// `nil` of a bundle.
  let sources: [SourceFile]?
  /// The whole bundle; of sources, the one that they make with generation 0.
  let bundle: [UInt8]
  let identity: Digest
  let generation: UInt64

  /// - Parameter names: a bundle, a folder, `rev:path`; or several files and folders with sources; the current folder when
  ///   empty.
  /// - Throws: `Failure` when there is no such thing, or a bundle is refused or has no typed policy; the status of findings
  ///   when sources have errors, which are printed.
  init(_ names: [String]) throws {
    name = names.isEmpty ? "." : names.joined(separator: " ")
    let found: Content
    if names.count == 1, Files.kind(names[0]) == .file, !names[0].hasSuffix(".weir") {
      found = .bundle(try Files.read(names[0]))
    } else if names.count == 1, Files.kind(names[0]) == nil, let revision = GitRevision(names[0]) {
      found = try revision.content()
    } else {
      found = .sources(try SourceFinder.files(at: names))
    }
    switch found {
    case .bundle(let bytes):
      sources = nil
      let opened = try Self.read(bytes, name)
      Self.warnUnlessCompiled(opened.bundle, from: opened.policy, name)
      (policy, bundle, identity, generation) = (
        opened.policy, bytes, opened.bundle.identity, opened.bundle.header.generation
      )
    case .sources(let files):
      sources = files
      policy = try Policy.checked(files)
      bundle = try Build.compile(policy, generation: 0)
      identity = try Self.read(bundle, name).bundle.identity
      generation = 0
    }
  }

  /// The typed policy as the bundle has it: that of sources, with the names of files as hosts tell them.
  func policyOfBundle() throws(Failure) -> Policy { try Self.read(bundle, name).policy }

  enum Content {
    case bundle([UInt8])
    case sources([SourceFile])
  }

  private static func read(_ bytes: [UInt8], _ name: String) throws(Failure) -> (policy: Policy, bundle: Bundle) {
    let bundle: Bundle
    let policy: Policy?
    do throws(BundleError) {
      bundle = try Bundle(bytes, supported: .all)
      policy = try bundle.policy()
    } catch { throw Failure("\(name): refused: \(error) [\(error.code)]") }
    guard let policy else {
      throw Failure(
        "\(name): holds no typed policy, so it cannot be analysed: build it again with this version of weir")
    }
    return (policy, bundle)
  }

  /// The typed policy of a bundle is believed as its signer is; that its program does what the policy says can be seen by
  /// compiling it again.
  private static func warnUnlessCompiled(_ bundle: Bundle, from policy: Policy, _ name: String) {
    let again = try? Bundle(WeirCompiler.build(policy, generation: bundle.header.generation), supported: .all)
    guard again?.identity != bundle.identity else { return }
    Output.error(
      "weir: \(name): its program is not the one that this version of weir makes of its typed policy; what is said "
        + "here is about the typed policy\n")
  }
}
