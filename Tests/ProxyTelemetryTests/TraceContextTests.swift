import ProxyTelemetry
import ProxyTransport
import Testing

/// The examples and rules of W3C Trace Context, sections 3.2 and 3.3.
@Suite struct TraceContextTests {
  private static let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test func readsTheExample() throws {
    let context = try #require(read(Self.good))
    #expect(context.traceHigh == 0x4bf9_2f35_77b3_4da6)
    #expect(context.traceLow == 0xa3ce_929d_0e0e_4736)
    #expect(context.parent == 0x00f0_67aa_0ba9_02b7)
    #expect(context.isSampled)
    #expect(text(context) == Self.good)
  }

  @Test(
    arguments: [
      "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", good + "-", good + "0",
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
      "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
    ])
  func refuses(text: String) {
    #expect(read(text) == nil)
  }

  @Test func readsLaterVersionsAsTheFirst() throws {
    let context = try #require(read("cc" + Self.good.dropFirst(2) + "-more"))
    #expect(text(context) == Self.good)
  }

  @Test func beginsTracesThatItReads() {
    var random = RandomSource(seed: 1)
    for _ in 0..<100 {
      let context = TraceContext(random: &random)
      #expect(read(text(context)) == context)
      #expect(!context.isSampled)
    }
  }

  @Test func requestIDsAreVersion4() {
    var random = RandomSource(seed: 2)
    for _ in 0..<100 {
      let id = RequestID(random: &random)
      let text = written(RequestID.byteCount) { id.write(to: &$0, at: $1) }
      let form = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
      #expect(text.wholeMatch(of: form) != nil, "\(text)")
    }
  }

  private func read(_ text: String) -> TraceContext? {
    let bytes = Array(text.utf8)
    return TraceContext(bytes.span)
  }

  private func text(_ context: TraceContext) -> String {
    written(TraceContext.byteCount) { context.write(to: &$0, at: $1) }
  }

  /// What is written into a worker's memory, which holds something else before.
  private func written(_ count: Int, _ write: (inout Memory, UInt32) -> Void) -> String {
    guard var memory = Memory(capacity: 1 << 20) else { return "no memory" }
    let place = memory.reserve(count + 2).slice(1..<(count + 1))
    memory.store(Array(repeating: UInt8(ascii: "#"), count: count + 2).span, at: place.start - 1)
    write(&memory, place.start)
    let text = (0..<(place.count + 2)).map { memory[place.start - 1 + $0] }
    #expect(text.first == UInt8(ascii: "#") && text.last == UInt8(ascii: "#"))
    return String(decoding: text.dropFirst().dropLast(), as: UTF8.self)
  }
}
