import HTTPWire
import ProxyTransport
import Testing

/// What a proxy reads first of a request's head.
@Suite struct RequestLineTests {
  /// The line of a request with these fields behind the usual ones.
  private func line(_ fields: [(String, String)], _ head: [(String, String)] = HPACK.get) throws -> (
    HTTP2RequestLine, End
  ) {
    let server = try End(.server)
    server.begin()
    server.memory.store(Frame.headers(1, head + fields).bytes.span, at: server.input.start)
    let count = Frame.headers(1, head + fields).bytes.count
    _ = server.session.receive(server.input.prefix(count), in: &server.memory, tape: &server.tape, at: server.now)
    guard case .request(_, let head) = server.tape[0] else { throw End.SetupError.memory }
    return (server.tape.requestLine(head, in: server.memory), server)
  }

  @Test func findsPseudoHeaderFieldsInAnyOrder() throws {
    let (line, server) = try line([("x", "y")], HPACK.get.reversed())
    #expect(server.text(line.method) == "GET")
    #expect(server.text(line.scheme) == "http")
    #expect(server.text(line.authority) == "a.example" && line.hasAuthority)
    #expect(server.text(line.path) == "/")
    #expect(line.fields.count == 1)
  }

  @Test func readsWhatFramesAndRoutes() throws {
    let (line, server) = try line([
      ("cookie", "a=1"), ("te", "trailers"), ("content-type", "application/grpc+proto"), ("cookie", "b=2"),
      ("grpc-timeout", "5S"),
    ])
    #expect(line.cookieCrumbs == 2)
    #expect(line.acceptsTrailers && line.isGRPC && !line.hasMimic)
    #expect(line.timeout.map(server.text) == "5S")
    #expect(line.contentLength == nil)
  }

  @Test(arguments: [
    ("application/grpc", true), ("Application/GRPC", true), ("application/grpc;x=y", true),
    ("application/grpc-web", false), ("application/json", false), ("application/grp", false),
  ])
  func tellsGRPC(contentType: String, isGRPC: Bool) throws {
    #expect(try line([("content-type", contentType)]).0.isGRPC == isGRPC)
  }

  @Test func findsNamesThatMimicOthers() throws {
    for name in ["x_forwarded_for", "x_request_id", "x-request_id"] {
      #expect(try line([(name, "1.2.3.4")]).0.hasMimic, "\(name)")
    }
    #expect(try !line([("x_other", "1")]).0.hasMimic)
  }
}
