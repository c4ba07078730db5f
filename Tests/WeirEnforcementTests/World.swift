import Foundation
import Testing
import WeirBundle
import WeirCompiler
import WeirEnforcement
import WeirPolicy
import WeirRequest
import WeirSource

/// The root of the repository.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// What the checker found.
struct NoPolicy: Error, CustomStringConvertible {
  let description: String
}

/// A compiled policy and the answers of its bundle.
struct World {
  let policy: Policy
  let bytes: [UInt8]

  /// One file in a module of its own.
  init(_ text: String) throws { try self.init([SourceFile(path: "shop.weir", text: text)]) }

  /// A folder of worked policies.
  init(folder: String) throws {
    let folder = repository.appendingPathComponent("policies").appendingPathComponent(folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".weir") }
    try self.init(
      names.sorted().map { name in
        SourceFile(path: name, text: Array(try Data(contentsOf: folder.appendingPathComponent(name))))
      })
  }

  private init(_ files: [SourceFile]) throws {
    let checked = check(files)
    guard let policy = checked.policy else {
      throw NoPolicy(
        description: DiagnosticRenderer(sources: checked.sources, format: .human).render(checked.diagnostics))
    }
    self.policy = policy
    bytes = try build(policy, generation: 1)
  }

  /// Decides requests, one a line of JSON, under the bundle.
  func answers(_ lines: [String]) throws -> [String] {
    let bundle = try LoadedBundle.load(bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    return lines.map { line in
      do throws(RequestError) {
        return try enforcer.decide(try facts(line), under: bundle).json.text
      } catch {
        return error.json.text
      }
    }
  }

  func facts(_ line: String) throws(RequestError) -> RequestFacts {
    try RequestDecoder(data: DataNames(policy.dataSets)).decode(Array(line.utf8))
  }

  /// The verdict on one request.
  func verdict(_ line: String) throws -> Verdict {
    let bundle = try LoadedBundle.load(bytes, trust: .anybody)
    var enforcer = Enforcer(for: bundle)
    return try enforcer.decide(try facts(line), under: bundle)
  }
}

/// The lines of a file beside a worked policy; none when it is not there.
func lines(_ file: String, of folder: String) -> [String] {
  let url = repository.appendingPathComponent("policies/\(folder)/\(file)")
  return ((try? String(contentsOf: url, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
}

/// Every folder of worked policies.
let workedPolicies: [String] = {
  let folder = repository.appendingPathComponent("policies")
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  return names.filter { !lines("requests.jsonl", of: $0).isEmpty }.sorted()
}()
