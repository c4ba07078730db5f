import WeirPolicy
import WeirSource
import WeirSyntax

extension DeclarationChecker {
  /// The annotations of a declaration: for everything inside an `authz` or `routes` block, misplaced elsewhere.
  mutating func annotations(of declaration: Declaration) -> Annotations {
    guard let first = declaration.annotations.first else { return Annotations() }
    switch declaration.kind {
    case .authz, .routes: return annotations(declaration.annotations)
    case .mesh, .gateway, .service, .principal, .ceiling, .retry, .headers, .limit, .jwt, .header, .data, .let, .fn,
      .test,
      .prove:
      report(
        .misplacedAnnotation, at: first.span, "nothing carries `@\(first.name.text)` here",
        notes: ["annotations stand on rules and routes, and on `authz` and `routes` for all inside"])
      return Annotations()
    }
  }

  /// Checks names and arguments; `inherited` is what the block around says.
  mutating func annotations(_ list: [Annotation], inherited: Annotations = Annotations()) -> Annotations {
    var result = inherited
    var seen: [String: SourceSpan] = [:]
    for annotation in list {
      let name = annotation.name.text
      guard ["owner", "reason", "ticket", "expires"].contains(name) else {
        expressions.reportUnknown(
          annotation.name, "there is no annotation `@\(name)`", among: ["owner", "reason", "ticket", "expires"],
          as: .unknownAnnotation)
        continue
      }
      if let first = seen[name] {
        report(
          .annotationArgument, at: annotation.span, "`@\(name)` stands twice", labels: [.init(first, "first here")])
        continue
      }
      seen[name] = annotation.span
      switch (name, annotation.argument?.value) {
      case ("owner", .string(let text)): result.owner = text
      case ("reason", .string(let text)): result.reason = text
      case ("ticket", .string(let text)): result.ticket = text
      case ("expires", .date(let day)): result.expires = day
      default:
        report(
          .annotationArgument, at: annotation.argument?.span ?? annotation.span,
          name == "expires" ? "`@expires` takes a date" : "`@\(name)` takes a string",
          help: name == "expires" ? "`@expires(2027-01-31)`" : "`@\(name)(\"…\")`")
      }
    }
    return result
  }
}
