/// A whole checked program: what the checker makes and everything after it reads.
///
/// Names are resolved to indices, `let`s and `fn`s are inlined, types are used up. Order is deterministic: declarations by module
/// name, file name, line. Nothing in it can fail to compile.
public struct Policy: Hashable, Sendable {
  /// Display paths; a `Position.file` is an index.
  public var files: [String] = []
  public var mesh: Mesh?
  public var services: [Service] = []
  public var gateways: [Gateway] = []
  public var principals: [Principal] = []
  public var tokens: [TokenIssuer] = []
  /// Declared and well-known headers that something reads or changes, sorted by name.
  public var headers: [HeaderType] = []
  public var dataSets: [DataSet] = []
  public var retries: [Retry] = []
  public var authz: [AuthzScope] = []
  public var routeTables: [RouteTable] = []
  public var limits: [Limit] = []
  public var tests: [TestSuite] = []
  public var proofs: [Proof] = []

  public init() {}
}
