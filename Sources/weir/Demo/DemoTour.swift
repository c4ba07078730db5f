import Foundation

/// Tries with curl what the invitation proposes, and says what came of it.
struct DemoTour: Sendable {
  private let stage: DemoStage

  init(_ stage: DemoStage) { self.stage = stage }

  /// - Returns: what did not come out as it should.
  func run() -> [String] {
    var problems: [String] = []
    for (title, scene) in scenes {
      do {
        let seen = try scene()
        Output.write("✓ \(title)\n    \(seen)\n")
      } catch let problem as Problem {
        Output.write("✗ \(title)\n    \(problem.text)\n")
        problems.append(title)
      } catch {
        Output.write("✗ \(title)\n    \(error)\n")
        problems.append(title)
      }
    }
    return problems
  }

  private struct Problem: Error { var text: String }

  private var scenes: [(String, () throws -> String)] {
    [
      ("an allow", allow), ("a deny, with its reason in the log", deny), ("a canary split", canary),
      ("a retry that saves requests", retry), ("a breaker that trips", breaker),
      ("an identity by mutual TLS", identity),
      ("HTTP/2 over TLS", http2), ("a reload without a failed request", reload), ("metrics of rules", metrics),
    ]
  }

  // MARK: Scenes

  private func allow() throws -> String {
    let reply = try get("/")
    try expect(reply.status == 200, "status \(reply.status)")
    return reply.firstLine
  }

  private func deny() throws -> String {
    let reply = try get("/x/..//internal/%6beys")
    try expect(reply.status == 403, "status \(reply.status)")
    let line = try logLine { $0.contains("\"/internal/keys\"") }
    try expect(line.contains("\"secrets\""), "the log does not name the rule: \(line)")
    return "403 \(reply.firstLine) | \(line)"
  }

  private func canary() throws -> String {
    var counts: [String: Int] = [:]
    for reply in try getMany("/", 300) { counts[reply.answeredBy, default: 0] += 1 }
    try expect(counts.keys.count == 2, "\(counts)")
    return counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
  }

  private func retry() throws -> String {
    let replies = try getMany("/cart/items", 40)
    let failed = replies.filter { $0.status != 200 }.count
    try expect(failed == 0, "\(failed) of \(replies.count) failed")
    return "\(replies.count) of \(replies.count) answered 200 although one of two endpoints answers 503 to all"
  }

  private func breaker() throws -> String {
    let statuses = try getAtOnce("/reports/month", 6).map(\.status).sorted()
    try expect(statuses.contains(200) && statuses.contains(503), "\(statuses)")
    return "six at once, two may: \(statuses.map(String.init).joined(separator: " "))"
  }

  private func identity() throws -> String {
    let stranger = try secure("/admin", [])
    try expect(stranger.status == 403, "without a certificate: status \(stranger.status)")
    let operator_ = try secure("/admin", ["--cert", stage.path("ana.pem"), "--key", stage.path("ana.key")])
    try expect(operator_.status == 200, "with ana's certificate: status \(operator_.status)")
    return "/admin: \(stranger.status) for a stranger, \(operator_.status) for spiffe://shop.example/ns/ops/sa/ana"
  }

  private func http2() throws -> String {
    let reply = try secure("/", ["--http2"])
    try expect(reply.status == 200 && reply.version == "2", "version \(reply.version), status \(reply.status)")
    return "HTTP/\(reply.version) \(reply.status)"
  }

  private func reload() throws -> String {
    try stage.release(generation: 2) { text in
      text.replacingOccurrences(of: "web.v1 90%, web.v2 10%", with: "web.v1 0.01%, web.v2 99.99%")
    }
    let deadline = Date().addingTimeInterval(20)
    var asked = 0
    var streak = 0
    while streak < 60 {
      try expect(Date() < deadline, "generation 2 is not in force after 20 s")
      for reply in try getMany("/", 30) {
        asked += 1
        try expect(reply.status == 200, "request \(asked) failed with \(reply.status)")
        streak = reply.answeredBy.contains("v2") ? streak + 1 : 0
      }
    }
    return "\(asked) requests across the change, none failed; version 2 answers"
  }

  private func metrics() throws -> String {
    let reply = try curl(["http://\(DemoStage.status)/metrics"])
    let lines = reply.body.split(separator: "\n").filter { $0.contains("secrets") }
    try expect(!lines.isEmpty, "no line about the rule `secrets`")
    return String(lines[0])
  }

  // MARK: Asking

  private struct Reply {
    var status: Int
    var version: String
    var answeredBy: String
    var body: String

    var firstLine: String { body.split(separator: "\n").first.map(String.init) ?? "" }
  }

  private func get(_ path: String) throws -> Reply { try curl(["--path-as-is", clear(path)]) }

  private func secure(_ path: String, _ more: [String]) throws -> Reply {
    let port = DemoStage.encrypted.split(separator: ":")[1]
    return try curl(["--cacert", stage.path("ca.pem"), "https://\(DemoStage.host):\(port)\(path)"] + more)
  }

  private func clear(_ path: String) -> String {
    "http://\(DemoStage.host):\(DemoStage.clear.split(separator: ":")[1])\(path)"
  }

  /// One after another over one connection.
  private func getMany(_ path: String, _ count: Int) throws -> [Reply] {
    try replies(["\(clear(path))?[1-\(count)]"])
  }

  private func getAtOnce(_ path: String, _ count: Int) throws -> [Reply] {
    try replies(["--parallel", "--parallel-immediate", "\(clear(path))?[1-\(count)]"])
  }

  private func curl(_ arguments: [String]) throws -> Reply {
    guard let reply = try replies(arguments).last else { throw Problem(text: "curl told nothing") }
    return reply
  }

  /// Replies in the order in which they ended; bodies are told where there is one reply.
  private func replies(_ arguments: [String]) throws -> [Reply] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let mark = "\u{1}%{http_code} %{http_version} %header{x-answered-by}\u{2}"
    process.arguments =
      ["curl", "--silent", "--show-error", "--no-progress-meter", "--max-time", "20", "--write-out", mark]
      + ["--resolve", "\(DemoStage.host):8080:127.0.0.1", "--resolve", "\(DemoStage.host):8443:127.0.0.1"] + arguments
    let output = Pipe()
    process.standardOutput = output
    do { try process.run() } catch { throw Problem(text: "curl cannot be run: \(error.localizedDescription)") }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let parts = String(decoding: data, as: UTF8.self).split(separator: "\u{2}", omittingEmptySubsequences: true)
    return try parts.compactMap { part in
      let pieces = part.split(separator: "\u{1}", maxSplits: 1, omittingEmptySubsequences: false)
      guard pieces.count == 2 else { return nil }
      let facts = pieces[1].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      guard facts.count == 3, let status = Int(facts[0]) else { throw Problem(text: "curl told \(pieces[1])") }
      return Reply(status: status, version: String(facts[1]), answeredBy: String(facts[2]), body: String(pieces[0]))
    }
  }

  /// The first line of the access log that fits; lines are written a moment after their requests.
  private func logLine(_ fits: (String) -> Bool) throws -> String {
    let deadline = Date().addingTimeInterval(5)
    while Date() < deadline {
      let text = String(decoding: try Files.read(stage.path("access.jsonl")), as: UTF8.self)
      if let line = text.split(separator: "\n").map(String.init).first(where: fits) { return line }
      Thread.sleep(forTimeInterval: 0.05)
    }
    throw Problem(text: "the access log has no such line")
  }

  private func expect(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
    guard condition else { throw Problem(text: problem()) }
  }
}
