import Foundation
import ProxyTransport
import Synchronization
import Testing

@Suite struct AppendOnlyFileTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "append-\(UUID().uuidString)").path

  private func makePipe() throws {
    let isMade = unsafe mkfifo(path, 0o600) == 0
    try #require(isMade)
  }

  @Test func bytesAreAppended() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    for text in ["one\n", "two\n"] {
      var file = try AppendOnlyFile(path)
      let transfer = file.write(Array(text.utf8).span)
      #expect(transfer == .bytes(4))
    }
    #expect(FileManager.default.contents(atPath: path) == Data("one\ntwo\n".utf8))
  }

  /// Waiting for a reader would be waiting for ever.
  @Test(.timeLimit(.minutes(1))) func aPipeThatNobodyReadsIsRefusedAtOnce() throws {
    try makePipe()
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: SystemError.noSuchDevice) { _ = try AppendOnlyFile.open(path) }
  }

  /// A reader that is slow loses nothing: more is written than a pipe holds.
  @Test(.timeLimit(.minutes(1))) func aFullPipeIsWaitedFor() throws {
    try makePipe()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let received = Received()
    let path = path
    try Thread.start("weir-test") {
      let count = (try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)).readToEnd())??.count
      received.count.store(count ?? 0, ordering: .releasing)
    }
    var network = try EpollNetwork()
    var events: [Event] = []
    let count = 1 << 20
    var written: Transfer?
    while written == nil {
      if var file = try? AppendOnlyFile(path) {
        written = file.write([UInt8](repeating: 0x78, count: count).span)
      } else {
        network.wait(until: network.now() + .milliseconds(1), into: &events)
      }
    }
    #expect(written == .bytes(count))
    while received.count.load(ordering: .acquiring) < 0 {
      network.wait(until: network.now() + .milliseconds(1), into: &events)
    }
    #expect(received.count.load(ordering: .acquiring) == count)
  }

  /// What the reading thread tells.
  private final class Received: Sendable {
    let count = Atomic<Int>(-1)
  }
}
