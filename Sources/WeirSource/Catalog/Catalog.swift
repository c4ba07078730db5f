/// Every diagnostic there is, by code: what `weir explain` lists and the golden tests walk.
public enum Catalog {
  public static let all: [DiagnosticKind] = areas.flatMap { $0 }.sorted { $0.code < $1.code }

  /// One array an area, each in its own file.
  private static let areas: [[DiagnosticKind]] = [
    lexical, syntax, names, types, absence, layers, mesh, routes, traffic, tests, compilerLimits, lints, meaningLints,
  ]

  /// The kind with this code, in any letter case.
  public static func kind(code: String) -> DiagnosticKind? {
    let wanted = code.uppercased()
    return all.first { $0.code == wanted }
  }
}
