import ProxySimulation
import Testing

/// What a route answers itself, with the changes that it makes to its answer.
@Suite struct LocalAnswerTests {
  private static let mesh = Result {
    try Mesh(
      """
      module shop

      mesh shop { trust_domain "shop.example" }

      header "x-served-by": String
      header "x-path": String

      gateway edge { hosts { "shop.example" } }

      routes edge {
        route ping when request.path is "/ping" {
          respond 200 "{}"
          set response.header["content-type"] to "application/json"
          add "edge" to response.header["x-served-by"]
          add request.path to response.header["x-path"]
        }
        route dated when request.path is "/dated" { respond 200 "{}", set response.header["date"] to "today" }
        route empty when request.path is "/empty" { respond 204, set response.header["x-served-by"] to "edge" }
        route reset when request.path is "/reset" { respond 205, set response.header["x-served-by"] to "edge" }
        route old when request.path under "/old" {
          redirect 308 to "/new/{rest...}"
          set response.header["cache-control"] to "no-store"
          remove response.header["content-type"]
        }
        otherwise { respond 404 }
      }
      """)
  }

  private func ask(_ line: String, seed: UInt64) throws -> String {
    let conversation = try Conversation(Self.mesh.get(), seed: seed)
    let text = try conversation.answer(to: "\(line) HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    #expect(conversation.leftovers() == [])
    return text
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `a respond route changes the fields of its answer`(seed: UInt64) throws {
    #expect(
      try ask("GET /ping", seed: seed).undated
        == "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-served-by: edge\r\nx-path: /ping\r\n"
        + "content-length: 2\r\n\r\n{}")
  }

  @Test(arguments: ["/ping", "/empty", "/old/a", "/x"])
  func `every answer has one date`(path: String) throws {
    let text = try ask("GET \(path)", seed: 1)
    let dates = text.matches(of: /\r\ndate: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT\r\n/)
    #expect(dates.count == 1 && text.ranges(of: "date:").count == 1, "\(text)")
  }

  @Test func `a route may say another date`() throws {
    let text = try ask("GET /dated", seed: 1)
    #expect(text.contains("\r\ndate: today\r\n") && text.ranges(of: "date:").count == 1)
  }

  @Test func `an answer without content has the changes and no framing`() throws {
    #expect(try ask("GET /empty", seed: 1).undated == "HTTP/1.1 204 No Content\r\nx-served-by: edge\r\n\r\n")
  }

  @Test func `205 says that it has no content`() throws {
    let beginning = "HTTP/1.1 205 Reset Content\r\nx-served-by: edge\r\n"
    #expect(try ask("GET /reset", seed: 1).undated == beginning + "content-length: 0\r\n\r\n")
  }

  @Test func `HEAD has the fields of GET`() throws {
    #expect(try ask("HEAD /ping", seed: 1).hasSuffix("x-path: /ping\r\ncontent-length: 2\r\n\r\n"))
  }

  @Test func `a redirect keeps its location`() throws {
    let text = try ask("GET /old/a?b", seed: 1)
    let beginning = "HTTP/1.1 308 Permanent Redirect\r\nlocation: /new/a?b\r\ncache-control: no-store\r\n"
    #expect(text.undated.hasPrefix(beginning))
    #expect(!text.contains("content-type"))
  }

  @Test func `an answer of a route without changes has none`() throws {
    let text = try ask("GET /x", seed: 1)
    #expect(
      text.undated.hasPrefix("HTTP/1.1 404 Not Found\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: "))
  }
}
