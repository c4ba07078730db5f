import ArgumentParser
import Foundation

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
    guard !FileManager.default.fileExists(atPath: name) else { throw Failure("\(name): exists already") }
    do { try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true) } catch {
      throw Failure("\(name): cannot be made")
    }
    for (file, text) in ProjectTemplate(module: module).files {
      try Files.create("\(name)/\(file)", Array(text.utf8))
      Output.write("\(name)/\(file)\n")
    }
    Output.write("\nNext: weir check \(name) && weir test \(name)\n")
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
