import Foundation
import ProxyTransport
import Testing

@Suite struct FileStampTests {
  @Test func tellsChangesApart() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "stamp-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let beside = file.appendingPathExtension("next")
    try Data("one".utf8).write(to: file)
    let first = try FileStamp(of: file.path)
    #expect(try FileStamp(of: file.path) == first)
    // As long, and with the old time of its content: another file all the same.
    let time = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate]
    try Data("two".utf8).write(to: beside)
    try FileManager.default.setAttributes([.modificationDate: try #require(time)], ofItemAtPath: beside.path)
    try FileManager.default.removeItem(at: file)
    try FileManager.default.moveItem(at: beside, to: file)
    #expect(try FileStamp(of: file.path) != first)
    try Data("longer".utf8).write(to: file)
    #expect(try FileStamp(of: file.path) != first)
  }

  @Test func aChangeOfTheMomentIsNotSettled() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "stamp-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("one".utf8).write(to: file)
    let stamp = try FileStamp(of: file.path)
    #expect(!stamp.isSettled(at: Clock.wall()))
    #expect(stamp.isSettled(at: Clock.wall() + 2_000_000_000))
  }

  @Test func whatIsNotThereHasNone() {
    #expect(throws: SystemError.self) { try FileStamp(of: "/nowhere/at/all") }
  }
}
