/// `engine build|decide|loop FOLDER POLICY …`: what bench.py asks for. Each prints one JSON object.
@main
struct Main {
  static func main() throws {
    var arguments = CommandLine.arguments.dropFirst()
    guard let mode = arguments.popFirst(), let folder = arguments.popFirst(), let policy = arguments.popFirst() else {
      throw Mistake("engine MODE FOLDER POLICY")
    }
    switch mode {
    case "build": try Building(folder: folder, policy: policy).run()
    case "decide": try Deciding(folder: folder, policy: policy).run()
    case "loop":
      guard let what = arguments.popFirst().flatMap(Looping.Loop.init(rawValue:)),
        let count = arguments.popFirst().flatMap({ Int($0) })
      else {
        throw Mistake("engine loop FOLDER POLICY load|fill|decide|match COUNT")
      }
      try Looping(folder: folder, policy: policy).run(what, count)
    default: throw Mistake("no mode is named \(mode)")
    }
  }
}

/// What stops a run.
struct Mistake: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
