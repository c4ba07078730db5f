import ArgumentParser
import Foundation
import WeirCompiler
import WeirSource
import WeirSyntax

struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start a policy: a folder that passes `check` and `test`.",
    discussion: """
      Makes the folder NAME with a small mesh, its rules, routes and tests, to be changed. Nothing is overwritten.

      Example:
        weir new shop && weir test shop
      """)

  @Argument(help: "The folder to make; its last part becomes the name of the modules.")
  var name: String

  mutating func run() throws {
    let module = String(name.split(separator: "/").last ?? "")
    guard let first = module.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first,
      module.utf8.allSatisfy({ New.isNameByte($0) }), module != "std"
    else { throw ValidationError("A name begins with a letter and has a to z, 0 to 9, - and _ only.") }
    guard Word(rawValue: module)?.isReserved != true else {
      throw ValidationError("`\(module)` is a word of the language and names nothing.")
    }
    let project = ProjectTemplate(module: module)
    // The name becomes part of modules, hosts and identities, which have rules of their own.
    if let problem = New.problem(of: project) {
      throw ValidationError("No policy can be named `\(module)`: \(problem).")
    }
    guard !FileManager.default.fileExists(atPath: name) else { throw Failure("\(name): exists already") }
    do { try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true) } catch {
      throw Failure("\(name): cannot be made")
    }
    for (file, text) in project.files {
      try Files.create("\(name)/\(file)", Array(text.utf8))
      Output.write("\(name)/\(file)\n")
    }
    Output.write("\nNext: weir check \(name) && weir test \(name)\n")
  }

  /// The first error of the project as it would be written.
  private static func problem(of project: ProjectTemplate) -> String? {
    let sources = project.files.filter { $0.name.hasSuffix(".weir") }
      .map { SourceFile(path: $0.name, text: $0.text) }
    return check(sources).diagnostics.first(where: \.isError)?.message
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
