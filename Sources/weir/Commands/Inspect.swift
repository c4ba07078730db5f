import ArgumentParser
import WeirBundle
import WeirVM

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a bundle holds.",
    discussion: """
      Without an option: identity, generation, signatures and what the bundle asks of a host. Signatures are shown, not trusted:
      `weir verify` does that.

      Examples:
        weir inspect policy.weirb
        weir inspect policy.weirb --stats          sizes and counts
        weir inspect policy.weirb --rules          every rule, route and limit with its place in the sources
        weir inspect policy.weirb --disassemble    the program, and what a decision costs at most
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @Flag(
    help: "Sizes of the sections, numbers of slots, conditions and instructions, and what a decision costs at most.")
  var stats = false

  @Flag(help: "Every rule, route and limit with its place in the sources.")
  var rules = false

  @Flag(help: "The instructions of every rule, route and limit, and the certificate of what a decision costs at most.")
  var disassemble = false

  mutating func run() throws {
    try BundleFile.inspecting(bundle) {
      let bundle = try BundleFile.open(self.bundle)
      let inspection = try BundleInspection(bundle)
      if !stats && !rules && !disassemble { summary(inspection) }
      if stats { statistics(inspection) }
      if rules { ruleTable(inspection) }
      if disassemble { Output.write(try WeirVM.verify(UnverifiedProgram(try bundle.program())).disassembly()) }
    }
  }

  private func summary(_ inspection: BundleInspection) {
    var rows = [
      ["sha256", "\(inspection.identity)"], ["generation", "\(inspection.generation)"],
      ["paths", inspection.mergesAndDecodesPaths ? "merge_and_decode" : "strict"],
      ["services", "\(inspection.serviceCount)"], ["bytes", "\(inspection.byteCount)"],
    ]
    rows +=
      inspection.signatures.isEmpty ? [["signed by", "nobody"]] : inspection.signatures.map { ["signed by", "\($0)"] }
    rows += inspection.features.map { ["needs", "\($0.construct) (\($0.place))"] }
    Output.write(Table(rows).text)
  }

  private func statistics(_ inspection: BundleInspection) {
    let rows =
      [
        ["bytes", "\(inspection.byteCount)"], ["slots", "\(inspection.slotCount)"],
        ["conditions", "\(inspection.conditionCount)"], ["instructions", "\(inspection.instructionCount)"],
        ["rules, routes and limits", "\(inspection.rules.count)"],
      ] + inspection.sections.map { ["section \($0.name)", "\($0.byteCount)"] }
    Output.write(Table(rows).text)
  }

  private func ruleTable(_ inspection: BundleInspection) {
    Output.write(Table(inspection.rules.map { [$0.scope, $0.effect, $0.name, $0.place] }).text)
  }
}
